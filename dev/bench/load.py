"""The load, in a process of its own: `python -m dev.bench.load closed|paced …` prints JSON.

closed: every connection sends its next answer as soon as the last one is acknowledged, for some seconds.
paced: the answers given on standard input, one a line (survey, tab, body), at a fixed rate whatever comes back.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence

from dev import ports
from dev.bench.answers import answer
from dev.bench.connections import Connections, post


def closed(port: int, survey: str, number: int, seconds: float) -> dict[str, object]:
    """{statuses {status: how many}, seconds}: what was acknowledged after the first second's warming up."""
    connections, path = Connections(ports.LOOPBACK, port, number), f"/v1/surveys/{survey}/responses"
    statuses: Counter[int] = Counter()
    body = json.dumps(answer()).encode()
    begin = time.monotonic() + 1
    end = begin + seconds
    while (now := time.monotonic()) < end:
        while connections.send(post(ports.LOOPBACK, port, path, body), ""):
            body = json.dumps(answer()).encode()
        for _, status in connections.answers(1):
            statuses[status] += now >= begin
    return {"statuses": dict(statuses), "seconds": seconds}


def paced(port: int, lines: Sequence[str], a_second: float, number: int) -> list[tuple[str, float]]:
    """(id, time of its 201 in seconds since 1970) of every answer. Raises where one is refused."""
    connections = Connections(ports.LOOPBACK, port, number)
    done: list[tuple[str, float]] = []
    requests = [_request(port, line) for line in lines]
    sent, began = 0, time.monotonic()
    while len(done) < len(requests):
        due = min(len(requests), int((time.monotonic() - began) * a_second))
        while sent < due and connections.send(*requests[sent]):
            sent += 1
        for id_, status in connections.answers(0.5 / a_second):
            if status != 201:
                raise RuntimeError(f"answer {id_} got {status}")
            done.append((id_, time.time()))
    return done


def _request(port: int, line: str) -> tuple[bytes, str]:
    survey, body = line.split("\t")
    path = f"/v1/surveys/{survey}/responses"
    return post(ports.LOOPBACK, port, path, body.encode()), json.loads(body)["id"]


if __name__ == "__main__":
    kind, at, *rest = sys.argv[1:]
    if kind == "closed":
        print(json.dumps(closed(int(at), rest[0], int(rest[1]), float(rest[2]))))
    else:
        print(json.dumps(paced(int(at), sys.stdin.read().splitlines(), float(rest[0]), int(rest[1]))))

"""Every web process asked to stop under load, many times, on a running stack."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import psutil

from dev import ports
from dev.bench import answers
from dev.bench.connections import post
from dev.temporary_stack import Stack
from tests import processes
from tests.soak import stops
from tests.soak.people import open_shop

ASKED = {
    "aggregator": "/v1/scores?window=28d&by=journey",
    "alerts": "/v1/incidents",
}


@dataclass
class Stopped:
    """What one web process's stops came to."""

    name: str
    times: int = 0
    said: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)


def run(stack: Stack, times: int, rate: float) -> list[Stopped]:
    """Stop each service's web `times` times, under `rate` requests a second: answers to survey, questions to others.

    All three at the same time: most of it is waiting for the next start.
    """
    open_shop(stack)
    requests = {"survey": partial(_answer, stack)} | {
        service: partial(_question, stack, service, path) for service, path in ASKED.items()
    }
    with ThreadPoolExecutor() as pool:
        stopping = [pool.submit(_stop, stack, *one, times, rate) for one in requests.items()]
        return [one.result() for one in stopping]


def _stop(stack: Stack, service: str, request: Callable[[], bytes], times: int, rate: float) -> Stopped:
    name, port = f"{service}-web", int(stack.environment[f"{service.upper()}_PORT"])
    found, rng = Stopped(name), random.Random(1)
    for number in range(times):
        ports.wait_until(lambda: processes.answers(f"{stack.url(service)}/healthz"), f"{name}'s start", 60)
        one = stops.under_load(port, request, rate, rng, partial(_terminate, stack, name))
        found.said += one.said
        found.times += 1
        found.seconds = max(found.seconds, one.seconds)
        found.slowest = max(found.slowest, one.slowest)
        print(
            f"{name}: stop {number + 1} of {times} took {one.seconds:.1f} s; so far {dict(found.said)}",
            file=sys.stderr,
        )
    odd = {what: n for what, n in found.said.items() if what not in ("200", "201", "503", "refused")}
    found.wrong = [f"{name}: {odd}"] if odd else []
    return found


def _terminate(stack: Stack, name: str) -> Callable[[], bool]:
    process = psutil.Process(stack.pid(name))
    os.kill(process.pid, signal.SIGTERM)
    return lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def _answer(stack: Stack) -> bytes:
    port = int(stack.environment["SURVEY_PORT"])
    return post(
        ports.LOOPBACK, port, "/v1/surveys/bench-0-nps/responses", json.dumps(answers.answer()).encode()
    )


def _question(stack: Stack, service: str, path: str) -> bytes:
    key = stack.environment["ADMIN_KEY"]
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n".encode()

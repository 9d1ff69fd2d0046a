"""The page `/status`: what the services say of themselves in; troubles, what waits and processes out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.survey.admin.unread_view import stopped, unread
from services.survey.admin.unread_view import troubles as unread_troubles
from shared.events import parse_time
from shared.wording import lasting

Document = Mapping[str, Any]
Documents = Mapping[str, Document | None]

SERVICES = ("survey", "aggregator", "alerts")
# As in shared.broker: a consumer that heard nothing for so long waits for the broker.
BROKER_SILENT = 10.0
# As long as a relay's beat and its way; what waits longer is stuck.
PATIENCE = timedelta(seconds=90)
RUNNING, STANDBY, NOT_READY, STOPPED, SILENT, NEVER, UNKNOWN = (
    ("●", "Running", "ok"),
    ("◐", "Standing by", "plain"),
    ("◐", "Not ready", "warning"),
    ("▼", "Stopped", "worse"),
    ("▼", "Silent", "worse"),
    ("○", "Never ran", "worse"),
    ("?", "Unknown", "warning"),
)
# What stands still without a process, and that nothing is lost by it.
MEANS = {
    ("survey", "relay"): "Answers are taken and kept; they go on once it runs.",
    ("survey", "worker"): "Imports, sign-in mails and the questions after a solved case wait.",
    ("aggregator", "consumer"): "Scores stand still; the answers are kept and will be counted.",
    ("alerts", "consumer"): "Nothing is watched meanwhile; the answers are kept and caught up with.",
    ("alerts", "notifier"): "Nobody is told anything; messages wait.",
}
BROKER_AWAY = (
    "The broker does not answer.",
    "Answers are taken and kept, and go on by themselves once it is back. Until then scores stand still, and nothing "
    "is watched.",
)
RECEIVERS = {"aggregator": "the scores", "alerts": "the detectors"}


class Trouble(NamedTuple):
    """What is not as it should be, what it means or what to do; kind: worse | warning."""

    kind: str
    text: str
    advice: str = ""


class Line(NamedTuple):
    """One process; state is (symbol, word, class); waits: it is not ready because the broker does not answer."""

    service: str
    process: str
    state: tuple[str, str, str]
    beat_at: datetime | None
    said: str
    instance: str
    version: str
    waits: bool = False


def view(documents: Documents, failures: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """What the page shows. documents: /v1/status of each service, None where it `failures` says why not.

    {troubles[Trouble], lines[Line], way[(what, number or None, detail)], gaps[…], unread[Unread], messages, as_of,
    behind}
    """
    lines = [line for service in SERVICES for line in _lines(service, documents.get(service))]
    found = {service: document for service, document in documents.items() if document}
    scores = found.get("aggregator")
    letters = unread({name: _of(found, name, "dead_letters") for name in RECEIVERS if name in found})
    as_of = _time(scores["as_of"]) if scores else None
    return {
        "troubles": [
            *_away(failures),
            *_halted(lines),
            *_stopped(found),
            *_stuck(found, lines, now),
            *(Trouble("warning", *told) for told in unread_troubles(letters, RECEIVERS)),
            *_untold(found),
            *_mixed(sorted({line.version for line in lines if line.version and line.state != SILENT})),
        ],
        "lines": lines,
        "way": list(_way(documents, now)),
        "gaps": [gap | {"service": name} for name in RECEIVERS for gap in _of(found, name, "gaps")],
        "unread": letters,
        "messages": found["alerts"]["notifications"] if "alerts" in found else None,
        "as_of": as_of,
        "behind": lasting(now - as_of) if as_of and now - as_of > PATIENCE else None,
    }


def _lines(service: str, document: Document | None) -> Iterator[Line]:
    if document is None:
        yield Line(service, "web", SILENT, None, "does not answer", "", "")
        return
    yield Line(service, "web", RUNNING, None, "", "", document["version"])
    for process in document["processes"]:
        told = [row for row in document["instances"] if row["process"] == process]
        if not told:
            yield Line(service, process, NEVER, None, "", "", "")
        for row in told:
            detail = row["detail"]
            yield Line(
                service, process, _state(row), _time(row["beat_at"]), _said(detail), row["instance"],
                detail.get("version", ""), _state(row) == NOT_READY and _waits(detail),
            )  # fmt: skip


def _state(row: Document) -> tuple[str, str, str]:
    if not row["alive"]:
        return SILENT
    if row["detail"].get("stopped"):
        return STOPPED
    if row["detail"].get("standby"):
        return STANDBY
    return RUNNING if row["detail"].get("ready") else NOT_READY


def _waits(detail: Document) -> bool:
    return bool(detail.get("error")) or detail.get("broker_silent_seconds", 0) >= BROKER_SILENT


def _said(detail: Document) -> str:
    """What a process does at the moment, in a few words."""
    if detail.get("error"):
        return f"waits for the broker ({str(detail['error']).partition('(')[0]})"
    if _waits(detail) and not detail.get("ready") and not detail.get("stopped"):
        return "waits for the broker"
    if "import" in detail:
        return f"imports, at row {detail['rows']:,}" if "rows" in detail else "imports"
    said = [f"{detail['applied']:,} answers since its start"] if "applied" in detail else []
    said += [f"{detail['dead']:,} unreadable"] if detail.get("dead") else []
    said += [f"{detail['due']:,} messages due"] if detail.get("due") else []
    return ", ".join(said)


def _away(failures: Mapping[str, str]) -> Iterator[Trouble]:
    for service, failure in failures.items():
        yield Trouble("worse", f"The {service} service {failure}.", "What it would say is missing below.")


def _halted(lines: Sequence[Line]) -> Iterator[Trouble]:
    """Each process of which no instance works; those that only wait for the broker in one."""
    told: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        told.setdefault((line.service, line.process), []).append(line)
    halted = {
        name: them
        for name, them in told.items()
        if name[1] != "web" and not {RUNNING, STOPPED} & {one.state for one in them}  # why: _stopped
    }
    waiting = [name for name, them in halted.items() if any(one.waits for one in them)]
    if waiting:
        yield Trouble("worse", *BROKER_AWAY)
    for (service, process), them in halted.items():
        if (service, process) not in waiting:
            word = {SILENT: "gives no sign of life", NEVER: "has never run"}.get(
                them[0].state, "is not ready"
            )
            yield Trouble("worse", f"The {process} of the {service} service {word}.", MEANS[service, process])


def _stopped(found: Mapping[str, Document]) -> Iterator[Trouble]:
    for service in (name for name in RECEIVERS if name in found):
        said = {
            row["detail"]["stopped"] for row in found[service]["instances"] if row["detail"].get("stopped")
        }
        yield from (Trouble("worse", *stopped(service, one)) for one in sorted(said))


def _stuck(found: Mapping[str, Document], lines: Sequence[Line], now: datetime) -> Iterator[Trouble]:
    """What has waited for too long, where it is not already said that its process stands still."""
    running = {line.service for line in lines if (line.process, line.state) == ("consumer", RUNNING)}
    oldest = _time(found["survey"]["outbox"]["oldest_at"]) if "survey" in found else None
    if oldest and now - oldest > PATIENCE:
        yield Trouble("warning", f"What was accepted has waited in the outbox for {lasting(now - oldest)}.")
    for service, name in RECEIVERS.items():
        document = found.get(service)
        if document is None:
            continue
        if document["gaps"]:
            stages = _count(len(document["gaps"]), "stage misses", "stages miss")
            advice = "journeyloop republish sends them again; nothing is lost."
            yield Trouble("worse", f"{stages} answers on the way to {name}.", advice)
        elif document["late"] and service in running:
            yield Trouble("warning", f"Answers are late to {name}.", document["why"] or "")


def _mixed(versions: Sequence[str]) -> Iterator[Trouble]:
    if len(versions) > 1:
        text = f"Processes of different versions run: {', '.join(versions)}."
        yield Trouble("warning", text, "That is how it is while an update goes on; it should not last.")


def _untold(found: Mapping[str, Document]) -> Iterator[Trouble]:
    told = _of(found, "alerts", "notifications") or {}
    if told.get("due") and told["oldest_seconds"] > PATIENCE.total_seconds():
        late = lasting(timedelta(seconds=told["oldest_seconds"]))
        text = f"{_count(told['due'], 'message is', 'messages are')} due, the oldest for {late}."
        yield Trouble("warning", text)
    if told.get("failed"):
        text = f"{_count(told['failed'], 'message', 'messages')} could not be delivered in the last 7 days."
        yield Trouble("warning", text, "See Notifications.")


def _way(documents: Documents, now: datetime) -> Iterator[tuple[str, int | None, str]]:
    """Where answers wait at the moment, from the door to the messages; None where nobody says."""
    survey, alerts = documents.get("survey"), documents.get("alerts")
    outbox = survey["outbox"] if survey else {}
    oldest = _time(outbox.get("oldest_at"))
    since = f"the oldest for {lasting(now - oldest)}" if oldest else ""
    counted = not survey or survey["stamped"] is not None  # numbers of events are for admins
    if counted:
        yield "Accepted, not numbered yet", outbox.get("unstamped"), since if outbox.get("unstamped") else ""
        yield "Numbered, not with the broker yet", outbox.get("unacknowledged"), since
    for service, name in RECEIVERS.items() if counted else ():
        document = documents.get(service)
        known = survey and document
        yield f"On the way to {name}", lag(survey["stamped"], document["received"]) if known else None, ""  # type: ignore[index]
    sent, taken = (found.get("follow_ups") if found else None for found in (survey, alerts))
    on_their_way = max(0, sent - taken) if sent is not None and taken is not None else None
    yield "News of cases on the way to their owners", on_their_way, ""
    yield "Messages due", alerts["notifications"]["due"] if alerts else None, ""
    yield "Files being imported", survey["imports_waiting"] if survey else None, ""


def lag(stamped: Mapping[str, int], received: Mapping[str, int]) -> int:
    """How many numbered answers a receiver has not taken yet, over all stages."""
    return sum(max(0, last - received.get(key, 0)) for key, last in stamped.items())


def _of(found: Mapping[str, Document], service: str, part: str) -> Any:
    return found[service][part] if service in found else ()


def _time(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


def _count(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"

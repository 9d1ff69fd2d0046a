"""What the page `/status` says of three services, whole and with parts that stand still."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from services.survey.admin import status_view
from services.survey.admin.status_view import NEVER, NOT_READY, RUNNING, SILENT, STANDBY, lag, view
from shared import broker
from shared.events import isoformat

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ago(**span: float) -> str:
    return isoformat(NOW - timedelta(**span))


def instance(process: str, alive: bool = True, **detail: Any) -> dict[str, Any]:
    return {
        "process": process,
        "instance": f"{process}:1",
        "beat_at": ago(seconds=1 if alive else 300),
        "alive": alive,
        "detail": {"ready": True, "version": "0.1.0"} | detail,
    }


def service(processes: list[str], **more: Any) -> dict[str, Any]:
    told = [instance(process) for process in processes]
    return {"version": "0.1.0", "processes": processes, "instances": told} | more


def receiver(processes: list[str], **more: Any) -> dict[str, Any]:
    return service(
        processes,
        received={"shop/order": 7},
        gaps=[],
        dead_letters={"kept": 0, "last_reason": None},
        as_of=ago(seconds=20),
        late=False,
        why=None,
        **more,
    )


WHOLE: dict[str, Any] = {
    "survey": service(
        ["relay", "worker"],
        outbox={"unstamped": 0, "unacknowledged": 0, "oldest_at": None},
        stamped={"shop/order": 7},
        follow_ups=9,
        imports_waiting=0,
    ),
    "aggregator": receiver(["consumer"]),
    "alerts": receiver(
        ["consumer", "notifier"], notifications={"due": 0, "oldest_seconds": 0, "failed": 0}, follow_ups=9
    ),
}


def shown(change: Any = None, failures: dict[str, str] | None = None) -> dict[str, Any]:
    documents = deepcopy(WHOLE)
    if change:
        change(documents)
    return view(documents, failures or {}, NOW)


def troubles(change: Any) -> list[str]:
    return [one.text for one in shown(change)["troubles"]]


def test_everything_runs() -> None:
    found = shown()
    assert found["troubles"] == []
    assert [(line.service, line.process, line.state) for line in found["lines"]] == [
        ("survey", "web", RUNNING), ("survey", "relay", RUNNING), ("survey", "worker", RUNNING),
        ("aggregator", "web", RUNNING), ("aggregator", "consumer", RUNNING),
        ("alerts", "web", RUNNING), ("alerts", "consumer", RUNNING), ("alerts", "notifier", RUNNING),
    ]  # fmt: skip
    assert {number for _, number, _ in found["way"]} == {0}
    assert (found["behind"], found["as_of"]) == (None, NOW - timedelta(seconds=20))


def test_a_service_that_is_away_says_so_and_nothing_is_made_up() -> None:
    found = shown(lambda all: all.update(alerts=None), {"alerts": "does not answer"})
    assert [one.text for one in found["troubles"]] == ["The alerts service does not answer."]
    assert found["lines"][-1][:3] == ("alerts", "web", SILENT)
    assert [what for what, number, _ in found["way"] if number is None] == [
        "On the way to the detectors",
        "News of cases on the way to their owners",
        "Messages due",
    ]
    assert found["messages"] is None


def test_processes_that_stand_still() -> None:
    def change(all: dict[str, Any]) -> None:
        all["survey"]["instances"] = [instance("relay", alive=False)]
        all["aggregator"]["instances"] = [instance("consumer", ready=False)]

    found = shown(change)
    assert [one.text for one in found["troubles"]] == [
        "The relay of the survey service gives no sign of life.",
        "The worker of the survey service has never run.",
        "The consumer of the aggregator service is not ready.",
    ]
    assert all(one.advice for one in found["troubles"])
    assert [line.state for line in found["lines"][1:3]] == [SILENT, NEVER]
    assert found["lines"][4].state == NOT_READY


def test_a_broker_that_is_away_is_one_trouble_by_its_name() -> None:
    def change(all: dict[str, Any]) -> None:
        all["survey"]["instances"][0] = instance("relay", ready=False, error="KafkaTimeoutError('x')")
        all["aggregator"]["instances"] = [
            instance("consumer", ready=False, broker_silent_seconds=25.5, applied=7)
        ]
        all["alerts"]["instances"][0] = instance(
            "consumer", ready=False, broker_silent_seconds=3.5, applied=7
        )

    found = shown(change)
    assert [one.text for one in found["troubles"]] == [
        "The broker does not answer.",
        "The consumer of the alerts service is not ready.",
    ]
    said = [line.said for line in found["lines"] if line.state == NOT_READY]
    assert said == [
        "waits for the broker (KafkaTimeoutError)",
        "waits for the broker",
        "7 answers since its start",
    ]


def test_what_the_broker_is_away_for_is_what_health_says() -> None:
    assert status_view.BROKER_SILENT == broker.SILENT_SECONDS


def test_one_that_stands_by_is_no_trouble_nor_a_second_that_starts() -> None:
    def change(all: dict[str, Any]) -> None:
        all["survey"]["instances"].append(instance("relay", standby=True))
        all["alerts"]["instances"].append(instance("consumer", ready=False))

    found = shown(change)
    assert found["troubles"] == []
    assert [line.state for line in found["lines"] if line.process == "relay"] == [RUNNING, STANDBY]


def test_only_one_that_stands_by_is_no_relay() -> None:
    def change(all: dict[str, Any]) -> None:
        all["survey"]["instances"][0]["detail"]["standby"] = True

    assert len(troubles(change)) == 1


def test_what_waits_too_long_is_missing_late_or_unread() -> None:
    def change(all: dict[str, Any]) -> None:
        all["survey"]["outbox"] = {"unstamped": 2, "unacknowledged": 5, "oldest_at": ago(minutes=10)}
        all["survey"]["stamped"] = {"shop/order": 9, "shop/new": 3}
        all["aggregator"] |= {"late": True, "why": "Because.", "as_of": ago(minutes=12)}
        all["alerts"]["gaps"] = [{"key": "shop/order", "last_sequence": 7, "gap_sequence": 9}]
        all["alerts"]["dead_letters"] = {"kept": 1, "last_reason": "no score"}
        all["aggregator"]["instances"][0]["detail"] |= {"ready": False, "stopped": "100 bad events in a row"}
        all["alerts"]["notifications"] = {"due": 3, "oldest_seconds": 7200, "failed": 1}

    found = shown(change)
    assert [one.text for one in found["troubles"]] == [
        "The consumer of the aggregator service stopped: 100 bad events in a row.",
        "What was accepted has waited in the outbox for 10 minutes.",
        "1 stage misses answers on the way to the detectors.",
        "1 answer could not be read on the way to the detectors.",
        "3 messages are due, the oldest for 2 hours.",
        "1 message could not be delivered in the last 7 days.",
    ]
    assert [number for _, number, _ in found["way"]] == [2, 5, 5, 5, 0, 3, 0]
    assert found["behind"] == "12 minutes"
    assert found["gaps"][0]["service"] == "alerts"


def test_moments_are_no_trouble() -> None:
    def change(all: dict[str, Any]) -> None:
        all["survey"]["outbox"] = {"unstamped": 9, "unacknowledged": 0, "oldest_at": ago(seconds=30)}
        all["alerts"]["notifications"] = {"due": 1, "oldest_seconds": 10, "failed": 0}

    assert troubles(change) == []


def test_versions_that_differ() -> None:
    def change(all: dict[str, Any]) -> None:
        all["alerts"]["instances"][0]["detail"]["version"] = "0.2.0"

    assert troubles(change) == ["Processes of different versions run: 0.1.0, 0.2.0."]


def test_what_processes_do() -> None:
    def change(all: dict[str, Any]) -> None:
        all["survey"]["instances"] = [
            instance("relay", ready=False, error="NoBrokersAvailable('x')"),
            instance("worker", rows=1200) | {"detail": {"ready": True, "import": "id", "rows": 1200}},
        ]
        all["aggregator"]["instances"] = [instance("consumer", applied=1234, dead=2)]
        all["alerts"]["instances"][1] = instance("notifier", due=4)

    said = {(line.service, line.process): line.said for line in shown(change)["lines"]}
    assert said["survey", "relay"] == "waits for the broker (NoBrokersAvailable)"
    assert said["survey", "worker"] == "imports, at row 1,200"
    assert said["aggregator", "consumer"] == "1,234 answers since its start, 2 unreadable"
    assert said["alerts", "notifier"] == "4 messages due"


def test_what_is_no_number_for_a_viewer() -> None:
    def change(all: dict[str, Any]) -> None:
        all["survey"]["outbox"] |= {"unstamped": None, "unacknowledged": None}
        all["survey"]["stamped"] = None
        all["survey"]["instances"][1] = instance("worker") | {"detail": {"ready": True, "import": "id"}}
        all["aggregator"]["instances"] = [instance("consumer", dead=2)]

    found = shown(change)
    assert all("number" not in what.lower() and number is not None for what, number, _ in found["way"])
    said = {(line.service, line.process): line.said for line in found["lines"]}
    assert (said["survey", "worker"], said["aggregator", "consumer"]) == ("imports", "2 unreadable")


def test_lag_never_counts_backwards() -> None:
    assert lag({"a": 5, "b": 2}, {"a": 3, "b": 9, "c": 1}) == 2

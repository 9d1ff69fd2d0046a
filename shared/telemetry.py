"""Logs and metrics. A log line holds the route's template, never the path, the query or anything a customer sent."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, MutableMapping
from types import TracebackType
from typing import Any

import psycopg
import structlog
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

REQUEST_SECONDS = Histogram(
    "journeyloop_request_seconds",
    "Time of HTTP requests by service, method, route template and status",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

_QUOTING = (ValueError, LookupError, TypeError, AttributeError)
_QUOTED = re.compile(
    r"""'.*'|".*\"""", re.DOTALL
)  # from the first to the last: a value may hold quotes itself

# name, help, labels, value: one sample of a gauge, or of a counter where the name ends in _total
Sample = tuple[str, str, dict[str, str], float]


def configure_logs(level: str) -> None:
    """JSON lines on standard error, with time and level."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_exception,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    sys.excepthook = _ended
    threading.excepthook = lambda told: _ended(
        told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
    )


def describe(error: BaseException) -> str:
    """Where an error came from and what it was, with its causes, as one text.

    Of a database's error only the SQLSTATE is told: its message may quote a row, and so what a customer wrote. So may
    what Python says of a value that it can't work with: of that what stands in quotes is left out.
    """
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    told = f"SQLSTATE {error.sqlstate}" if isinstance(error, psycopg.Error) and error.sqlstate else str(error)
    if isinstance(error, _QUOTING):
        told = _QUOTED.sub("'…'", told)
    lines = [describe(before)] if before else []
    return "".join([*lines, *traceback.format_tb(error.__traceback__), f"{type(error).__name__}: {told}\n"])


def _tell_exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["exception"] = describe(error)
    return event


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger().critical("process ends", exc_info=error)


class Gauges(Collector):
    """Gauges that are read from the database when somebody scrapes."""

    def __init__(self, read: Callable[[], Iterable[Sample]]) -> None:
        self._read = read

    def describe(self) -> Iterable[Any]:
        return []

    def collect(self) -> Iterable[GaugeMetricFamily | CounterMetricFamily]:
        families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
        for name, text, labels, value in self._read():
            kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            family = families.setdefault(name, kind(name, text, labels=list(labels)))
            family.add_metric(list(labels.values()), value)
        return families.values()


def exposition(read: Callable[[], Iterable[Sample]], multiprocess_dir: str | None) -> bytes:
    """The Prometheus text: request times of all web workers, and the gauges of `read`."""
    registry = CollectorRegistry()
    if multiprocess_dir:
        MultiProcessCollector(registry, path=multiprocess_dir)
    else:
        registry.register(REQUEST_SECONDS)
    registry.register(Gauges(read))
    return generate_latest(registry)

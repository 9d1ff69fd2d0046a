"""What the views of one web process share: settings, and connections from the pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app
from psycopg_pool import ConnectionPool

from shared.db import Connection, Schema
from shared.settings import Settings


def _this_moment() -> datetime:
    return datetime.now(UTC)


@dataclass
class State:
    """What the views of one web process share. clock: what time it is at this door (another one in the demo's weeks
    past: docs/demo.md)."""

    settings: Settings
    schema: Schema
    pool: ConnectionPool[Connection]
    clock: Callable[[], datetime] = _this_moment


@contextmanager
def database() -> Iterator[Connection]:
    """A connection inside one transaction, committed when the block ends without an exception."""
    with current_app.extensions["journeyloop"].pool.connection() as conn:
        yield conn


@contextmanager
def autocommit() -> Iterator[Connection]:
    """A connection on which every statement is a transaction of its own: for hot paths of a single statement."""
    with current_app.extensions["journeyloop"].pool.connection() as conn:
        conn.autocommit = True
        try:
            yield conn
        finally:
            if not conn.closed:
                conn.autocommit = False


def settings() -> Settings:
    """The settings of the running app."""
    found: Settings = current_app.extensions["journeyloop"].settings
    return found


def now() -> datetime:
    """What time it is at this door (UTC)."""
    found: datetime = current_app.extensions["journeyloop"].clock()
    return found

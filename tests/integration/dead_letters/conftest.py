"""The log of a small shop, and its two receivers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services import survey
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.cli.conftest import command
from tests.integration.dead_letters.receivers import Receiver
from tests.integration.survey.maps import add_map

__all__ = ["command"]


@pytest.fixture
def log(settings: Settings) -> Iterator[Connection]:
    """The survey service's tables, with a map."""
    with connect(settings, survey.SCHEMA) as conn:
        add_map(conn)
        yield conn


@pytest.fixture
def receivers(settings: Settings) -> Iterator[list[Receiver]]:
    both = [Receiver(settings, name) for name in ("aggregator", "alerts")]
    yield both
    for one in both:
        one.close()

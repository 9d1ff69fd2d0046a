"""Whatever the OpenAPI documents allow or forbid, every answer is one they announce (`make fuzz` asks far more)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from shared import settings as configuration
from tests.fuzz import running, shop
from tests.fuzz.running import Size
from tests.fuzz.shop import FuzzedShop

SEED = 20261122


@pytest.fixture
def fuzzed(environment: dict[str, str]) -> Iterator[FuzzedShop]:
    with ExitStack() as stack:
        yield FuzzedShop(configuration.load(shop.own_environment(environment)), stack)


def test_every_answer_is_one_that_was_announced(fuzzed: FuzzedShop) -> None:
    for service in shop.SERVICES:
        found = running.run(fuzzed, service, "admin", Size(1, chains=0, coverage=False), SEED)
        assert len(found.served) > len(found.operations) / 3, found.statuses
        found.add(running.run(fuzzed, service, None, Size(1, chains=0, coverage=False), SEED))
        assert found.errors == []
        assert found.wrong == {}, "\n".join(f"{what}: {sample[:900]}" for what, sample in found.wrong.items())
        assert found.statuses.keys() == found.operations

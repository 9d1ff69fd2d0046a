"""Window and audience in the address."""

from __future__ import annotations

import pytest

from services.aggregator.views.journey_urls import Asked, asked, switches, table


@pytest.mark.parametrize(
    ("query", "means"),
    [
        ({}, Asked("28d", None)),
        ({"window": "90d", "audience": "employee"}, Asked("90d", "employee")),
        ({"window": "3d", "audience": "robots"}, Asked("28d", None)),
    ],
)
def test_what_it_does_not_know_is_the_usual(query: dict[str, str], means: Asked) -> None:
    assert asked(query) == means


def test_each_switch_keeps_the_other() -> None:
    links = switches("/journeys/shop", Asked("7d", "customer"))
    assert ("/journeys/shop?window=90d&audience=customer", "90 days", False) in links["window"]
    assert ("/journeys/shop?window=7d", "Everybody", False) in links["audience"]
    assert [name for _, name, here in (*links["window"], *links["audience"]) if here] == [
        "7 days",
        "Customers",
    ]
    assert table("/journeys/shop", Asked("7d")) == "/journeys/shop/touchpoints.csv?window=7d"

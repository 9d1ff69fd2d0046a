"""How much may come: from one address, for one survey, with one link; and whose address it is behind a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.survey.app import create_app
from services.survey.rate_limit import LINK_AMOUNT, SURVEY_TIMES, network
from shared.settings import Settings

FORM = "/v1/surveys/nothing/form"


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(replace(settings, public_rate_limit="3 per minute"))
    yield app.test_client()
    app.extensions["journeyloop"].pool.close()


def from_(client: FlaskClient, address: str, path: str = FORM, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, environ_base={"REMOTE_ADDR": address}, headers=named)


def test_what_a_client_says_of_its_address_counts_for_nothing(client: FlaskClient) -> None:
    for n in range(3):
        assert from_(client, "192.0.2.1", X_Forwarded_For=f"198.51.100.{n}").status_code == 404
    refused = from_(
        client, "192.0.2.1", X_Forwarded_For="198.51.100.9", Forwarded="for=198.51.100.9", X_Real_IP="1.2.3.4"
    )
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    assert from_(client, "192.0.2.2").status_code == 404


def test_behind_a_proxy_the_last_address_it_did_not_add_counts(settings: Settings) -> None:
    app = create_app(replace(settings, public_rate_limit="3 per minute", trusted_proxies=1))
    for n in range(3):
        said = f"10.0.0.{n}, 198.51.100.7"  # the client made up the first; the proxy saw the second
        assert from_(app.test_client(), "127.0.0.1", X_Forwarded_For=said).status_code == 404
    assert from_(app.test_client(), "127.0.0.1", X_Forwarded_For="198.51.100.7").status_code == 429
    assert from_(app.test_client(), "127.0.0.1", X_Forwarded_For="198.51.100.8").status_code == 404
    app.extensions["journeyloop"].pool.close()


def test_a_network_of_ipv6_is_one_address(client: FlaskClient) -> None:
    answers = [from_(client, f"2001:db8:0:1::{n:x}").status_code for n in range(1, 6)]
    assert answers == [404, 404, 404, 429, 429]
    assert from_(client, "2001:db8:0:2::1").status_code == 404


def test_one_survey_gets_no_more_from_all_addresses_together(client: FlaskClient) -> None:
    most = 3 * SURVEY_TIMES
    answers = [from_(client, f"192.0.2.{n}").status_code for n in range(most + 1)]
    assert answers == [404] * most + [429]
    assert from_(client, "198.51.100.1", "/v1/surveys/another/form").status_code == 404


def test_nobody_alone_locks_others_out(client: FlaskClient) -> None:
    """What one address is refused counts for no survey."""
    for _ in range(3 * SURVEY_TIMES):
        from_(client, "192.0.2.1")
    assert from_(client, "192.0.2.2").status_code == 404


def test_one_link_is_not_asked_for_ever(client: FlaskClient) -> None:
    token, answers = uuid4().hex, []
    for n in range(LINK_AMOUNT + 1):
        answers.append(from_(client, f"192.0.2.{n}", f"/s/survey-{n // 20}?t={token}").status_code)
    assert answers == [404] * LINK_AMOUNT + [429]
    assert from_(client, "192.0.2.200", f"/s/survey-9?t={uuid4().hex}").status_code == 404


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    assert network(address) == counted

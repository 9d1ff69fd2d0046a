"""SECRET_KEY is changed over while mails, widgets, embedding sites and our own services go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.alerts import links as incident_links
from services.survey import links, signatures
from services.survey.edit_tokens import contact_token, edit_token, is_edit_token, read_contact_token
from shared.access.service_tokens import service_principal, service_token
from shared.settings import Settings
from tests.unit.survey.definitions import definition

ID = UUID("3f0d4e6a-8a52-4ad8-9d8e-6f2d3a1b7c55")
NOW = datetime.now(UTC).replace(microsecond=0)
NEW = "a new secret of 32 characters or more"


@pytest.fixture
def changed(settings: Settings) -> Settings:
    """The key is a new one, and the one before is still known."""
    return replace(settings, secret_key=NEW, secret_key_before=settings.secret_key)


def counts(made_by: Settings, read_by: Settings) -> dict[str, bool]:
    """What was signed by one installation and whether the other takes it."""
    link = links.Link("delivery-nps", ID, None, {}, "en", "email", NOW + timedelta(days=1))
    token, incident = links.token(made_by.secret_key, link), str(ID)
    url = incident_links.incident_link(made_by, incident)
    secret = signatures.secret(made_by.secret_key, "delivery-nps", definition().secret_generation)
    sig = signatures.sign(secret, "c-1")
    return {
        "link in a mail": links.read(read_by.secret_keys, "delivery-nps", token) == link,
        "edit token": is_edit_token(read_by.secret_keys, ID, edit_token(made_by.secret_key, ID)),
        "contact": read_contact_token(read_by.secret_keys, contact_token(made_by.secret_key, ID)) == ID,
        "site's signature": signatures.is_signed(read_by.secret_keys, definition(), "c-1", sig, NOW),
        "link to an incident": incident_links.opens(read_by, incident, url.split("?t=")[1]),
        "service": service_principal(read_by, service_token(made_by)) is not None,
    }


def test_what_was_signed_before_still_counts_until_the_key_before_is_taken_away(
    settings: Settings, changed: Settings
) -> None:
    over = replace(changed, secret_key_before=None)
    assert set(counts(settings, changed).values()) == {True}
    assert set(counts(changed, changed).values()) == {True}
    assert set(counts(changed, over).values()) == {True}, "new things are signed with the new key"
    assert set(counts(settings, over).values()) == {False}


def test_before_the_change_services_learn_the_new_key_first(settings: Settings, changed: Settings) -> None:
    """Processes are started one after the other: those not started again take what the others sign."""
    prepared = replace(settings, secret_key_before=NEW)
    assert set(counts(changed, prepared).values()) == {True}
    assert set(counts(settings, prepared).values()) == {True}

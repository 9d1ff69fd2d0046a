"""Everybody who may knock: with keys, tokens and sessions, good ones and bad ones."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from services.survey import links as survey_links
from services.survey.edit_tokens import contact_token, edit_token
from shared.access import ROLES, accounts, create_key, links, sessions
from shared.access.keys import revoke_key
from shared.access.principal import PEOPLE, Principal
from shared.access.service_tokens import service_token
from shared.web import session_cookie
from tests.integration.whole_shop import Shop


class Caller(NamedTuple):
    """Somebody at a door. `role`: what he may, None for nobody we know."""

    name: str
    headers: dict[str, str]
    role: str | None = None


def strangers(shop: Shop) -> Iterator[Caller]:
    """Nobody of these may do what needs a role."""
    conn, key = shop.conn, shop.survey.keys["admin"]
    id_, _, secret = key.removeprefix("jl_").partition("_")
    other = shop.survey.keys["viewer"].rpartition("_")[2]
    keys = {
        "an empty key": "",
        "a word": "admin",
        "a prefix": "jl_",
        "an id alone": f"jl_{id_}",
        "no secret": f"jl_{id_}_",
        "no prefix": f"{id_}_{secret}",
        "half a secret": key[:-20],
        "a longer secret": f"{key}x",
        "another's secret": f"jl_{id_}_{other}",
        "a secret by chance": f"jl_{id_}_{secrets.token_urlsafe(32)}",
        "an unknown id": f"jl_000000000000_{secret}",
        "quotes": f"jl_' OR id = '{id_}_{secret}",
        "a very long one": "jl_" + "x" * 8_000,
        "Latin-1": "jl_é_\xff",
        "the hash": _hash(shop, id_),
        "two keys": f"{key}, {key}",
    }
    for name, token in (keys | _tokens(shop)).items():
        yield _bearer(name, token)
    yield Caller("no key", {})
    yield Caller("the key as a password", {"Authorization": f"Basic {key}"})
    yield Caller("the key without a scheme", {"Authorization": key})
    yield Caller("the key in a header of its own", {"X-API-Key": key})
    yield Caller("a service's header", {"X-Forwarded-User": "admin", "Remote-User": "admin"})
    past = datetime.now(UTC) - timedelta(seconds=1)
    yield _bearer("an expired key", create_key(conn, "admin", "expired", past))
    gone = create_key(conn, "admin", "revoked")
    revoke_key(conn, gone.split("_")[1])
    yield _bearer("a revoked key", gone)
    yield from _ended(shop)


def _tokens(shop: Shop) -> dict[str, str]:
    """What we sign for other doors."""
    secret_key = shop.settings.secret_key
    return {
        "an edit token": edit_token(secret_key, uuid4()),
        "a contact token": contact_token(secret_key, uuid4()),
        "a survey's link": _survey_link(shop),
        "a sign-in link": _sign_in_link(shop),
        "a service token of another house": service_token(replace(shop.settings, secret_key="x" * 40)),
    }


def keys_of_roles(shop: Shop) -> list[Caller]:
    """A key of each role."""
    return [_bearer(f"a key of the role {role}", shop.survey.keys[role], role) for role in ROLES]


def sessions_and_services(shop: Shop) -> list[Caller]:
    """A session of each role of people, with its CSRF token, and one of our services."""
    found = [_bearer("one of our services", service_token(shop.settings), "viewer")]
    for role in PEOPLE:
        cookie, csrf = _signed_in(shop, f"{role}@example.com", role)
        found.append(Caller(f"a {role} who is signed in", {"Cookie": cookie, "X-CSRF-Token": csrf}, role))
    return found


def _ended(shop: Shop) -> Iterator[Caller]:
    """Sessions that are over, each in its own way; all had been an admin's."""
    conn = shop.conn
    cookie, csrf = _signed_in(shop, "disabled@example.com", "admin")
    accounts.disable(conn, "disabled@example.com")
    yield Caller("a disabled account's session", {"Cookie": cookie, "X-CSRF-Token": csrf})
    cookie, csrf = _signed_in(shop, "late@example.com", "admin")
    conn.execute("UPDATE access.session SET expires_at = now() WHERE email = 'late@example.com'")
    yield Caller("an expired session", {"Cookie": cookie, "X-CSRF-Token": csrf})
    cookie, csrf = _signed_in(shop, "gone@example.com", "admin")
    conn.execute("DELETE FROM access.account WHERE email = 'gone@example.com'")
    yield Caller("a removed account's session", {"Cookie": cookie, "X-CSRF-Token": csrf})
    key = create_key(conn, "admin", "to be revoked")
    who = Principal(key.split("_")[1], "to be revoked", "admin")
    cookie, csrf = _cookie(shop, sessions.begin(conn, who))
    revoke_key(conn, who.id)
    yield Caller("a revoked key's session", {"Cookie": cookie, "X-CSRF-Token": csrf})
    cookie, csrf = _signed_in(shop, "forged@example.com", "admin")
    yield Caller("a session's id that is not signed", {"Cookie": re.sub(r"\.[^;]*", "", cookie)})


def _signed_in(shop: Shop, email: str, role: str) -> tuple[str, str]:
    accounts.add(shop.conn, email, role, role)
    found = accounts.person(shop.conn, shop.settings.fallback_owner, email)
    assert found
    return _cookie(shop, sessions.begin(shop.conn, found))


def _cookie(shop: Shop, session: str) -> tuple[str, str]:
    found = sessions.find(shop.conn, shop.settings.fallback_owner, session)
    assert found
    signed = session_cookie._signer(shop.settings).dumps(session)
    return f"{session_cookie.name(shop.settings)}={signed!s}", found.csrf


def _bearer(name: str, token: str, role: str | None = None) -> Caller:
    return Caller(name, {"Authorization": f"Bearer {token}"}, role)


def _hash(shop: Shop, key_id: str) -> str:
    row = shop.conn.execute(
        "SELECT encode(secret_hash, 'hex') AS hash FROM access.api_key WHERE id = %s", [key_id]
    ).fetchone()
    assert row
    return f"jl_{key_id}_{row['hash']}"


def _survey_link(shop: Shop) -> str:
    later = datetime.now(UTC) + timedelta(days=1)
    made = survey_links.Link("delivery-nps", uuid4(), None, {}, None, "mail", later)
    return survey_links.token(shop.settings.secret_key, made)


def _sign_in_link(shop: Shop) -> str:
    accounts.add(shop.conn, "linked@example.com", "admin", "Linked")
    links.ask(shop.conn, "linked@example.com", "")
    row = shop.conn.execute("SELECT id FROM access.sign_in_link").fetchone()
    assert row
    return links.token(shop.settings, row["id"])

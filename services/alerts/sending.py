"""The second half of the notifier: one claimed notification becomes a message and leaves by its channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.alerts.channels import addressed, chat, email, webhook
from services.alerts.channels.addressed import Channel
from services.alerts.channels.outcome import Outcome, Refused
from services.alerts.links import elsewhere, incident_link, review_link, win_link
from services.alerts.messages.compose import Message, Told, message, message_for_test
from services.alerts.messages.follow_up import Case, case
from services.alerts.messages.gather import story
from services.alerts.messages.missing import missing
from services.alerts.messages.review import REVIEW
from services.alerts.messages.review import message as message_of_review
from services.alerts.messages.story import OF_FOLLOW_UPS, TEST, WIN
from services.alerts.messages.win import Won, won
from services.alerts.secret_texts import filled_in
from services.alerts.store import follow_ups, incidents, owners, reviews, silences, stories, wins
from services.alerts.store import notifications as store
from shared.db import Connection
from shared.deadline import TimeUp, within
from shared.events import isoformat
from shared.settings import Settings, SettingsError, secret_from_environment
from shared.wording import clean

Row = Mapping[str, Any]
# Shorter than the lease (schedule.LEASE): while one attempt runs, nobody else starts another.
MOST_SECONDS = 20.0


def send(conn: Connection, settings: Settings, row: Row, now: datetime) -> Outcome:
    """Make one attempt at the notification `row`. What receivers and configuration do wrong is an Outcome."""
    owner = owners.get(conn, row["owner"]) if row["owner"] else None
    channel = _channel(settings, row, owner)
    if channel is None:
        return Outcome(False, "The owner does not have this channel any more.", final=True)
    content = _message(conn, settings, row, owner)
    earlier = _earlier(conn, row) if channel.kind == "email" else []
    try:
        url, secret = _filled_in(channel.url), _filled_in(channel.secret or "")
        with within(MOST_SECONDS):
            return _by_channel(settings, row, channel.kind, url, secret, content, earlier, now)
    except (Refused, SettingsError) as error:
        return Outcome(False, str(error))
    except TimeUp:
        return Outcome(False, f"No answer within {MOST_SECONDS:g} s.")


def _filled_in(text: str) -> str:
    found = filled_in(text, secret_from_environment).strip()
    if not found.isprintable():
        raise Refused("The channel's URL or secret holds a line break or control character.")
    return found


def _by_channel(
    settings: Settings,
    row: Row,
    kind: str,
    url: str,
    secret: str,
    content: Message,
    earlier: list[Any],
    now: datetime,
) -> Outcome:
    if kind == "webhook":
        private = settings.allow_private_webhooks
        return webhook.send(url, secret, row["id"], content.payload, now, private=private)
    if kind == "apprise":
        return chat.send(url, content, private=settings.allow_private_webhooks)
    letter = email.mail(
        content,
        to=email.address(url),
        mail_from=settings.mail_from,
        notification_id=row["id"],
        earlier=earlier,
        list_name=row["journey"] or "test",
        now=now.astimezone(settings.report_tz),
    )
    return email.send(settings.smtp_url, letter)


def _channel(settings: Settings, row: Row, owner: dict[str, Any] | None) -> Channel | None:
    if row["owner"] is None:
        return addressed.fallback(settings.fallback_owner)
    return addressed.find(owner, row["channel_kind"], row["channel_number"]) if owner else None


def _message(conn: Connection, settings: Settings, row: Row, owner: dict[str, Any] | None) -> Message:
    name = owner["name"] if owner else None
    if row["kind"] == TEST:
        return message_for_test(row["owner"], clean(name or row["owner"]), isoformat(row["planned_at"]))
    if row["kind"] == REVIEW:
        return _review(conn, settings, row, name)
    journey_map = stories.journey_map(conn, row["journey"])
    told = [_story(conn, settings, row, part, journey_map, name) for part in store.told_with(conn, row["id"])]
    return message([_with_links(settings, one, row["owner"]) for one in told])


def _review(conn: Connection, settings: Settings, row: Row, name: str | None) -> Message:
    told = reviews.told_by(conn, row["id"])
    link = review_link(settings, told["journey"], told["document"]["week"])
    return message_of_review(told["document"], name, row["because"], link, isoformat(row["planned_at"]))


def _with_links(settings: Settings, told: Told, owner: str | None) -> Told:
    links = elsewhere(settings, told.journey, told.stage, owner)
    return replace(told, elsewhere=replace(links, silence=None) if isinstance(told, Case | Won) else links)


def _story(
    conn: Connection, settings: Settings, row: Row, part: Row, journey_map: Row | None, name: str | None
) -> Told:
    told_at, zone, url = row["planned_at"], settings.report_tz, settings.survey_url
    if part["kind"] in OF_FOLLOW_UPS:
        now = follow_ups.read(conn, part["facts"]["follow_up"])
        return case(part, now, journey_map, addressee=name, told_at=told_at, survey_url=url, zone=zone)
    if part["kind"] == WIN:
        found = wins.read(conn, part["facts"]["win"])
        assert found is not None, "a notification refers to its win"
        link = win_link(settings, found["id"])
        return won(found, part, journey_map, addressee=name, told_at=told_at, link=link, zone=zone)
    if part["incident_id"] is None:
        return missing(part, journey_map, addressee=name, told_at=told_at, survey_url=url, zone=zone)
    incident = incidents.read(conn, part["incident_id"])
    assert incident is not None, "a notification refers to its incident"
    kept_by = part["facts"].get("silence")
    return story(
        incident,
        journey_map,
        kind=part["kind"],
        facts=part["facts"] | {"silence_why": kept_by and silences.why(conn, kept_by)},
        addressee=name,
        because=part["because"],
        told_at=told_at,
        link=incident_link(settings, incident["id"]),
        zone=zone,
    )


def _earlier(conn: Connection, row: Row) -> list[Any]:
    """The mails this one threads under: those that opened the incidents it tells about."""
    if row["kind"] in (TEST, REVIEW):
        return []
    told = store.told_with(conn, row["id"])
    return store.opening_mails(conn, row, [part["incident_id"] for part in told if part["incident_id"]])

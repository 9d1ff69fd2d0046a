"""Links in messages: to the incident, read-only and without a sign-in for 7 days; to where people sign in first."""

from __future__ import annotations

from urllib.parse import urlencode

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from services.alerts.messages.story import Elsewhere
from shared.settings import Settings

VALID_SECONDS = 7 * 86_400
_SALT = "incident-link"


class LinkExpired(Exception):
    """The link was once valid for this incident."""


def incident_link(settings: Settings, incident: str) -> str:
    """The address of the incident's page, signed for this incident only."""
    return f"{settings.alerts_url}/incidents/{incident}?t={_signer(settings).dumps(incident)}"


def review_link(settings: Settings, journey: str, week: str) -> str:
    """The address of a review's page; it asks for a sign-in, because it holds what customers wrote."""
    return f"{settings.alerts_url}/reviews/{journey}?{urlencode({'week': week})}"


def win_link(settings: Settings, win: str) -> str:
    """Where the win stands in the list of them all; it asks for a sign-in."""
    return f"{settings.alerts_url}/wins#{win}"


def elsewhere(settings: Settings, journey: str, stage: str, owner: str | None) -> Elsewhere:
    """Where whoever is told silences the stage, and sees how they are told; both ask for a sign-in."""
    asked = urlencode({"journey": journey, "stage": stage})
    whose = f"/owners/{owner}" if owner else "/owners"
    return Elsewhere(f"{settings.alerts_url}/silences?{asked}", settings.alerts_url + whose)


def opens(settings: Settings, incident: str, token: str) -> bool:
    """Whether `token` opens this incident's page. Raises LinkExpired where it did, more than 7 days ago."""
    try:
        return bool(_signer(settings).loads(token, max_age=VALID_SECONDS) == incident)
    except SignatureExpired as error:
        if error.payload is not None and _signer(settings).load_payload(error.payload) == incident:
            raise LinkExpired from error
        return False
    except BadSignature:
        return False


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_keys, salt=_SALT)

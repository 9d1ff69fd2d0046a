"""Links that open one incident read-only, for 7 days, without a sign-in."""

from __future__ import annotations

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from shared.settings import Settings

VALID_SECONDS = 7 * 86_400
_SALT = "incident-link"


class LinkExpired(Exception):
    """The link was once valid for this incident."""


def incident_link(settings: Settings, incident: str) -> str:
    """The address of the incident's page, signed for this incident only."""
    return f"{settings.alerts_url}/incidents/{incident}?t={_signer(settings).dumps(incident)}"


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
    return URLSafeTimedSerializer(settings.secret_key, salt=_SALT)

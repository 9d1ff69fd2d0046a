"""The tokens with which our services call each other."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeTimedSerializer

from shared.access.principal import Principal
from shared.settings import Settings

SERVICE_TOKEN_SECONDS = 300
_SALT = "service-token"


def service_token(settings: Settings) -> str:
    """A token for a call from one of our services to another; valid for 5 minutes, may read."""
    return _signer(settings).dumps("viewer")


def service_principal(settings: Settings, token: str) -> Principal | None:
    """The principal of a service token; None where it is forged or too old."""
    try:
        role = _signer(settings).loads(token, max_age=SERVICE_TOKEN_SECONDS)
    except BadSignature:
        return None
    return Principal("service", "service", role)


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_keys, salt=_SALT)

"""How a webhook is signed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from services.alerts.channels import webhook
from services.alerts.channels.outcome import Refused

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_both_secrets_verify_while_one_replaces_the_other(secret: str) -> None:
    now, body = datetime.now(UTC), b'{"type":"test"}'
    headers = {
        "webhook-id": "n-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook.signatures(f"{NEW} {OLD}", "n-1", now, body),
    }
    assert Webhook(secret).verify(body, headers) == {"type": "test"}


@pytest.mark.parametrize("secret", ["", " ", "whsec_", "whsec_a"])
def test_without_a_usable_secret_nothing_is_sent(secret: str) -> None:
    with pytest.raises(Refused, match="secret"):
        webhook.send("http://127.0.0.1:1/", secret, "n-1", {}, datetime.now(UTC), private=True)

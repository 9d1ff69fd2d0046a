"""The form of an owner: the document PUT as its inputs show it, and inputs as a document again. Pure.

Inputs are called by the fields' paths (`channels[1].url`), so that what is wrong stands at its input. What a person
leaves empty is left out of the document. `channels[1].was` is the place of a stored channel: it may move up when one
before it is removed, and what is masked still stands for its own value.
"""

from __future__ import annotations

import base64
import math
import re
import secrets
from collections.abc import Mapping
from typing import Any

from services.alerts.secret_texts import REFERENCE, masked
from services.alerts.views import channel_words

Values = dict[str, Any]
LABELS = {
    "owner": "Key",
    "name": "Name",
    "email": "E-mail address",
    "escalate_to": "Then tell",
    "escalate_after_hours": "After hours",
    "repeat_hours": "Tell again",
}
_PLAIN = ("owner", "name", "email", "escalate_to", "escalate_after_hours", "repeat_hours")
_CHANNEL = re.compile(r"channels\[(\d{1,2})\]\.(kind|url|secret|was)")
_PLACE = re.compile(r"\d{1,2}", re.ASCII)
_OF_A_CHANNEL = ("kind", "url", "secret", "was")
_SECRET_BYTES = 32


def values(owner: str, document: Mapping[str, Any]) -> Values:
    """What the inputs show of a stored owner; secrets are masked, for admins too: nobody needs to read them here."""
    shown = masked(dict(document))
    found: Values = {name: _text(shown.get(name)) for name in _PLAIN} | {"owner": owner}
    channels = enumerate(shown.get("channels") or [])
    return found | _channels([_row(one) | {"was": str(number)} for number, one in channels])


def blank(**given: str) -> Values:
    """A new owner's inputs."""
    return dict.fromkeys(_PLAIN, "") | given


def complete(sent: Mapping[str, Any]) -> Values:
    """What was sent as all inputs of the form, channels in a row from 0."""
    return _completed(sent, rows(sent))


def labels(sent: Mapping[str, Any]) -> dict[str, str]:
    """What each input is called where it stands alone, as in the summary of what is wrong."""
    found, words = dict(LABELS), (("url", "address"), ("secret", "secret"))
    for number, row in enumerate(rows(sent)):
        kind = channel_words.KINDS.get(row["kind"], "Channel")
        found |= {f"channels[{number}].{name}": f"{kind}, {word}" for name, word in words}
    return found


def rows(sent: Mapping[str, Any]) -> list[dict[str, str]]:
    """The channels among the inputs, in their order: [{kind, url, secret}]."""
    found: dict[int, dict[str, str]] = {}
    for name, text in sent.items():
        if match := _CHANNEL.fullmatch(name):
            found.setdefault(int(match[1]), dict.fromkeys(_OF_A_CHANNEL, ""))[match[2]] = text
    return [found[number] for number in sorted(found)]


def document(sent: Mapping[str, Any], stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """The document that the inputs stand for, with what is masked as it is stored."""
    plain = {name: sent.get(name, "") for name in ("name", "email", "escalate_to")}
    hours = {name: _number(sent.get(name, "")) for name in ("escalate_after_hours", "repeat_hours")}
    channels = [_channel(row, (stored or {}).get("channels") or []) for row in rows(sent)]
    found = {name: value for name, value in (plain | hours).items() if value != "" or name == "name"}
    return found | ({"channels": channels} if channels else {})


def edited(sent: Mapping[str, Any], do: str) -> Values | None:
    """The inputs after a button that changes the form only: add-webhook, remove-2, secret-0; None for another one."""
    what, _, which = do.partition("-")
    channels = rows(sent)
    if what == "add" and which in channel_words.KINDS:
        secret = new_secret() if which == "webhook" else ""
        channels.append({"kind": which, "url": "", "secret": secret, "was": ""})
    elif what in ("remove", "secret") and 0 <= (at := place(which)) < len(channels):
        if what == "remove":
            del channels[at]
        else:
            channels[at]["secret"] = new_secret()
    else:
        return None
    return _completed(sent, channels) | {name: sent[name] for name in ("etag",) if name in sent}


def place(text: str) -> int:
    """The place of a channel, as inputs name it; -1 for what is none."""
    return int(text) if _PLACE.fullmatch(text) else -1


def new_secret() -> str:
    """A secret for a webhook, after Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def replaced(stored: Mapping[str, Any], at: int, *, ending: bool) -> tuple[dict[str, Any], str] | None:
    """The document with a new secret before the webhook's present one, and that new one; `ending`: with the newer of
    two alone. None where there is nothing to begin or end."""
    channels = stored.get("channels") or []
    wanted = "two" if ending else "one"
    if not 0 <= at < len(channels) or channels[at]["kind"] != "webhook":
        return None
    if secret_state(channels[at]) != wanted:
        return None
    present = channels[at]["secret"].split()[0]
    new = present if ending else new_secret()
    changed = {**channels[at], "secret": new if ending else f"{new} {present}"}
    return {**stored, "channels": [*channels[:at], changed, *channels[at + 1 :]]}, new


def secret_state(channel: Mapping[str, Any]) -> str:
    """Of a webhook: one, two (while one replaces the other), or variable."""
    secret = channel.get("secret") or ""
    return "variable" if REFERENCE.search(secret) else "two" if len(secret.split()) == 2 else "one"


def _completed(sent: Mapping[str, Any], channels: list[dict[str, Any]]) -> Values:
    return {name: sent.get(name, "") for name in _PLAIN} | _channels(channels)


def _channels(found: list[dict[str, Any]]) -> Values:
    return {
        f"channels[{number}].{name}": row.get(name) or ""
        for number, row in enumerate(found)
        for name in _OF_A_CHANNEL
    }


def _row(channel: Mapping[str, Any]) -> dict[str, str]:
    """A masked channel as its inputs show it."""
    return {**channel, "url": channel_words.typed(channel["kind"], channel["url"])}


def _channel(row: Mapping[str, str], stored: list[dict[str, Any]]) -> dict[str, Any]:
    was = place(row["was"])
    before = stored[was] if 0 <= was < len(stored) else None
    found = {
        "kind": row["kind"],
        "url": channel_words.meant(row["kind"], row["url"]),
        "secret": row["secret"],
    }
    if before and before["kind"] == row["kind"]:
        shown = _row(masked({"channels": [before]})["channels"][0])
        kept = {name for name in ("url", "secret") if row[name] and row[name] == shown.get(name)}
        found |= {name: before[name] for name in kept}
    return {name: value for name, value in found.items() if value or name == "url"}


def _number(text: str) -> float | int | str:
    """A number as typed, with a comma too; what is none is left for the schema to refuse."""
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return text
    if math.isnan(found):
        return text
    return int(found) if found.is_integer() else found


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)

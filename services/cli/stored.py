"""What the services have: against a file, and as a file."""

from __future__ import annotations

from services.cli.documents import KINDS, Difference, Document, Item, differences
from services.cli.http import Api, Refused
from shared.reserved import CHECK

SERVICE = {
    "owners": "alerts",
    "journeys": "survey",
    "surveys": "survey",
    "detectors": "alerts",
    "silences": "alerts",
    "measures": "aggregator",
    "reviews": "alerts",
}
# What lists say about an item beside its document.
FACTS = {
    "journeys": {"revision", "archived"},
    "surveys": {"revision"},
    "owners": {"unreachable"},
    "silences": {"state"},
}
DEFAULTS: Document = {"false_alarms_per_year": None, "enabled": True}
UNKNOWN, NOT_VALID = 404, 422

Changed = tuple[Item, list[Difference] | None]


def changes(api: Api, wanted: list[Item]) -> list[Changed]:
    """Items that differ, with what differs; None for an item that isn't there yet."""
    kinds = {item.kind for item in wanted} - {"detectors"}
    stored = {(item.kind, item.key): item.document for kind in kinds for item in _stored(api, kind)}
    found: list[Changed] = []
    for item in wanted:
        before = _detector(api, item) if item.kind == "detectors" else stored.get((item.kind, item.key))
        after = item.document if before is None or item.kind != "detectors" else before | item.document
        changed = None if before is None else list(differences(before, after))
        if changed is None or changed:
            found.append((item, changed))
    return found


def documents(api: Api, kind: str) -> list[Document]:
    """All documents of a kind that are somebody's, as they stand in a file."""
    if kind == "detectors":
        listed = [
            Item(kind, tuple(row[name] for name in KINDS[kind]), {})
            for row in api.items("alerts", "/v1/detectors")
        ]
        found = [Item(kind, item.key, _detector(api, item) or {}) for item in listed]
        own = [item for item in found if item.document not in ({}, DEFAULTS)]
        return [item.named for item in own]
    kept = [item for item in _stored(api, kind) if CHECK not in (item.key[0], item.journey)]
    return [item.named for item in kept if item.document.get("status") != "archived"]


def _stored(api: Api, kind: str) -> list[Item]:
    """The items of a kind that the service has; archived surveys too, but no archived journeys: a PUT revives them."""
    found = []
    archived = {"archived": "true"} if kind == "surveys" else {}
    for listed in api.items(SERVICE[kind], f"/v1/{kind}", **archived):
        key = tuple(str(listed.pop(name)) for name in KINDS[kind])
        document = {name: value for name, value in listed.items() if name not in FACTS.get(kind, ())}
        found.append(Item(kind, key, document))
    return found


def _detector(api: Api, item: Item) -> Document | None:
    """A detector's own settings: what a PUT of the defaults would change, and the defaults for the rest."""
    answer = api.request("alerts", "PUT", item.path, params={"dry_run": "true"}, json={})
    if answer.status_code in (UNKNOWN, NOT_VALID):  # the latter is told when its PUT is judged
        return None
    if not answer.ok:
        raise Refused(answer)
    return DEFAULTS | {change["path"]: change["before"] for change in answer.json()["changes"]}

"""A course in words, and as a row of the table in docs/promises.md."""

from __future__ import annotations

from collections.abc import Sequence

from tests.chaos.course import Outcome

SIGKILLS = ("kill", "ambush", "restart")
# Where a course is red, what the checks of these names found is in its words; a row says only that they found it.
COLUMNS = {
    "lost": ("answered", "arrived", "stored"),
    "difference": ("numbered", "counted", "recounted"),
    "rebuild": ("rebuilt",),
    "incidents": ("incidents",),
    "told": ("told", "harness"),
}
GOOD = {"lost": "0", "difference": "0", "rebuild": "equal", "incidents": "as scripted", "told": "all"}
HEAD = """| size | broker | seed | answers (sent twice, changed) | events | SIGKILLs (at a commit) | other faults \
| lost | difference | rebuild | incidents | told | minutes |
|---|---|---|---|---|---|---|---|---|---|---|---|---|"""


def said(found: Outcome, bug: str | None) -> str:
    """Everything about one course."""
    lines = [
        f"seed {found.seed} on {found.broker}{f' with {bug}' if bug else ''}: {found.seconds:.0f} s ({_lasted(found)})",
        f"  {found.answers} answers, {found.repeats} sent twice, {found.changes} changed; {_counts(found.faults)}",
        f"  statuses {dict(sorted(found.statuses.items()))}",
        *(f"  WRONG ({name}): {one}" for name, ones in found.found.items() for one in ones),
        "  red" if found.wrong else "  all promises hold",
    ]
    return "\n".join(lines)


def table(size: str, outcomes: Sequence[Outcome]) -> str:
    """The courses in markdown."""
    return "\n".join([HEAD, *(_row(size, found) for found in outcomes)])


def _row(size: str, found: Outcome) -> str:
    kills = sum(found.faults.get(kind, 0) for kind in SIGKILLS)
    others = {kind: n for kind, n in found.faults.items() if kind not in (*SIGKILLS, "kill at a commit")}
    cells = [
        size,
        found.broker,
        str(found.seed),
        f"{found.answers:,} ({found.repeats:,}, {found.changes:,}) after {found.past:,}",
        f"{found.events:,}",
        f"{kills} ({found.faults.get('kill at a commit', 0)})",
        _counts(others),
        *("**RED**" if any(map(found.found.get, names)) else GOOD[name] for name, names in COLUMNS.items()),
        f"{found.seconds / 60:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _counts(faults: dict[str, int]) -> str:
    return ", ".join(f"{n} {kind}" for kind, n in sorted(faults.items()))


def _lasted(found: Outcome) -> str:
    return ", ".join(f"{name} {seconds:.0f}" for name, seconds in found.lasted.items())

"""The survey service's own web app, except that an answer which was found valid is not stored: what ingest is
compared with.

Only here: the two names by which `submission` stores are replaced, everything before and after them stays.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from flask import Flask

from services.survey import app, submission


def create_app() -> Flask:
    """The survey app; the first answer to a survey is stored (its definition is read then), later ones are not."""
    vars(submission)["autocommit"] = nullcontext
    vars(submission)["accept_one"] = _take
    return app.create_app()


def _take(*_: Any) -> bool:
    return True

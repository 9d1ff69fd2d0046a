"""A second door of the survey service whose clock the demo sets: what comes in there came in weeks ago.

It is the service's own web app, in the demo's process, on a port of its own. Only what time it is differs:
`received_at` of an answer is the clock's, and all that follows (the log, the detectors' days, a case's due time) goes
by that.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from zoneinfo import ZoneInfo

from werkzeug.serving import make_server

from dev.installation import Environment
from dev.ports import LOOPBACK
from services.survey.app import create_app
from shared import settings


@dataclass
class Door:
    """An open door: its address, and what time it is there."""

    environment: Environment
    zone: ZoneInfo
    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def set_to(self, local: datetime) -> None:
        """Make it this time there; a naive time of REPORT_TZ."""
        self.moment = local.replace(tzinfo=self.zone).astimezone(UTC)


@contextmanager
def opened(environment: Environment) -> Iterator[Door]:
    """A door for as long as the block runs; its `environment` is the stack's with the door's address in it."""
    found = settings.load(environment | {"LOG_LEVEL": "ERROR"})
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app(found)
    server = make_server(LOOPBACK, 0, app, threaded=True)
    url = f"http://{LOOPBACK}:{server.server_port}"
    door = Door(environment | {"SURVEY_URL": url}, found.report_tz, datetime.now(UTC))
    app.extensions["journeyloop"].clock = door.now
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["journeyloop"].pool.close()

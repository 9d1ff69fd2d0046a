"""The web server's own log lines (gunicorn): without address, request line, header or body of what it refuses."""

from __future__ import annotations

import sys
from typing import Any

from gunicorn.glogging import Logger

from shared.telemetry import describe

_REFUSED = "Invalid request from ip="
_FAILED = "Error handling request"


class ServerLog(Logger):
    """Gunicorn's logger. It quotes whoever sends something that is no HTTP, and the address of a failing request."""

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """As gunicorn's, but what was refused is told by the kind of its fault only."""
        if str(msg).startswith(_REFUSED):
            msg, args = "Refused what is no request: %s", (_kind(sys.exc_info()[1]),)
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """As gunicorn's, but the error is told as our own logs tell errors, and nothing of the request is."""
        error = sys.exc_info()[1]
        if isinstance(msg, BaseException):
            msg, args = _kind(msg), ()
        elif str(msg).startswith(_FAILED):
            msg, args = _FAILED, ()
        told = f"{msg % args if args else msg}"
        self.error("%s\n%s", told, describe(error).rstrip() if error else "", **kwargs)


def _kind(error: BaseException | None) -> str:
    return type(error).__name__ if error else "unknown"

"""supervisord, looking at its processes five times a second: by itself it takes up to 2 s to see that one died."""

from __future__ import annotations

from typing import Any

from supervisor.options import ServerOptions
from supervisor.supervisord import go

LOOK_SECONDS = 0.2


def main() -> None:
    """Run until told to stop; arguments as for supervisord."""
    options = ServerOptions()
    options.realize()
    options.first, options.test = True, False
    poll = options.poller.poll
    options.poller.poll = lambda timeout: _poll(poll, timeout)
    go(options)
    options.close_httpservers()
    options.close_logger()


def _poll(poll: Any, timeout: float) -> Any:
    return poll(min(timeout, LOOK_SECONDS))


if __name__ == "__main__":
    main()

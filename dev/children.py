"""Child processes that never outlive their parent, even one that is killed."""

from __future__ import annotations

import ctypes
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death_signal: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `death_signal` to the child when its parent ends in whatever way."""

    def set_death_signal() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))

    return set_death_signal


def start(
    command: Sequence[str | Path],
    log: Path,
    *,
    death_signal: signal.Signals = signal.SIGKILL,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start `command` with both outputs appended to `log`; `options` as for subprocess.Popen."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(death_signal),
            **options,
        )


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
    """Ask the process to end, wait, and kill it if it has not ended after `seconds`."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

"""Files of a stack's own, in place of the checkout's: what chaos changes about the processes."""

from __future__ import annotations

from pathlib import Path

import libfaketime

LIBFAKETIME = Path(libfaketime.__file__).parent / "vendor/libfaketime/src/libfaketime.so.1"
# Our processes reach the database through the harness's network under their names, and their clock is told by a file.
RUN_SH = """
case $name in survey-*|aggregator-*|alerts-*)
  DATABASE_URL=$(printf %s "$DATABASE_URL" | sed "s/:$POSTGRES_PORT\\//:$CHAOS_PORT\\//")
  LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE=$PWD/clock FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1
  PGAPPNAME=$name
  export DATABASE_URL PGAPPNAME
  export LD_PRELOAD FAKETIME_TIMESTAMP_FILE FAKETIME_CACHE_DURATION FAKETIME_DONT_FAKE_MONOTONIC ;;
esac
exec "$@"
"""


def own(root: Path, name: str) -> Path:
    """Make `name`, reached through links from `root`, a file of this root alone; its path."""
    folder = root
    for part in Path(name).parts[:-1]:
        folder = folder / part
        if folder.is_symlink():
            target = folder.resolve()
            folder.unlink()
            folder.mkdir()
            for entry in target.iterdir():
                if entry.name != "__pycache__":
                    (folder / entry.name).symlink_to(entry)
    file = root / name
    text = file.read_text()
    if file.is_symlink():
        file.unlink()
    file.write_text(text)
    return file


def change(root: Path, name: str, old: str, new: str) -> None:
    """Replace `old`, which stands there once, by `new` in a file of this root. Raises ValueError where it does not."""
    file = own(root, name)
    text = file.read_text()
    if text.count(old) != 1:
        raise ValueError(f"{name} holds this {text.count(old)} times instead of once: {old!r}")
    file.write_text(text.replace(old, new))


def disturb(root: Path) -> None:
    """Have our processes started so that their network and clock can be disturbed."""
    set_clock(root, 0)
    change(root, "dev/run.sh", 'exec "$@"\n', RUN_SH.replace("{library}", f"'{LIBFAKETIME}'").lstrip())


def set_clock(root: Path, seconds: float) -> None:
    """How far our processes' clock is ahead of the real one, within a second from now."""
    new = root / "clock.new"
    new.write_text(f"{seconds:+.0f}\n")
    new.replace(root / "clock")

"""Gunicorn for any service: `gunicorn -c deploy/gunicorn.conf.py 'services.survey.app:create_app()'`.

The application is made in each worker, after the fork, so that no worker shares a database connection with another.
"""

import ctypes
import gc
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from shared.settings import load
from shared.web.server import last_call

_settings = load()
# Whoever imports prometheus_client first, even in the master: it asks then whether there are several processes.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", "")
_service = next(part.split(".")[1] for part in sys.argv if part.startswith("services."))

bind = f"{_settings.bind_host}:{_settings.port(_service)}"
worker_class = "shared.web.server.worker.Worker"  # gthread with a bounded queue: docs/load.md
logger_class = "shared.web.server.log.ServerLog"  # gunicorn's own quotes what it refuses
workers = _settings.web_workers
threads = _settings.web_threads
worker_connections = 4096
proc_name = f"journeyloop-{_service}"
timeout = 60
graceful_timeout = 10
keepalive = 5
sendfile = False  # a file waits as every answer does (shared/web/server/leaving.py)
control_socket_disable = True
worker_tmp_dir = (
    "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
)  # the heartbeat file must not wait for a disk


def on_starting(server: object) -> None:
    """Make an empty folder for the request times that all workers of this service add up (/metrics)."""
    if _settings.prometheus_multiproc_dir:
        folder = Path(_settings.prometheus_multiproc_dir) / _service
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    else:
        folder = Path(tempfile.mkdtemp(prefix=f"journeyloop-{_service}-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # before a worker imports prometheus_client


def when_ready(server: object) -> None:
    """At a stop turn newcomers away before the socket closes, so that none is cut off."""
    server.stop = last_call.before_stopping(server)  # type: ignore[attr-defined]


def post_fork(server: object, worker: object) -> None:
    """End with the master, even one that was killed: the next master needs the port at once."""
    if sys.platform == "linux":
        death_signal = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(death_signal, signal.SIGKILL)


def worker_exit(server: object, worker: object) -> None:
    """Spare Python its last collection, a third of a second of a busy CPU, for which the successor would wait."""
    gc.freeze()


def child_exit(server: object, worker: object) -> None:
    """Forget the gauges of a worker that is gone."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[attr-defined]


def on_exit(server: object) -> None:
    """Remove the folder of request times."""
    shutil.rmtree(os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""), ignore_errors=True)

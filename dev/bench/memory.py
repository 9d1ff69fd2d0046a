"""The most memory a process ever had (VmHWM), as the kernel counted it."""

from __future__ import annotations

from pathlib import Path

import psutil

from dev.bench.figures import Figure
from dev.bench.system import PROCESSES, System

TARGET_MB = 150
CONSUMER_TARGET_MB = 300


def peak_mb(pid: int) -> float:
    """Peak resident memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no VmHWM for process {pid}: this needs Linux")


def measure(system: System, full_speed: dict[str, float]) -> list[Figure]:
    """One figure a process; `full_speed`: peaks of the consumers that worked off the prepared events."""
    figures = []
    for name in PROCESSES:
        target = CONSUMER_TARGET_MB if name.endswith("consumer") else TARGET_MB
        own = _peak_of_tree(system.running[name].pid)
        peak = max(own, full_speed.get(name, 0))
        beside = (
            f"{own:.0f} MB in this run's system, {full_speed[name]:.0f} MB at full speed"
            if name in full_speed
            else ""
        )
        figures.append(
            Figure(
                f"memory: {name}",
                f"{peak:.0f} MB",
                beside,
                None,
                f"≤ {target} MB",
                peak <= target,
                _limit(name),
            )
        )
    return figures


def _limit(name: str) -> str:
    if name.endswith("consumer"):
        return "20 000 decoded events a batch, and what the Kafka client has fetched ahead"
    if name.endswith("web"):
        return "Flask, its libraries and the OpenAPI document; the biggest worker is shown"
    return "Python and its libraries, and one batch"


def _peak_of_tree(pid: int) -> float:
    """The biggest of a process and its children: gunicorn's worker, where there is one."""
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return max(peak_mb(process.pid) for process in processes)

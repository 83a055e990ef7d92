"""Process groups as /proc shows them (proc_pid_stat(5))."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from signal import Signals

_PROC = Path("/proc")


def signal_group(group: int, number: Signals) -> None:
    """Signal every process of a group; a group that is gone, or not ours, is not an error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def group_members(group: int) -> list[int]:
    """The living processes of a group; zombies are not among them."""
    return [pid for pid in _pids() if (stat := _stat(pid)) and stat[2] == str(group) and stat[0] not in "ZX"]


def start_ticks(pid: int) -> int:
    """When a process started, in clock ticks since boot (field 22); 0 if there is no such process."""
    stat = _stat(pid)
    return int(stat[19]) if stat else 0


def carries_run(pid: int, run_id: str) -> bool:
    """Whether a process was started by this run: its environment says so."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return f"DRILL_RUN_ID={run_id}".encode() in environment.split(b"\0")


def _pids() -> list[int]:
    return [int(name) for name in os.listdir(_PROC) if name.isdigit()]  # noqa: PTH208 - twice as fast


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third (state) on."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()

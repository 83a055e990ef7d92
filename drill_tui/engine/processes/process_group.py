"""Process groups, and whose a process is, as /proc shows them (proc_pid_stat(5), proc_pid_environ(5))."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from signal import Signals
from typing import Final

RUN_MARK: Final = "DRILL_RUN_ID"
STEP_MARKS: Final = (RUN_MARK, "DRILL_STEP", "DRILL_ATTEMPT")
"""Variables that a step's program, and whatever it starts, carries; a person's shell lacks the last one."""
KILL_PATIENCE_S: Final = 10.0
_POLL_S: Final = 0.02
_PROC = Path("/proc")


def signal_group(group: int, number: Signals) -> None:
    """Signal every process of a group; a group that is gone, or not ours, is not an error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def signal_process(pid: int, number: Signals) -> None:
    """Signal one process; one that is gone, or not ours, is not an error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def group_members(group: int) -> list[int]:
    """The living processes of a group; zombies are not among them."""
    return [pid for pid in _pids() if (stat := _stat(pid)) and stat[2] == str(group) and stat[0] not in "ZX"]


def start_ticks(pid: int) -> int:
    """When a process started, in clock ticks since boot (field 22); 0 if there is no such process."""
    stat = _stat(pid)
    return int(stat[19]) if stat else 0


def marked(marks: Mapping[str, str]) -> dict[int, str]:
    """Living processes, as pid → name, that steps started with these marks in their environment.

    Found wherever they went, as long as they did not change their own environment; this process is not among
    them.
    """
    wanted = {f"{name}={value}".encode() for name, value in marks.items()}
    found = {}
    for pid in _pids():
        environment = _environment(pid)
        if pid == os.getpid() or not wanted <= environment:
            continue
        if any(entry.startswith(b"DRILL_ATTEMPT=") for entry in environment):
            found[pid] = _name(pid)
    return found


async def end_marked(marks: Mapping[str, str]) -> dict[int, str]:
    """Kill what carries the marks until nothing does, for 10 s at most; what was found, as pid → name."""
    deadline = time.monotonic() + KILL_PATIENCE_S
    found: dict[int, str] = {}
    while (left := marked(marks)) and time.monotonic() < deadline:
        found |= left
        for pid in left:
            signal_process(pid, Signals.SIGKILL)
        await asyncio.sleep(_POLL_S)
    return found


def listed(processes: Mapping[int, str]) -> str:
    """`sleep (1234), sh (1235)`."""
    return ", ".join(f"{name} ({pid})" for pid, name in processes.items())


def _environment(pid: int) -> frozenset[bytes]:
    """Empty for a process that is gone, not ours, or a zombie."""
    try:
        return frozenset((_PROC / str(pid) / "environ").read_bytes().split(b"\0"))
    except OSError:
        return frozenset()


def _name(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "comm").read_text("utf-8", "replace").strip()
    except OSError:
        return "?"


def _pids() -> list[int]:
    return [int(name) for name in os.listdir(_PROC) if name.isdigit()]  # noqa: PTH208 - twice as fast


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third (state) on."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()

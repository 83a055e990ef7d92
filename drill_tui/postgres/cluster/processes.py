"""Server processes: started without privileges, told apart from later owners of a pid, ended for sure."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.cluster.account import Account

LAUNCHER = Path(__file__).with_name("launch.py")
POLL_S = 0.02
HOME_VARIABLE = "DRILL_SERVER_HOME"
"""Set for a server and thus for whatever it starts: its working directory."""
IMMEDIATE = ((signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
"""PostgreSQL's immediate shutdown (manual 19.5), then the end: for servers whose data is thrown away."""

_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A child that became its program.  `reached` holds what it was cut off from: network, sockets, files."""

    pid: int
    start_ticks: int
    reached: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A disk of its own for a folder of an isolated program: what is in it, and so much room besides."""

    folder: Path
    room_bytes: int


def launch(
    argv: Sequence[str],
    *,
    account: Account,
    cwd: Path,
    log: IO[bytes],
    env: Mapping[str, str],
    isolate: bool = False,
    argv_shared_network: Sequence[str] = (),
    hide: Sequence[str] = (),
    keep: Path | None = None,
    outlive: bool = False,
    disk: Disk | None = None,
) -> Launched:
    """Start a program through `launch.py`; must be called from the main thread.

    The kernel ends the child when the *thread* that made it dies (PR_SET_PDEATHSIG, prctl(2)), unless it is
    to outlive it.
    Raises ActionError when the program cannot be started.
    """
    reader, writer = os.pipe()
    spec = {
        "argv": list(argv),
        "argv_shared_network": list(argv_shared_network or argv),
        "env": dict(env),
        "uid": account.uid,
        "gid": account.gid,
        "cwd": str(cwd),
        "isolate": isolate,
        "hide": list(hide),
        "keep": str(keep or cwd),
        "parent": os.getpid(),
        "outlive": outlive,
        "disk": [str(disk.folder), disk.room_bytes] if disk else None,
        "status_fd": writer,
    }
    with os.fdopen(reader, "rb") as status:
        try:
            child = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(spec)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(writer,),
                start_new_session=True,
                env={"PATH": os.defpath},
                cwd="/",
            )
        finally:
            os.close(writer)
        _children[child.pid] = child
        said = status.read()
    answer = json.loads(said) if said else {"error": "it ended before it started"}
    if "error" in answer:
        child.wait()
        del _children[child.pid]
        raise ActionError(f"cannot start {argv[0]} as {account.name}: {answer['error']}")
    return Launched(pid=child.pid, start_ticks=start_ticks(child.pid) or 0, reached=tuple(answer["reached"]))


def can_isolate(account: Account) -> bool:
    """Whether the kernel grants a child a network of its own: tried with a program that does nothing."""
    with Path(os.devnull).open("wb") as nowhere:
        try:
            child = launch(["/bin/true"], account=account, cwd=Path("/"), log=nowhere, env={}, isolate=True)
        except ActionError:
            return False
    _children.pop(child.pid).wait()
    return "network" in child.reached


def can_have_disk(account: Account) -> bool:
    """Whether the kernel grants a child a disk of its own: tried with a program that does nothing."""
    with TemporaryDirectory(prefix="drill-disk-") as home, Path(os.devnull).open("wb") as nowhere:
        folder = Path(home, "base")
        folder.mkdir()
        for path in (Path(home), folder):
            os.chown(path, account.uid, account.gid)
        disk = Disk(folder=folder, room_bytes=1 << 20)
        try:
            child = launch(
                ["/bin/true"],
                account=account,
                cwd=folder.parent,
                log=nowhere,
                env={},
                isolate=True,
                disk=disk,
            )
        except ActionError:
            return False
        _children.pop(child.pid).wait()
    return "disk" in child.reached


async def finished(pid: int) -> int:
    """The exit status of a child of ours; negative for a signal.  Ends the child when cancelled."""
    child = _children[pid]
    try:
        return await asyncio.to_thread(child.wait)
    except asyncio.CancelledError:
        child.kill()
        child.wait()
        raise
    finally:
        _children.pop(pid, None)


def start_ticks(pid: int) -> int | None:
    """When a process started, in clock ticks since boot (proc_pid_stat(5), field 22); None when it is gone.

    A zombie counts as gone.
    """
    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        return None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


def is_alive(pid: int, ticks: int) -> bool:
    """Whether the process that had this pid at that start is still running."""
    return start_ticks(pid) == ticks


def inside(home: Path) -> dict[int, int]:
    """Processes of the server that lives in `home`, as pid → start ticks.

    PostgreSQL's postmaster and all its children stay in the data directory; programs that a query started
    carry the server's environment.  A person's shell that happens to stand there is neither.
    """
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (_is_server_in(entry, home) or _was_started_by(entry, home)):
            ticks = start_ticks(int(entry.name))
            if ticks is not None:
                found[int(entry.name)] = ticks
    return found


def _is_server_in(entry: Path, home: Path) -> bool:
    try:
        program = (entry / "exe").readlink().name.removesuffix(" (deleted)")
        return program == "postgres" and f"{(entry / 'cwd').readlink()}/".startswith(f"{home}/")
    except OSError:
        return False


def _was_started_by(entry: Path, home: Path) -> bool:
    try:
        return f"{HOME_VARIABLE}={home}".encode() in (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


async def end(processes: Mapping[int, int], signals: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn, waiting up to its seconds, until every process is gone.

    Raises ActionError naming the pids that survive the last signal.
    """
    left = dict(processes)
    for sent, wait_s in signals:
        for pid, ticks in left.items():
            if is_alive(pid, ticks):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sent)
        deadline = time.monotonic() + wait_s
        while left := {pid: ticks for pid, ticks in left.items() if is_alive(pid, ticks)}:
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(POLL_S)
        if not left:
            break
    if left:
        raise ActionError(f"cannot end process {', '.join(map(str, left))}; end it by hand")
    for pid in processes:
        if (child := _children.pop(pid, None)) is not None:
            child.wait()

"""A target's working directory: short, private, marked with its run, and never removed without that mark."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.cluster.account import Account, can_run
from drill_tui.postgres.cluster.processes import IMMEDIATE, end, inside

MIB = 1024 * 1024
MARKER = ".drill-run"
SOCKET_PATH_MAX = 107
"""sizeof(sun_path) - 1 (unix(7)); PostgreSQL refuses longer socket paths."""
SOCKET_NAME_LENGTH = len("/s/.s.PGSQL.65535")


def choose(environment: Mapping[str, str], purpose: str, *, with_socket: bool = True) -> Path:
    """A fresh name under `DRILL_WORK_DIR` or the temporary directory, short enough for a unix socket in it.

    Raises ActionError when DRILL_WORK_DIR is too long or missing.
    """
    named = environment.get("DRILL_WORK_DIR")
    base = Path(named or tempfile.gettempdir()).resolve()
    name = f"drill-{purpose}-{secrets.token_hex(4)}"
    if with_socket and len(f"{base}/{name}") + SOCKET_NAME_LENGTH > SOCKET_PATH_MAX:
        if named:
            raise ActionError(
                f"DRILL_WORK_DIR {base} is too long for a unix socket; choose a shorter one, such as /tmp"
            )
        base = Path("/tmp")  # noqa: S108 - the name below it is random and made with mkdir
    if not base.is_dir():
        raise ActionError(f"the working directory {base} does not exist; make it, or unset DRILL_WORK_DIR")
    return base / name


def refuse_small_disk(base: Path, size_bytes: int) -> None:
    """Raises ActionError where a database of that size cannot fit."""
    free = shutil.disk_usage(base).free
    if free < size_bytes:
        raise ActionError(
            f"{base} has {free / MIB:,.0f} MiB free and the database has {size_bytes / MIB:,.0f} MiB; "
            "set DRILL_WORK_DIR to a folder with more space"
        )


def make(path: Path, run_id: str, account: Account) -> None:
    """Make the directory, mark it, and give the account its `data` and `s` (sockets) inside.

    The marker belongs to the caller, out of reach of the server's account.  Raises ActionError when the
    account cannot get to it, or the disk is full or read-only.
    """
    try:
        path.mkdir(mode=0o700)
        (path / MARKER).write_text(f"{run_id}\n")
        for name in ("data", "s"):
            (path / name).mkdir(mode=0o700)
            if account.is_other:
                os.chown(path / name, account.uid, account.gid)
        if account.is_other:
            os.chown(path, -1, account.gid)
            path.chmod(0o710)
    except OSError as problem:
        raise ActionError(f"cannot make the working directory {path}: {problem.strerror}") from problem
    if not _can_enter(account, path / "data"):
        raise ActionError(
            f"{account.name} cannot enter {path}; set DRILL_WORK_DIR to a folder that every account may enter"
        )


def make_plain(path: Path, run_id: str) -> None:
    """Make and mark the directory, for this account alone.  Raises ActionError."""
    try:
        path.mkdir(mode=0o700)
        (path / MARKER).write_text(f"{run_id}\n", "utf-8")
    except OSError as problem:
        raise ActionError(f"cannot make the working directory {path}: {problem.strerror}") from problem


def is_marked(path: Path, run_id: str) -> bool:
    """Whether the directory says that it belongs to this run."""
    marker = path / MARKER
    if path.is_symlink() or not marker.is_file() or marker.is_symlink():
        return False
    with marker.open(encoding="utf-8", errors="replace") as lines:
        return lines.readline().strip() == run_id


async def remove(path: Path, run_id: str) -> None:
    """End every process in the directory, then remove it; proves that nothing is left.

    A directory that is gone is fine; so is one with nothing in it but a mark that was never written: a
    crash came between the two, or the disk was full.
    Raises ActionError when it is another run's or nobody's, or something stays behind.
    """
    if _is_removable(path, run_id):
        await end_server(path)
        drop_shared_memory(path / "data")
        _erase(path)


def _is_removable(path: Path, run_id: str) -> bool:
    if not path.exists() and not path.is_symlink():
        return False
    if is_marked(path, run_id):
        return True
    if path.is_dir() and not path.is_symlink() and all(map(_is_empty_mark, path.iterdir())):
        (path / MARKER).unlink(missing_ok=True)
        path.rmdir()
        return False
    raise ActionError(f"{path} does not carry the mark of run {run_id}; it is left alone")


def _is_empty_mark(path: Path) -> bool:
    return path.name == MARKER and not path.is_symlink() and path.is_file() and path.stat().st_size == 0


def _erase(path: Path) -> None:
    """The mark goes last, so that an interrupted removal can be taken up again."""
    problems: list[str] = []
    for child in path.iterdir():
        if child.name == MARKER:
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child, onerror=lambda _call, name, _error: problems.append(str(name)))
        else:
            child.unlink()
    if not problems:
        (path / MARKER).unlink()
        path.rmdir()
    if path.exists():
        raise ActionError(f"cannot remove {path}: {problems[0] if problems else 'still there'}")


async def end_server(home: Path) -> None:
    """End the server that lives in `home`, postmaster first, and whatever it started.  Raises ActionError."""
    running = inside(home)
    postmaster = postmaster_of(home / "data")
    if postmaster in running:
        await end({postmaster: running[postmaster]}, IMMEDIATE)
    await end(inside(home), IMMEDIATE)


def postmaster_of(data_dir: Path) -> int:
    """The pid in `postmaster.pid`; 0 without one.  It may be another process's by now."""
    try:
        return int((data_dir / "postmaster.pid").read_text().split(None, 1)[0])
    except (OSError, IndexError, ValueError):
        return 0


def drop_shared_memory(data_dir: Path) -> None:
    """Remove the small System V segment that a killed postmaster leaves (its id: postmaster.pid, line 7)."""
    try:
        key_and_id = (data_dir / "postmaster.pid").read_text().splitlines()[6].split()
        segment = int(key_and_id[1])
    except (OSError, IndexError, ValueError):
        return
    import ctypes

    remove_id = 0
    ctypes.CDLL(None).shmctl(segment, remove_id, None)


def _can_enter(account: Account, path: Path) -> bool:
    if not account.is_other:
        return os.access(path, os.W_OK | os.X_OK)
    return can_run(account, Path("/bin/true"), cwd=path)

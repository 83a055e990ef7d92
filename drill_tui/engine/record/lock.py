"""One process per run: an flock(2) on `run.lock`, which dies with its holder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

LOCK_NAME = "run.lock"


class RunBusyError(Exception):
    """Another living process drives this run."""


def boot_id() -> str:
    """The kernel's id of this boot (random(4)); empty where it cannot be read."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@contextlib.contextmanager
def run_lock(run_dir: Path) -> Iterator[None]:
    """Hold the run's lock for the block.  Raises RunBusyError, and OSError when it cannot be made."""
    fd = os.open(run_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunBusyError(f"run {run_dir.name} is being driven by {_holder(fd)}") from None
        os.ftruncate(fd, 0)
        os.write(fd, json.dumps({"pid": os.getpid(), "boot_id": boot_id()}).encode())
        yield
    finally:
        os.close(fd)


def is_driven(run_dir: Path) -> bool:
    """Whether a living process holds the run's lock."""
    try:
        fd = os.open(run_dir / LOCK_NAME, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _holder(fd: int) -> str:
    try:
        return f"process {int(json.loads(os.pread(fd, 4096, 0))['pid'])}"
    except (ValueError, KeyError, TypeError):
        return "another process"

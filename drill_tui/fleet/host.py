"""The machine of a worker: what it has for drills, and its folder, which only one worker holds."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from drill_tui.fleet.inventory import HostSpec
from drill_tui.fleet.schedule import Room, Want

LOCK_NAME: Final = ".worker"
RESERVE_BYTES: Final = 1_000_000_000
"""Never given to a drill: logs, the evidence and other people's work need some."""


class HostBusyError(Exception):
    """Another worker holds this folder."""


@contextmanager
def held(work: Path) -> Iterator[None]:
    """The folder of one worker for the block: the lease of its host.  Raises HostBusyError, OSError."""
    work.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(work / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HostBusyError(f"another worker runs in {work}") from None
        yield
    finally:
        os.close(descriptor)


def room(spec: HostSpec, work: Path, running: Iterable[Want]) -> Room:
    """What the host has left beside the drills that run.  Disk is asked anew, where backups and copies go.

    A running drill may not have filled its disk yet, so what it asked for stays its own.  Below zero nothing
    begins, also where nobody knows yet how much it needs.  Raises OSError.
    """
    cores = spec.cores or len(os.sched_getaffinity(0))
    scratch = Path(os.environ.get("DRILL_WORK_DIR") or tempfile.gettempdir())
    free = min(shutil.disk_usage(place).free for place in (work, scratch))
    if spec.disk_bytes is not None:
        free = min(free, spec.disk_bytes)
    left = Room(
        host=spec.name,
        labels=spec.labels,
        drills=spec.drills,
        cores=cores,
        disk_bytes=free - RESERVE_BYTES,
    )
    for want in running:
        left = left.without(want)
    return left

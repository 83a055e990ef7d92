"""Runs that nobody drives any more and that never ended, or that ended and kept what they had made.

Light: screens look for them when they open.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from drill_tui.engine.record.endings import CleanupEnded, DrillEnded
from drill_tui.engine.record.lock import is_driven
from drill_tui.engine.record.vocabulary import JOURNAL_NAME, CleanupResult

LIFETIME: Final = timedelta(hours=24)
"""After this, what a run has left or kept is offered for removal."""
_FIRST_BLOCK_BYTES: Final = 64 * 1024


def find_orphans(artifacts_dir: Path) -> list[Path]:
    """The directories of runs that were cut off before their cleanup was over, the oldest first."""
    journals = sorted(artifacts_dir.glob(f"*/{JOURNAL_NAME}"))
    return [path.parent for path in journals if not _is_closed(path) and not is_driven(path.parent)]


def find_kept_too_long(artifacts_dir: Path) -> list[Path]:
    """The directories of runs that kept their target (`--keep`) and ended longer than LIFETIME ago."""
    long_ago = time.time() - LIFETIME.total_seconds()
    journals = sorted(artifacts_dir.glob(f"*/{JOURNAL_NAME}"))
    old = [path for path in journals if path.stat().st_mtime < long_ago]
    kept = (path.parent for path in old if last_cleanup(path.parent) is CleanupResult.KEPT)
    return [run_dir for run_dir in kept if not is_driven(run_dir)]


def _is_closed(journal: Path) -> bool:
    """Whether the last complete line says that the drill ended.

    A run without a complete line had made nothing yet.
    """
    last = next(_lines_from_the_end(journal), None)
    return last is None or f'"type":"{DrillEnded.TYPE}"'.encode() in last


def last_cleanup(run_dir: Path) -> CleanupResult | None:
    """What the last cleanup of a run came to, by its journal; None where none came to an end."""
    ended = f'"type":"{CleanupEnded.TYPE}"'.encode()
    last = next((line for line in _lines_from_the_end(run_dir / JOURNAL_NAME) if ended in line), b"")
    return next((result for result in CleanupResult if f'"result":"{result}"'.encode() in last), None)


def _lines_from_the_end(journal: Path) -> Iterator[bytes]:
    """Complete lines, the last first; reads no further back than somebody asks."""
    return islice(_pieces_from_the_end(journal), 1, None)


def _pieces_from_the_end(journal: Path) -> Iterator[bytes]:
    """What newlines separate; the first is what follows the last of them, which is empty or torn."""
    with suppress(OSError), journal.open("rb") as file:
        at, head, block = file.seek(0, os.SEEK_END), b"", _FIRST_BLOCK_BYTES
        while at:
            file.seek(max(0, at - block))
            head, *pieces = (file.read(min(at, block)) + head).split(b"\n")
            yield from reversed(pieces)
            at, block = max(0, at - block), block * 2
        yield head

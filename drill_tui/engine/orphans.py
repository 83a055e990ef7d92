"""Runs that nobody drives any more and that never ended, or that ended and kept what they had made.

Light: screens look for them when they open.
"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from drill_tui.engine.endings import CleanupEnded, DrillEnded
from drill_tui.engine.lock import is_driven
from drill_tui.engine.terms import JOURNAL_NAME, CleanupResult

LIFETIME: Final = timedelta(hours=24)
"""After this, what a run has left or kept is offered for removal."""
_TAIL_BYTES: Final = 64 * 1024


def find_orphans(artifacts_dir: Path) -> list[Path]:
    """The directories of runs that were cut off before their cleanup was over, the oldest first."""
    journals = sorted(artifacts_dir.glob(f"*/{JOURNAL_NAME}"))
    return [path.parent for path in journals if not _is_closed(path) and not is_driven(path.parent)]


def find_kept_too_long(artifacts_dir: Path) -> list[Path]:
    """The directories of runs that kept their target (`--keep`) and ended longer than LIFETIME ago."""
    long_ago = time.time() - LIFETIME.total_seconds()
    journals = sorted(artifacts_dir.glob(f"*/{JOURNAL_NAME}"))
    old = [path for path in journals if path.stat().st_mtime < long_ago]
    return [path.parent for path in old if _has_kept(path) and not is_driven(path.parent)]


def _is_closed(journal: Path) -> bool:
    """Whether the last complete line says that the drill ended.

    A run without a complete line had made nothing yet.
    """
    lines = _last_lines(journal)
    return not lines or f'"type":"{DrillEnded.TYPE}"'.encode() in lines[-1]


def _has_kept(journal: Path) -> bool:
    """Whether the last cleanup that the file's end tells of left everything where it was."""
    ends = [line for line in _last_lines(journal) if f'"type":"{CleanupEnded.TYPE}"'.encode() in line]
    return bool(ends) and f'"result":"{CleanupResult.KEPT}"'.encode() in ends[-1]


def _last_lines(journal: Path) -> list[bytes]:
    """Complete lines at the file's end; reads no more than that."""
    try:
        with journal.open("rb") as file:
            file.seek(max(0, journal.stat().st_size - _TAIL_BYTES))
            return file.read().split(b"\n")[:-1]
    except OSError:
        return []

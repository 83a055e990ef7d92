"""Runs that nobody drives any more and that never ended.  Light: screens look for them when they open."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from drill_tui.engine.endings import DrillEnded
from drill_tui.engine.lock import is_driven
from drill_tui.engine.terms import JOURNAL_NAME

_TAIL_BYTES: Final = 64 * 1024


def find_orphans(artifacts_dir: Path) -> list[Path]:
    """The directories of runs that were cut off before their cleanup was over, the oldest first."""
    journals = sorted(artifacts_dir.glob(f"*/{JOURNAL_NAME}"))
    return [path.parent for path in journals if not _is_closed(path) and not is_driven(path.parent)]


def _is_closed(journal: Path) -> bool:
    """Whether the last complete line says that the drill ended; reads only the file's end.

    A run without a complete line had made nothing yet.
    """
    try:
        with journal.open("rb") as file:
            file.seek(max(0, journal.stat().st_size - _TAIL_BYTES))
            lines = file.read().split(b"\n")
    except OSError:
        return True
    return len(lines) < 2 or f'"type":"{DrillEnded.TYPE}"'.encode() in lines[-2]

"""Telling a practice from a drill by what its journal says of itself, wherever its folder lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from drill_tui.engine.record.vocabulary import JOURNAL_NAME

RUNBOOK: Final = Path(__file__).with_name("stage.yaml")
OF_A_COPY: Final = Path(__file__).with_name("stage-of-a-copy.yaml")
"""With a base backup and archived WAL in the place of a dump."""
FIRST_LINE_BYTES: Final = 1024 * 1024


def is_practice(run_dir: Path) -> bool:
    """Whether the run was begun from the stage of practices."""
    try:
        with (run_dir / JOURNAL_NAME).open("rb") as journal:
            first = json.loads(journal.readline(FIRST_LINE_BYTES))
        path = Path(first["data"]["runbook_path"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
    return path.parts[-3:] in (RUNBOOK.parts[-3:], OF_A_COPY.parts[-3:])

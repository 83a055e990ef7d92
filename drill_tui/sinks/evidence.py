"""The report of a run, and the hash by which the journal that it is made from is known again."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from drill_tui.engine.journal import JOURNAL_NAME, read_journal
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report


def report_of_run(run_dir: Path) -> Report:
    """Fold a run's journal.  Raises JournalError, EmptyRunError and OSError."""
    journal = run_dir / JOURNAL_NAME
    report = fold(read_journal(journal))
    return report.model_copy(update={"journal_sha256": file_sha256(journal)})


def file_sha256(path: Path) -> str:
    """As `sha256sum` prints it.  Raises OSError."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()

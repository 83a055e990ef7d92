"""The report of a run, and the hash by which the journal that it is made from is known again."""

from __future__ import annotations

from pathlib import Path

from drill_tui.engine.record.journal import JOURNAL_NAME, read_journal
from drill_tui.engine.record.left_files import file_sha256
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report


def report_of_run(run_dir: Path) -> Report:
    """Fold a run's journal.  Raises JournalError, EmptyRunError and OSError."""
    journal = run_dir / JOURNAL_NAME
    report = fold(read_journal(journal))
    return report.model_copy(update={"journal_sha256": file_sha256(journal)})

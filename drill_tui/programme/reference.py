"""The last drill that passed, of the same runbook and the same database, as the reference of this one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from drill_tui.postgres.archive.forms import archive_dbname, recognise
from drill_tui.postgres.client.errors import RestoreError
from drill_tui.postgres.verify.reference import Band, Reference
from drill_tui.postgres.verify.report import VerifyReport
from drill_tui.programme.shelf import read_shelf

RUN_ID: Final = re.compile(r"(.+)_\d{8}T\d{6}Z_[0-9a-f]+")
PACKED: Final = re.compile(r"\.(?:gz|zst)$")
MAX_BYTES: Final = 256 * 1024 * 1024


def last_reference(
    artifacts_dir: Path, run_id: str, backup: Path, band: Band
) -> tuple[Reference | None, str]:
    """The reference, or why there is none.  `run_id` tells the runbook; without one any of them counts."""
    match = RUN_ID.fullmatch(run_id)
    runbook = match[1] if match else ""
    shelf = read_shelf(artifacts_dir)
    drills = shelf.of(runbook) if runbook else shelf.drills
    passed = {drill.run_id for drill in drills if drill.passed}
    if not passed:
        whose = f"of {runbook} " if runbook else ""
        return None, f"no drill {whose}has passed yet that this one could be compared with"
    for report in _newest_first(artifacts_dir):
        held = report.held
        if report.run_id in passed and held is not None and _is_of_the_same(report, backup):
            found = Reference(run_id=report.run_id or "", at=report.finished_at, held=held, band=band)
            return found, ""
    return None, f"no drill that passed was of the database in {backup.name}, and tells what it held"


def _newest_first(artifacts_dir: Path) -> Iterator[VerifyReport]:
    """Reports that cannot be read, or are of another version, are none."""
    for path in sorted(artifacts_dir.glob("verify_*.json"), reverse=True):
        try:
            if path.stat().st_size <= MAX_BYTES:
                yield VerifyReport.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue


def _is_of_the_same(report: VerifyReport, backup: Path) -> bool:
    """By the database's name; a script says none, so there the file's name decides, numbers aside."""
    name = _database_of(backup)
    if name and report.backup.database:
        return name == report.backup.database
    return bool(report.backup.path) and _pattern(Path(report.backup.path or "").name) == _pattern(backup.name)


def _database_of(backup: Path) -> str:
    try:
        form = recognise(backup)
        return archive_dbname(backup, form) if form and form != "drill-tui" else ""
    except (OSError, RestoreError):
        return ""


def _pattern(name: str) -> str:
    return re.sub(r"\d+", "#", PACKED.sub("", name))

"""Where the guided face finds runbooks and past drills, and what it knows of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from drill_tui.programme.database import configured
from drill_tui.programme.due import RunbookDue, judge
from drill_tui.programme.fingerprint import procedure_sha256
from drill_tui.programme.incident import IncidentError
from drill_tui.programme.incident_store import IncidentStore, incidents_of
from drill_tui.programme.shelf import Shelf, read_shelf
from drill_tui.runbook.load import LoadedRunbook, RunbookError, load
from drill_tui.runbook.model import Runbook
from drill_tui.runbook.project import runbook_files


@dataclass(frozen=True, slots=True)
class RunbookOnShelf:
    """A runbook file; `problem` says why it cannot be drilled."""

    path: Path
    loaded: LoadedRunbook | None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    project_dir: Path
    artifacts_dir: Path

    def runbooks(self) -> list[RunbookOnShelf]:
        """Every runbook of the project, sound or not, by file name."""
        return [_read(path, self.project_dir) for path in runbook_files(self.project_dir)]

    def shelf(self) -> Shelf:
        return read_shelf(self.artifacts_dir)

    def due(self, runbook: Runbook, shelf: Shelf, now: float) -> RunbookDue:
        """What is due of a runbook, by its cadence, its open incidents and the files it watches."""
        current = {"procedure_sha256": procedure_sha256(self.project_dir, runbook.cadence.after_change)}
        try:
            open_incident = next((i.id for i in self.incidents().waiting(runbook.id)), None)
        except IncidentError as error:
            open_incident = str(error)
        return judge(
            runbook,
            shelf.of(runbook.id),
            now=now,
            current=current,
            database=configured(os.environ),
            open_incident=open_incident,
        )

    def incidents(self) -> IncidentStore:
        return incidents_of(self.artifacts_dir)

    def runbook_id(self, path: Path) -> str:
        """The id that past drills of this runbook carry; its file name if it cannot be read."""
        loaded = _read(path, self.project_dir).loaded
        return loaded.runbook.id if loaded else path.stem


def _read(path: Path, project_dir: Path) -> RunbookOnShelf:
    try:
        return RunbookOnShelf(path, load(path, project_dir))
    except (RunbookError, OSError) as error:
        return RunbookOnShelf(path, None, str(error))

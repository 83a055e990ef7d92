"""Where the guided face finds runbooks and past drills, and what it knows of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import drill_tui
from drill_tui.postgres.content.source_today import SourceToday
from drill_tui.programme.incident_store import IncidentStore, incidents_of
from drill_tui.programme.shelf import Shelf, read_shelf
from drill_tui.programme.today import Today, today
from drill_tui.runbook.load import LoadedRunbook, RunbookError, load
from drill_tui.runbook.project import practice_dir_of, runbook_files
from drill_tui.runbook.requirements import Lacking, lacking


@dataclass(frozen=True, slots=True)
class RunbookOnShelf:
    """A runbook file; `problem` says why it cannot be drilled."""

    path: Path
    loaded: LoadedRunbook | None
    problem: str = ""

    def lacking(self) -> tuple[Lacking, ...]:
        """What it requires and this machine does not have; of a sound runbook."""
        return lacking(self.loaded, {}, os.environ) if self.loaded else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    project_dir: Path
    artifacts_dir: Path
    named: Path | None = None
    """A runbook that the command line names; it may lie anywhere."""

    def runbooks(self) -> list[RunbookOnShelf]:
        """Every runbook of the project, sound or not, by file name; then the named one, if it is another."""
        paths = runbook_files(self.project_dir)
        if self.named and all(path.resolve() != self.named.resolve() for path in paths):
            paths.append(self.named)
        return [_read(path, self.project_dir) for path in paths]

    @property
    def practice_dir(self) -> Path:
        return practice_dir_of(self.project_dir, self.artifacts_dir)

    def shelf(self) -> Shelf:
        return read_shelf(self.artifacts_dir)

    def today(self, shelf: Shelf, now: float, source: SourceToday | None = None) -> Today:
        """What is due is judged by; `source` is what the source answered, once it has."""
        version = drill_tui.__version__
        return today(self.artifacts_dir, shelf, os.environ, now=now, version=version, source=source)

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

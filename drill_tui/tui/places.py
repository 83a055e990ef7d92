"""Where the guided face finds runbooks and past drills, and what it knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drill_tui.runbook.load import LoadedRunbook, RunbookError, load
from drill_tui.tui.library import Shelf, read_shelf, runbook_files


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
        """Every runbook of the project, sound or not."""
        return [_read(path) for path in runbook_files(self.project_dir / "runbooks")]

    def shelf(self) -> Shelf:
        return read_shelf(self.artifacts_dir)

    def runbook_id(self, path: Path) -> str:
        """The id that past drills of this runbook carry; its file name if it cannot be read."""
        loaded = _read(path).loaded
        return loaded.runbook.id if loaded else path.stem


def _read(path: Path) -> RunbookOnShelf:
    try:
        return RunbookOnShelf(path, load(path))
    except (RunbookError, OSError) as error:
        return RunbookOnShelf(path, None, str(error))

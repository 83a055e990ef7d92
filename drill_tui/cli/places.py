"""Where things are: the project, its runbooks, its artifacts."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from drill_tui.cli.exits import UserError
from drill_tui.runbook.project import (
    SETTINGS_NAME,
    SUFFIXES,
    packaged_dir,
    practice_dir_of,
    project_above,
    runbook_files,
    runbooks_dir,
    shipped_dir,
)

NAMED = 5
"""How many runs a message names."""


@dataclass(frozen=True, slots=True)
class Places:
    """Absolute directories of one project, which has the shipped runbooks where it has no folder for them."""

    project_dir: Path
    artifacts_dir: Path

    @property
    def options(self) -> str:
        """What a command needs to find the same evidence, with a blank before it; often nothing."""
        usual = self.project_dir / "artifacts" / "restore"
        return "" if self.artifacts_dir == usual else f" --artifacts {shlex.quote(str(self.artifacts_dir))}"

    @property
    def practice_dir(self) -> Path:
        return practice_dir_of(self.project_dir, self.artifacts_dir)

    @property
    def runbooks_dir(self) -> Path:
        return runbooks_dir(self.project_dir)

    def runbooks(self) -> list[Path]:
        return runbook_files(self.project_dir)

    def find_runbook(self, name: str) -> Path:
        """A runbook by path, or by the name of its file under `runbooks/`.  Raises UserError."""
        if name.endswith(SUFFIXES) or os.sep in name:
            path = Path(name).expanduser().resolve()
            if path.is_file():
                return path
            raise UserError(f"{name}: there is no such runbook file", advice=self._known())
        for path in self.runbooks():
            if path.stem == name:
                return path
        raise UserError(f"no runbook is called {name!r} in {self.runbooks_dir}", advice=self._known())

    def find_run(self, name: str) -> Path:
        """A run's directory by its id, by an unambiguous part of it, or by path.  Raises UserError."""
        given = Path(name)
        if (given / "events.jsonl").is_file():
            return given.resolve()
        runs = self.runs()
        matches = [run for run in runs if run.name == name] or [run for run in runs if name in run.name]
        if len(matches) == 1:
            return matches[0]
        if matches:
            names = ", ".join(run.name for run in matches[-NAMED:])
            raise UserError(f"{name!r} fits {len(matches)} runs", advice=f"Be more exact: {names}")
        raise UserError(f"no run is called {name!r} in {self.artifacts_dir}", advice=self.last_runs())

    def runs(self) -> list[Path]:
        """Every run's directory, the oldest first: those too that a crash left without a report."""
        found = [path.parent for path in self.artifacts_dir.glob("*/events.jsonl")]
        return sorted(found, key=lambda run: (run.name.split("_")[-2:], run.name))

    def last_runs(self) -> str:
        """The last runs by name, for whoever has to type one."""
        names = ", ".join(run.name for run in self.runs()[-NAMED:])
        return f"The last runs here: {names}" if names else "No drill has left its evidence here."

    def _known(self) -> str:
        names = ", ".join(path.stem for path in self.runbooks())
        return f"Runbooks here: {names}" if names else f"{self.runbooks_dir} has no runbooks."


def find_places(project: Path | None = None, artifacts: Path | None = None) -> Places:
    """The project is the one named, else the nearest folder upwards with `runbooks/` or a drill.toml.

    Else it is the checkout that drill-tui runs from; where that is installed, the current directory with the
    shipped runbooks.  Raises UserError.
    """
    root = (project or project_above(Path.cwd()) or _without_project()).resolve()
    if project is not None and project_above(root) != root:
        raise UserError(
            f"{root} is no project: it has no folder `runbooks` and no {SETTINGS_NAME}",
            advice=f"Make one: drill-tui init {shlex.quote(str(project))}",
        )
    evidence = (artifacts or root / "artifacts" / "restore").resolve()
    if "\n" in str(evidence) or "\r" in str(evidence):
        raise UserError(
            f"{str(evidence)!r} cannot hold the evidence: PostgreSQL's programs refuse a line break",
            advice="Name another folder: --artifacts DIR",
        )
    return Places(root, evidence)


def _without_project() -> Path:
    return Path.cwd() if packaged_dir() else shipped_dir()

"""What a project is: its folder, its files, and those of drill-tui where it has none of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import drill_tui

RUNBOOKS: Final = "runbooks"
SETTINGS_NAME: Final = "drill.toml"
SUFFIXES: Final = (".yaml", ".yml")
SHIPPED: Final = (
    "compose.restore.yml",
    "runbooks/*.yaml",
    "runbooks/practice/*.yaml",
    "scripts/backup.sh",
    "scripts/restore.sh",
    "scripts/verify.sh",
    "scripts/start.sh",
    "scripts/start.py",
    "scripts/gate.pl",
)
"""What comes with drill-tui beside its package, as globs below `shipped_dir()`."""


@cache
def packaged_dir() -> Path | None:
    """The folder with `runbooks/`, `scripts/` and compose.restore.yml of an installed drill-tui.

    None where it runs from its checkout, which holds them itself.
    """
    folder = Path(drill_tui.__file__).resolve().parent / "project"
    return folder if folder.is_dir() else None


def shipped_dir() -> Path:
    """Where the files that come with drill-tui lie: in the package, or in its checkout.  Only ever read."""
    return packaged_dir() or Path(drill_tui.__file__).resolve().parents[1]


def project_above(start: Path) -> Path | None:
    """The nearest folder, `start` or above it, with a folder `runbooks` or a drill.toml."""
    for folder in (start, *start.parents):
        if (folder / RUNBOOKS).is_dir() or (folder / SETTINGS_NAME).is_file():
            return folder
    return None


def runbooks_dir(project_dir: Path) -> Path:
    """The project's own `runbooks/`, else the shipped one."""
    own = project_dir / RUNBOOKS
    return own if own.is_dir() else shipped_dir() / RUNBOOKS


def runbook_files(project_dir: Path) -> list[Path]:
    """Every runbook of a project, by file name."""
    folder = runbooks_dir(project_dir)
    return sorted(path for suffix in SUFFIXES for path in folder.glob(f"*{suffix}"))


def practice_dir_of(project_dir: Path, artifacts_dir: Path) -> Path:
    """Where practices are kept: never among the evidence of drills."""
    usual = project_dir / "artifacts" / "restore"
    return (usual.parent if artifacts_dir == usual else artifacts_dir) / "practice"


def is_packaged(runbook: Path) -> bool:
    """Whether a runbook is one of the installed package, where nothing may be written."""
    packaged = packaged_dir()
    return packaged is not None and packaged in runbook.absolute().parents


def project_dir_of(runbook: Path, here: Path | None = None) -> Path:
    """The directory that a runbook's relative paths start from; absolute.

    The parent of the directory `runbooks` that holds the file.  For a packaged runbook, or one that lies
    elsewhere: `here`, else the project of the current directory, else that directory.
    """
    folder = runbook.absolute().parent
    if folder.name == RUNBOOKS and not is_packaged(runbook):
        return folder.parent
    return here or project_above(Path.cwd()) or Path.cwd()


def procedure_dir(runbook: Path, project_dir: Path) -> Path:
    """Where the scripts of a runbook lie: those of a packaged one beside it, whatever the project holds."""
    packaged = packaged_dir()
    return packaged if packaged is not None and is_packaged(runbook) else project_dir


def procedure_file(name: str, runbook: Path, project_dir: Path) -> Path:
    """A file that a runbook names by a relative path: the project's own, else the shipped one."""
    own = procedure_dir(runbook, project_dir) / name
    shipped = shipped_dir() / name
    return shipped if not own.exists() and shipped.is_file() else own

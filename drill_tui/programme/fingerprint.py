"""What the backup procedure is made of, as one hash, so that a change can be noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

NOISE = {"__pycache__", ".git"}
CODE = ("postgres/**/*.py", "postgres/**/*.sql", "sources/**/*.py", "targets/**/*.py")
"""What of the package takes backups, restores and verifies them."""


def procedure_files(project_dir: Path, globs: Iterable[str]) -> list[Path]:
    """The files that the globs name, sorted by their path below the project."""
    found = {path for glob in globs for path in project_dir.glob(_reaching_files(glob)) if path.is_file()}
    return sorted(path for path in found if not NOISE & set(path.relative_to(project_dir).parts))


def procedure_sha256(project_dir: Path, globs: Iterable[str]) -> str:
    """One hash over names and contents; a file that appears, goes or changes changes it."""
    digest = hashlib.sha256()
    for path in procedure_files(project_dir, globs):
        digest.update(f"{path.relative_to(project_dir).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def code_sha256() -> str:
    """The same over the code of this drill-tui that backs up, restores and verifies."""
    return procedure_sha256(Path(__file__).resolve().parents[1], CODE)


def _reaching_files(glob: str) -> str:
    """Python's `**` names folders only; people mean the files in them."""
    return f"{glob}/*" if glob.endswith("**") else glob

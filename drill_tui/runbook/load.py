"""Loading a runbook: file → text → YAML → model → every rule that can be checked before anything starts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from drill_tui.runbook.actions import ActionFacts, action_faults
from drill_tui.runbook.document import Document, read_document
from drill_tui.runbook.model import Runbook
from drill_tui.runbook.problems import Fault, Problem, RunbookError, nearest
from drill_tui.runbook.project import SUFFIXES, procedure_dir, procedure_file, project_dir_of
from drill_tui.runbook.repair import mended
from drill_tui.runbook.rules import faults_of
from drill_tui.runbook.scripts import script_faults
from drill_tui.runbook.settings import read_settings, with_objectives
from drill_tui.runbook.shape import shape

__all__ = ["LoadedRunbook", "Problem", "RunbookError", "check", "load", "parse_text"]

MAX_BYTES: Final = 256 * 1024
"""Refused before parsing; the shipped runbooks have about 10 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRunbook:
    """A runbook without a known fault.  `positions` tells where each of its values stands."""

    runbook: Runbook
    text: str
    sha256: str
    path: Path
    project_dir: Path
    """The directory that the runbook's relative paths start from."""
    positions: Document
    objectives: Mapping[str, str] = field(default_factory=dict)
    """Bounds by criterion that the project sets in place of the text's; they stand in `runbook` already."""

    @property
    def procedure_dir(self) -> Path:
        """Where its scripts lie: the project, or the package for a runbook that came with it."""
        return procedure_dir(self.path, self.project_dir)

    def procedure_file(self, name: str) -> Path:
        """A file that it names by a relative path."""
        return procedure_file(name, self.path, self.project_dir)


def load(
    path: Path, project_dir: Path | None = None, actions: Mapping[str, ActionFacts] | None = None
) -> LoadedRunbook:
    """Read and check a runbook.  Raises RunbookError with every problem found, the file's own included.

    `project_dir` is the project at hand, for a runbook that lies in none.
    What is said of built-in actions is checked against `actions`, or later by `check`.
    """
    content = _content(path)
    text = _text(content, path)
    project_dir = project_dir_of(path, project_dir)

    def more_faults(runbook: Runbook) -> list[Fault]:
        scripts = script_faults(runbook, lambda name: procedure_file(name, path, project_dir))
        return scripts + (action_faults(runbook, actions) if actions is not None else [])

    runbook, document = _parse(text, str(path), more_faults)
    objectives = read_settings(project_dir).bounds()
    return LoadedRunbook(
        runbook=with_objectives(runbook, objectives),
        text=text,
        sha256=hashlib.sha256(content).hexdigest(),
        path=path,
        project_dir=project_dir,
        positions=document,
        objectives=objectives,
    )


def parse_text(text: str, path: str = "runbook") -> Runbook:
    """A runbook from its text alone, as a journal keeps it; no file is looked at.  Raises RunbookError."""
    return _parse(text, path)[0]


def check(loaded: LoadedRunbook, actions: Mapping[str, ActionFacts]) -> None:
    """Check `uses`, `with` and the outputs of built-in actions against the ones that exist.

    Raises RunbookError with every problem found.
    """
    _raise(action_faults(loaded.runbook, actions), loaded.positions, str(loaded.path))


def _parse(
    text: str, path: str, more_faults: Callable[[Runbook], list[Fault]] = lambda runbook: []
) -> tuple[Runbook, Document]:
    document = read_document(text, path)
    if document.data is None:
        raise RunbookError([Problem(path, 1, 1, "the runbook is empty")])
    runbook, faults = shape(document.data)
    if runbook is not None:
        faults += faults_of(runbook) + more_faults(runbook)
    elif isinstance(document.data, dict) and (draft := mended(document.data, faults)):
        faults += draft.without_consequences(faults_of(draft.runbook) + more_faults(draft.runbook))
    _raise(faults, document, path)
    assert runbook is not None  # noqa: S101 - shape gives a runbook or a fault
    return runbook, document


def _raise(faults: list[Fault], document: Document, path: str) -> None:
    if faults:
        raise RunbookError(document.place(fault, path) for fault in faults)


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _at_start(path, "this is a directory, not a runbook")
        if not path.exists():
            raise _at_start(path, "no such runbook", _neighbours(path))
        if not path.is_file():
            raise _at_start(path, "not a regular file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _at_start(path, f"{size:,} bytes are too many for a runbook; at most {MAX_BYTES:,}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _at_start(path, f"cannot be read: {reason}") from None


def _text(content: bytes, path: Path) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        raise RunbookError([Problem(str(path), line, column, "not text: a byte that is not UTF-8")]) from None
    if not text.strip():
        raise _at_start(path, "the runbook is empty")
    return text


def _at_start(path: Path, message: str, hint: str = "") -> RunbookError:
    return RunbookError([Problem(str(path), 1, 1, message, hint)])


def _neighbours(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return ""
    return nearest(path.name, [p.name for p in folder.iterdir() if p.suffix in SUFFIXES], else_all=False)

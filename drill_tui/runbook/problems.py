"""What is wrong with a runbook, at which line, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

YamlPath = tuple[str | int, ...]
"""Keys and indexes from the top of the document to a value."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem; lines and columns count from 1."""

    path: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.path}:{self.line}:{self.column}: {self.message}{hint}"


class RunbookError(Exception):
    """A runbook that cannot be used.  `str()` of it is one `file:line:column: message` per line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def at(self, path: Path) -> RunbookError:
        """The same problems under another file name."""
        return RunbookError(Problem(str(path), p.line, p.column, p.message, p.hint) for p in self.problems)


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem before its line is known: `at` is where in the document.

    `on_key` points at the key that leads to the value instead of at the value itself.
    """

    at: YamlPath
    message: str
    hint: str = ""
    on_key: bool = False


def nearest(name: str, valid: Iterable[str], *, else_all: bool = True) -> str:
    """A hint that names the nearest valid name; when none is near all of them, or nothing."""
    names = sorted(set(valid))
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"valid: {', '.join(names)}" if names and else_all else ""

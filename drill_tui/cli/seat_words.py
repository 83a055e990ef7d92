"""The command line of a seat, read without what reads all the others: a seat is to stay small.

Only what is plain is read here; help, mistakes and whatever else are left to the front door.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

COMMAND: Final = "join"
_FLAGS: Final = {"--observe": "observe", "--projector": "projector", "--ascii": "ascii_only"}
_TEXTS: Final = {"--name": "name", "--project": "project", "--artifacts": "artifacts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatWords:
    """What `drill-tui join` was told."""

    run: str | None = None
    name: str = ""
    observe: bool = False
    projector: bool = False
    ascii_only: bool = False
    project: Path | None = None
    artifacts: Path | None = None


def read(arguments: Sequence[str]) -> SeatWords | None:
    """None for what is not a plain `join` with each word at most once."""
    if not arguments or arguments[0] != COMMAND:
        return None
    told: dict[str, str | bool | Path] = {}
    left = list(arguments[1:])
    while left:
        word, has_value, value = left.pop(0).partition("=")
        if word in _TEXTS and (has_value or left):
            name, told_now = _TEXTS[word], value if has_value else left.pop(0)
        elif word in _FLAGS and not has_value:
            name, told_now = _FLAGS[word], ""
        elif not word.startswith("-"):
            name, told_now = "run", f"{word}{has_value}{value}"
        else:
            return None
        if name in told or told_now.startswith("-"):
            return None
        told[name] = _value_of(name, told_now)
    return SeatWords(**told)  # type: ignore[arg-type]


def _value_of(name: str, text: str) -> str | bool | Path:
    if name in ("project", "artifacts"):
        return Path(text)
    return text if name in ("run", "name") else True

"""What a debrief agreed on: one action a line, with its owner and the day until which it is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

FORM: Final = "what; who; until, such as 2026-12-31"


@dataclass(frozen=True, slots=True)
class Agreed:
    what: str
    owner: str
    until: date


def read_agreed(text: str) -> tuple[Agreed, ...]:
    """The lines of a field of type `actions`; empty ones are passed over.

    Raises ValueError with a sentence for a line that is not `what; who; until`.

    >>> read_agreed("Add the role to globals.sql; Grace; 2026-12-31")[0].owner
    'Grace'
    """
    lines = [line for line in text.splitlines() if line.strip()]
    return tuple(_read(number, line) for number, line in enumerate(lines, start=1))


def _read(number: int, line: str) -> Agreed:
    parts = [part.strip() for part in line.rsplit(";", 2)]
    if len(parts) < 3 or not all(parts):
        raise ValueError(f"line {number} needs an owner and a date: {FORM}")
    try:
        return Agreed(parts[0], parts[1], date.fromisoformat(parts[2]))
    except ValueError:
        raise ValueError(f"line {number}: {parts[2]!r} is no date; write it as 2026-12-31") from None

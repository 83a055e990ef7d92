"""The lines of a log that the screen keeps: the last ones, bounded; all of them are in the file on disk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum

MAX_LINES = 20_000
MAX_CHARS = 8_000_000
_SLACK = 1.25
"""How far past its bounds a buffer may grow before its head is cut, so that cutting stays rare."""


class Level(IntEnum):
    """How loud a line is."""

    ALL = 0
    WARNING = 1
    ERROR = 2


_ERROR = re.compile(r"\b(?:error|fatal|panic|failed|critical|exception|refus(?:e|ed|ing))\b", re.IGNORECASE)
_WARNING = re.compile(r"\b(?:warn(?:ing)?|deprecated|caution)\b", re.IGNORECASE)
_HARMLESS = re.compile(r"\b(?:0|no) (?:errors?|warnings?)\b", re.IGNORECASE)


def level_of(line: str) -> Level:
    """A guess from the words in it, enough to colour and to filter.

    >>> level_of('pg_restore: error: could not execute query'), level_of('0 errors'), level_of('WARNING:  x')
    (<Level.ERROR: 2>, <Level.ALL: 0>, <Level.WARNING: 1>)
    """
    start = line[:400]
    if _ERROR.search(start) and not _HARMLESS.search(start):
        return Level.ERROR
    return Level.WARNING if _WARNING.search(start) else Level.ALL


class LineBuffer:
    """Lines by their number since the log began; numbers of forgotten lines are below `first`."""

    def __init__(self, max_lines: int = MAX_LINES, max_chars: int = MAX_CHARS) -> None:
        self._max_lines = max_lines
        self._max_chars = max_chars
        self._lines: list[str] = []
        self._chars = 0
        self.first = 0
        """Number of the oldest line that is still here."""
        self.widest = 0
        """Length in characters of the longest line seen."""

    @property
    def end(self) -> int:
        """One past the number of the newest line: how many lines there ever were."""
        return self.first + len(self._lines)

    def __getitem__(self, number: int) -> str:
        """Raises IndexError for a line that is forgotten or has not come."""
        if number < self.first:
            raise IndexError(number)
        return self._lines[number - self.first]

    def extend(self, lines: Sequence[str]) -> None:
        if len(lines) > self._max_lines:
            self._forget_all_but(lines)
            return
        self._lines += lines
        lengths = [len(line) for line in lines]
        self._chars += sum(lengths)
        self.widest = max(self.widest, max(lengths, default=0))
        if len(self._lines) > self._max_lines * _SLACK or self._chars > self._max_chars * _SLACK:
            self._cut()

    def skip(self, count: int) -> None:
        """Count lines that went to the file but were too many to pass through here."""
        if count:
            self.first = self.end + count
            self._lines.clear()
            self._chars = 0

    def numbers(self, least: Level) -> list[int]:
        """The numbers of the lines that are at least this loud."""
        return [self.first + i for i, line in enumerate(self._lines) if level_of(line) >= least]

    def matches(self, needle: str) -> list[int]:
        """The numbers of the lines that contain the text; case counts only if the text has capitals."""
        if needle.islower() or not any(char.isalpha() for char in needle):
            return [self.first + i for i, line in enumerate(self._lines) if needle in line.lower()]
        return [self.first + i for i, line in enumerate(self._lines) if needle in line]

    def text(self) -> str:
        return "\n".join(self._lines)

    def tail(self, count: int) -> list[str]:
        return self._lines[-count:]

    def _forget_all_but(self, lines: Sequence[str]) -> None:
        self.first = self.end + len(lines) - self._max_lines
        self._lines = list(lines[-self._max_lines :])
        self._chars = sum(map(len, self._lines))
        self.widest = max(self.widest, max(map(len, self._lines)))

    def _cut(self) -> None:
        keep = min(len(self._lines), self._max_lines)
        kept = sum(map(len, self._lines[-keep:]))
        while keep > 1 and kept > self._max_chars:
            kept -= len(self._lines[-keep])
            keep -= 1
        gone = len(self._lines) - keep
        del self._lines[:gone]
        self.first += gone
        self._chars = kept

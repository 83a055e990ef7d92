"""Long lines of a log in pieces as wide as the screen, which nothing cuts off."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import chop_cells

from drill_tui.tui.logs.buffer import Level, LineBuffer, level_of

GOES_ON = "↪ "
"""In front of what belongs to the line above."""


class Wrapped(LineBuffer):
    """Another buffer's lines in pieces of at most `width` cells; a piece is as loud as its line begins."""

    def __init__(self, source: LineBuffer, width: int) -> None:
        super().__init__()
        self.source, self.width = source, width
        self._taken = source.first
        self.catch_up()

    def catch_up(self) -> None:
        """Take in what was added to the source."""
        begin = max(self._taken, self.source.first)
        self.extend([piece for n in range(begin, self.source.end) for piece in self._pieces(self.source[n])])
        self._taken = self.source.end

    def _pieces(self, line: str) -> Iterator[str]:
        first, *more = chop_cells(line.expandtabs(8), self.width - len(GOES_ON)) or [""]
        yield first
        yield from (f"{GOES_ON}{piece}" for piece in more)

    def numbers(self, least: Level) -> list[int]:
        found: list[int] = []
        loud = False
        for number in range(self.first, self.end):
            line = self[number]
            loud = loud if line.startswith(GOES_ON) else level_of(line) >= least
            if loud:
                found.append(number)
        return found

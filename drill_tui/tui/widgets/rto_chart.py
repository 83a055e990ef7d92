"""Recovery time of past drills as columns, with the objective as a line."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from drill_tui.programme.shelf import PastDrill
from drill_tui.tui import looks
from drill_tui.tui.looks import Tone
from drill_tui.tui.wording import day, stopwatch
from drill_tui.tui.words import line, lines, muted, right, tinted

_AXIS = 8
_NARROWEST, _WIDEST = 3, 18
"""Cells from one column to the next."""
_FOR_DATES = 7
"""From this many on there is room for a date and a time below each column."""
_WORD = "┄ objective"
_PARTS = " ▁▂▃▄▅▆▇█"


class RtoChart(Static):
    """The newest drill is at the right edge; a drill that did not pass is named by its colour and sign."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id, markup=False)
        self._drills: Sequence[PastDrill] = ()
        self._of = ""

    def show(self, newest_first: Sequence[PastDrill], of: str = "") -> None:
        """`of` says whose drills these are."""
        self._drills, self._of = newest_first, of
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        size = self.content_size
        if size.width > 0 and size.height > 0:
            self.update(chart(self._drills, size.width, size.height, self._of))


def chart(newest_first: Sequence[PastDrill], width: int, height: int, of: str = "") -> Content:
    """Columns of the drills with a measured RTO, as many as fit, and as wide as there is room for."""
    measured = [d for d in newest_first if d.rto_wall_s is not None and d.counts]
    room = width - _AXIS
    shown = measured[: max(1, room // _NARROWEST)][::-1]
    head = (Content.styled(of, "bold"), muted("  ")) if of else ()
    if not shown:
        return line(*head, muted("No drill with a measured recovery time yet."))
    objective = _common_objective(shown)
    drawn = _Columns(shown, _column_width(len(shown), room), objective, height)
    title = "Recovery time of each drill" + (f", objective {stopwatch(objective)}" if objective else "")
    return lines(line(*head, muted(title)), *drawn.rows(width), *drawn.feet())


def _common_objective(shown: Sequence[PastDrill]) -> float | None:
    """Of several runbooks there is a line only if they have one objective."""
    if len({drill.runbook for drill in shown}) > 1 and len({drill.rto_objective_s for drill in shown}) > 1:
        return None
    return shown[-1].rto_objective_s


def _column_width(count: int, room: int) -> int:
    return max(_NARROWEST, min(_WIDEST, (room - len(_WORD)) // count))


class _Columns:
    def __init__(self, shown: Sequence[PastDrill], step: int, objective: float | None, height: int) -> None:
        self._shown, self._step, self._objective = shown, step, objective
        self._with_dates = step >= _FOR_DATES and height >= 9
        self._highest = max([d.rto_wall_s or 0.0 for d in shown] + [objective or 0.0]) or 1.0
        self._rows = max(2, height - (4 if self._with_dates else 2))

    def rows(self, width: int) -> list[Content]:
        """From the top down, with the axis at the left."""
        limit = self._objective
        at = None if limit is None else min(self._rows - 1, int(limit / self._highest * self._rows - 0.001))
        return [self._row(row, at, width) for row in range(self._rows - 1, -1, -1)]

    def feet(self) -> list[Content]:
        """Below each column what came of it; and how long it took on which day, where there is room."""
        feet = [line(" " * _AXIS, *(self._foot(looks.of_verdict(d.verdict).symbol, d) for d in self._shown))]
        if self._with_dates:
            feet.append(line(" " * _AXIS, *(self._foot(stopwatch(d.rto_wall_s), d) for d in self._shown)))
            days = [muted(day(d.at)[5:10].ljust(self._step)) for d in self._shown]
            feet.append(line(" " * _AXIS, *days))
        return feet

    def _foot(self, text: str, drill: PastDrill) -> Content:
        words = text.ljust(self._step) if self._with_dates else text.center(self._step)
        return tinted(words, looks.of_verdict(drill.verdict).tone)

    def _row(self, row: int, objective_row: int | None, width: int) -> Content:
        label = stopwatch(self._highest * (row + 1) / self._rows) if row in (self._rows - 1, 0) else ""
        gap, end = " ", Content("")
        if row == objective_row:
            label, gap = stopwatch(self._objective), "┄"
            used = _AXIS + len(self._shown) * self._step
            end = tinted(_WORD, Tone.ACTIVE) if used + len(_WORD) <= width else end
        cells = [self._cell(drill, row, gap) for drill in self._shown]
        return line(right(muted(label), _AXIS - 1), muted("│"), *cells, end)

    def _cell(self, drill: PastDrill, row: int, gap: str) -> Content:
        filled = (drill.rto_wall_s or 0.0) / self._highest * self._rows - row
        part = _PARTS[max(0, min(8, round(filled * 8)))]
        if part == " ":
            return tinted(gap * self._step, Tone.ACTIVE)
        thick = max(2, self._step - 3 if self._with_dates else self._step - 1)
        return line(tinted(part * thick, _tone(drill)), tinted(gap * (self._step - thick), Tone.ACTIVE))


def _tone(drill: PastDrill) -> Tone:
    """A drill that did not pass is no good time, however short."""
    if drill.verdict != "pass":
        return looks.of_verdict(drill.verdict).tone
    return looks.of_clock(drill.rto_wall_s or 0.0, drill.rto_objective_s)

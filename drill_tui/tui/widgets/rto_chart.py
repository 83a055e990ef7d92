"""Recovery time of past drills as columns, with the objective as a line."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from drill_tui.programme.shelf import PastDrill
from drill_tui.tui import looks
from drill_tui.tui.looks import Tone
from drill_tui.tui.wording import stopwatch
from drill_tui.tui.words import line, lines, muted, right, tinted

_AXIS = 8
_COLUMN = 3
_PARTS = " ▁▂▃▄▅▆▇█"


class RtoChart(Static):
    """The newest drill is at the right edge; a drill that did not pass is named by its colour and sign."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id, markup=False)
        self._drills: Sequence[PastDrill] = ()

    def show(self, newest_first: Sequence[PastDrill]) -> None:
        self._drills = newest_first
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        size = self.content_size
        if size.width > 0 and size.height > 0:
            self.update(chart(self._drills, size.width, size.height))


def chart(newest_first: Sequence[PastDrill], width: int, height: int) -> Content:
    """Columns of the drills with a measured RTO, as many as fit."""
    measured = [d for d in newest_first if d.rto_wall_s is not None and d.counts]
    shown = measured[: max(1, (width - _AXIS) // _COLUMN)][::-1]
    if not shown:
        return muted("No drill with a measured recovery time yet.")
    objective = shown[-1].rto_objective_s
    highest = max([d.rto_wall_s or 0.0 for d in shown] + [objective or 0.0]) or 1.0
    rows_high = max(2, height - 2)
    objective_row = (
        None if objective is None else min(rows_high - 1, int(objective / highest * rows_high - 0.001))
    )
    title = muted("Recovery time of each drill") + (
        muted(f", objective {stopwatch(objective)}") if objective else ""
    )
    rows = [title]
    for row in range(rows_high - 1, -1, -1):
        label = stopwatch(highest * (row + 1) / rows_high) if row in (rows_high - 1, 0) else ""
        if row == objective_row:
            label = stopwatch(objective)
        gap = "┄" if row == objective_row else " "
        cells = [_cell(d, row, rows_high, highest, gap) for d in shown]
        end = (
            tinted("┄ objective", Tone.ACTIVE)
            if row == objective_row and len(shown) * _COLUMN + 20 < width
            else ""
        )
        rows.append(line(right(muted(label), _AXIS - 1), muted("│"), *cells, end))
    signs = [
        tinted(looks.of_verdict(d.verdict).symbol.center(_COLUMN), looks.of_verdict(d.verdict).tone)
        for d in shown
    ]
    rows.append(line(" " * _AXIS, *signs))
    return lines(*rows)


def _cell(drill: PastDrill, row: int, rows_high: int, highest: float, gap: str) -> Content:
    filled = (drill.rto_wall_s or 0.0) / highest * rows_high - row
    part = _PARTS[max(0, min(8, round(filled * 8)))]
    if part == " ":
        return tinted(gap * _COLUMN, Tone.ACTIVE)
    tone = looks.of_clock(drill.rto_wall_s or 0.0, drill.rto_objective_s)
    side = tinted(gap, Tone.ACTIVE)
    return line(tinted(part * 2, tone), side)

"""The steps of a drill as bars on its time axis, with the best earlier drill and the budgets."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from drill_tui.engine.record.events import Phase
from drill_tui.tui import looks
from drill_tui.tui.looks import Tone
from drill_tui.tui.result.gantt import Gantt, Kind, Row, Stretch, cell_of, cells, gantt, ticks
from drill_tui.tui.wording import stopwatch
from drill_tui.tui.words import fit, line, lines, muted, tinted
from drill_tui.verdict.report import Report

_BARS = {
    Kind.WORK: "▆",
    Kind.FAILED: "▆",
    Kind.PEOPLE: "▂",
    Kind.DOWN: "×",
    Kind.MEASURED: "═",
}
_TONES = {
    Kind.FAILED: Tone.BAD,
    Kind.PEOPLE: Tone.ACTIVE,
    Kind.DOWN: Tone.WARN,
    Kind.MEASURED: Tone.PLAIN,
}
_WORDS = {Kind.WORK: "works", Kind.PEOPLE: "waits for people", Kind.DOWN: "no process"}
_BUDGET, _BEST = "│", "●"
_MARKS = {_BUDGET: "budget", _BEST: "best so far"}


class StepChart:
    """Draws one row at a time, so that a table can have it as its last column."""

    def __init__(self, report: Report, best: Mapping[str, float], width: int) -> None:
        self._width = width
        self._gantt: Gantt = gantt(report, best)
        self._rows = {row.step.id: row for row in self._gantt.rows}
        self._name = "RTO" if report.rto.met is not None else "time"

    def axis(self) -> Content:
        """The times above the bars."""
        text = ""
        for cell, at in ticks(self._gantt.seconds, self._width):
            label = stopwatch(at)
            if cell + len(label) <= self._width:
                text = text.ljust(cell) + label
        return muted(text.ljust(self._width))

    def measured(self) -> Content | None:
        """The bar of the recovery time; None where there is none."""
        stretch = self._gantt.measured
        return None if stretch is None else self._drawn((stretch,), Tone.PLAIN, {})

    def row(self, step_id: str) -> Content:
        """Empty for a step that did not run."""
        row = self._rows.get(step_id)
        if row is None:
            return Content(" " * self._width)
        look = looks.of_step(row.step.outcome, row.step.result)
        return self._drawn(row.stretches, look.tone, self._marks(row))

    def legend(self) -> Content:
        """What the marks mean, of those that are there."""
        kinds = {stretch.kind for row in self._gantt.rows for stretch in row.stretches}
        marks = {mark for row in self._gantt.rows for mark in self._marks(row).values()}
        told = [line(_bar(kind), f" {word}") for kind, word in _WORDS.items() if kind in kinds]
        told += [Content(f"{mark} {word}") for mark, word in _MARKS.items() if mark in marks]
        return muted(Content("   ").join(told))

    def _marks(self, row: Row) -> dict[int, str]:
        """What lies past the end of the axis is left out."""
        found = ((row.budget_at, _BUDGET), (row.best_at, _BEST))
        return {
            cell_of(at, self._gantt.seconds, self._width): mark
            for at, mark in found
            if at is not None and at <= self._gantt.seconds
        }

    def _drawn(self, stretches: tuple[Stretch, ...], tone: Tone, marks: Mapping[int, str]) -> Content:
        kinds = cells(stretches, self._gantt.seconds, self._width)
        only = len(kinds) - kinds.count(None) == 1
        parts: list[Content] = []
        for cell, kind in enumerate(kinds):
            if cell in marks and not (only and kind):
                parts.append(tinted(marks[cell], Tone.PLAIN, "bold"))
            else:
                parts.append(_bar(kind, tone) if kind else Content(" "))
        return line(*parts)


def _bar(kind: Kind, tone: Tone = Tone.GOOD) -> Content:
    return tinted(_BARS[kind], _TONES.get(kind, tone))


def time_line(report: Report, chart: StepChart, title_width: int) -> Content:
    """Titles and bars alone, where a table has no room for them."""
    rows = [line(" " * (title_width + 1), chart.axis())]
    if (measured := chart.measured()) is not None:
        rows.append(line(fit(muted("counted as recovery"), title_width), " ", measured))
    for step in report.steps:
        if step.started_at is not None:
            look = looks.of_step(step.outcome, step.result)
            mark = tinted(f"{look.symbol} ", look.tone)
            title = step.title if step.phase is Phase.STEPS else f"cleanup: {step.title}"
            rows.append(line(fit(line(mark, title), title_width), " ", chart.row(step.id)))
    return lines(*rows, chart.legend())

"""Each step with its time, its splits, and its bar on the drill's time axis."""

from __future__ import annotations

from textual.content import Content

from drill_tui.engine.record.events import Outcome, Phase
from drill_tui.tui import looks
from drill_tui.tui.looks import Tone
from drill_tui.tui.result.chart import StepChart, time_line
from drill_tui.tui.wording import difference, stopwatch
from drill_tui.tui.words import Part, fit, line, lines, muted, right, shown, tinted
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.report import Report, StepReport

_WORD, _TIME, _LAP = 11, 7, 8
_TITLE_WIDTH = 36
_ROOM_FOR_CHART = 110
_WIDEST_CHART = 120
_NARROW_TITLE = 22


def steps_words(report: Report, laps: Laps, width: int) -> Content:
    """A table with the bars as its last column, or with the bars below it where there is no room."""
    compared = bool(laps.best)
    room = _WORD + 2 + _TITLE_WIDTH + _TIME + (2 * _LAP if compared else 0)
    wide = width >= _ROOM_FOR_CHART
    chart = _chart(report, laps, min(_WIDEST_CHART, width - room - 2)) if wide else None
    columns = fit(
        " " * (_WORD + 2) + fit("step", _TITLE_WIDTH).plain + "  time", _WORD + 2 + _TITLE_WIDTH + _TIME
    )
    head: list[Part] = [muted(columns), muted(f"{'best':>{_LAP}}{'last':>{_LAP}}" if compared else "")]
    rows = [Content.styled("Steps", "bold $text-secondary")]
    rows.append(line(*head, *(("  ", chart.axis()) if chart else ())))
    if chart and (measured := chart.measured()) is not None:
        rows.append(line(" " * (_WORD + 2), fit(muted("counted as recovery"), room - _WORD), measured))
    rows += [_step(step, laps if compared else None, chart) for step in report.steps]
    if chart:
        rows.append(line(" " * (_WORD + 2), chart.legend()))
    elif below := None if wide else _chart(report, laps, width - _NARROW_TITLE - 1):
        rows += [Content(""), time_line(report, below, _NARROW_TITLE)]
    return lines(*rows)


def _chart(report: Report, laps: Laps, width: int) -> StepChart | None:
    """None where nothing ran, and of a report whose times are none."""
    if not any(step.started_at for step in report.steps):
        return None
    try:
        return StepChart(report, laps.best, width)
    except (ValueError, OverflowError):
        return None


def _step(step: StepReport, laps: Laps | None, chart: StepChart | None) -> Content:
    look = looks.of_step(step.outcome, step.result)
    working = max(0.0, step.duration_s - step.wait_s)
    title = f"{step.title}" if step.phase is Phase.STEPS else f"cleanup: {step.title}"
    tries = f" ×{len(step.attempts)}" if len(step.attempts) > 1 else ""
    budget = Tone.BAD if step.over_budget else Tone.PLAIN
    took = stopwatch(working) if step.started_at else "–"
    parts: list[Part] = [
        fit(shown(look), _WORD),
        "  ",
        fit(title + tries, _TITLE_WIDTH),
        right(tinted(took, budget), _TIME),
    ]
    if laps is not None:
        ran = step.outcome is Outcome.PASSED
        parts.append(_lap(laps.against_best(step.id, working) if ran else None))
        parts.append(_lap(laps.against_last(step.id, working) if ran else None))
    if chart is not None:
        parts += ["  ", chart.row(step.id)]
    return line(*parts)


def _lap(seconds: float | None) -> Content:
    if seconds is None:
        return right(muted("–"), _LAP)
    tone = Tone.GOOD if seconds <= -1 else Tone.WARN if seconds >= 1 else Tone.MUTED
    return right(tinted(difference(seconds), tone), _LAP)

"""The recovery times of a runbook in one line: a column for each drill, against the objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from drill_tui.programme.shelf import PastDrill, measured
from drill_tui.tui import looks
from drill_tui.tui.looks import Tone
from drill_tui.tui.wording import stopwatch
from drill_tui.tui.words import line, muted, tinted

MOST: Final = 16
LEAST: Final = 6
"""Columns, if there are so many drills."""
OVER: Final = "▲"
"""Stands for a drill that took longer than the objective, however much."""
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_DIGITS: Final = "123456789"
"""In their place where only ASCII is drawn: blocks would all look the same."""


def rto_columns(drills: Sequence[PastDrill], most: int, *, plain: bool = False) -> Content | None:
    """The columns alone, of the newest `most`; None where no passing drill measured it."""
    timed = measured(drills)[-most:]
    if not timed:
        return None
    objective_s = timed[-1].rto_objective_s
    times_s = [drill.rto_machine_s or 0.0 for drill in timed]
    return line(*(_column(took_s, objective_s or max(times_s), objective_s, plain) for took_s in times_s))


def rto_line(drills: Sequence[PastDrill], room: int, *, plain: bool = False) -> Content | None:
    """The machine's time of the newest passing drills, in `room` cells; None where none measured it.

    `▂▂▃▂▅▃▂ 12:00/30:00 machine`: a full block is the objective, without one the longest drill.
    """
    timed = measured(drills)
    if not timed:
        return None
    objective_s = timed[-1].rto_objective_s
    times_s = [drill.rto_machine_s or 0.0 for drill in timed[-MOST:]]
    of = f"/{stopwatch(objective_s)}" if objective_s else ""
    over = objective_s is not None and max(times_s) > objective_s
    words = f" {stopwatch(times_s[-1])}{of} machine" + (f", {OVER} over" if over else "")
    shown = times_s[-max(LEAST, min(MOST, room - len(words))) :]
    top_s = objective_s or max(shown)
    return line(*(_column(took_s, top_s, objective_s, plain) for took_s in shown), muted(words))


def _column(took_s: float, top_s: float, objective_s: float | None, plain: bool) -> Content:
    if objective_s is not None and took_s > objective_s:
        return tinted(OVER, Tone.BAD)
    steps = _DIGITS if plain else _BLOCKS
    share = took_s / top_s if top_s else 0.0
    tone = looks.of_clock(took_s, objective_s)
    return tinted(steps[max(0, min(len(steps) - 1, round(share * len(steps)) - 1))], tone)

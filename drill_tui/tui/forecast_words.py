"""The forecast of a runbook in one short line of the home screen; nothing where history allows none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from textual.content import Content

from drill_tui.programme.forecast import Span, TooThinError, forecast, production_bytes
from drill_tui.programme.shelf import PastDrill
from drill_tui.tui.looks import Tone
from drill_tui.tui.words import line, tinted
from drill_tui.verdict.wording import duration_words, size_words

_TONES = {"would miss": Tone.BAD, "may miss": Tone.WARN, "would meet": Tone.GOOD}


def forecast_words(drills: Sequence[PastDrill], environment: Mapping[str, str]) -> Content | None:
    """At production's size where it is named, else at the last drill's.

    `at 214 GB: 38 to 51 min, objective 30: would miss`
    """
    size_bytes = _size(drills, environment)
    if size_bytes is None:
        return None
    try:
        found = forecast(drills, size_bytes)
    except TooThinError:
        return None
    said = f"at {size_words(size_bytes)}: {_between(found.total)}"
    if not found.objective_s:
        return Content(said)
    objective = _objective(found.objective_s, found.total.high_s)
    return line(f"{said}, objective {objective}: ", tinted(found.verdict, _TONES[found.verdict]))


def _size(drills: Sequence[PastDrill], environment: Mapping[str, str]) -> int | None:
    """A size that cannot be read is told where a drill begins."""
    with suppress(ValueError):
        named = production_bytes(environment)
        return named or next((d.size_bytes for d in reversed(drills) if d.passed and d.size_bytes), None)
    return None


def _between(total: Span) -> str:
    unit, length_s = _unit(total.high_s)
    return f"{_number(total.low_s / length_s)} to {_number(total.high_s / length_s)} {unit}"


def _objective(objective_s: float, high_s: float) -> str:
    """A bare number where its unit stands just before it."""
    unit, length_s = _unit(objective_s)
    same = unit == _unit(high_s)[0]
    return _number(objective_s / length_s) if same else duration_words(objective_s)


def _unit(seconds: float) -> tuple[str, float]:
    if seconds < 100.0:
        return "s", 1.0
    return ("min", 60.0) if seconds < 6000.0 else ("h", 3600.0)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")

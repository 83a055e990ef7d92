"""Numbers that may be written as durations, and the values of `${…}` once a drill has run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from drill_tui.runbook.durations import parse_duration
from drill_tui.runbook.values import fill, references

if TYPE_CHECKING:
    from drill_tui.runbook.model import Scalar
    from drill_tui.verdict.facts import DrillFacts
    from drill_tui.verdict.step_state import StepState


def quantity(value: object) -> float:
    """A number, or the seconds of a duration (`30m`).

    Raises ValueError for anything else, NaN included.
    """
    text = str(value).strip()
    for reading in (float, parse_duration):
        try:
            number = float(reading(text))
        except (ValueError, OverflowError):
            continue
        if not math.isnan(number):
            return number
    raise ValueError(f"{text!r} is neither a number nor a duration such as 30m")


def plain(value: Scalar) -> str:
    """A YAML scalar as a script would write it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def filled(value: Scalar, state: DrillFacts) -> str:
    """The text with every `${…}` replaced.  Raises ValueError that names a value the drill did not leave."""
    return fill(plain(value), lambda name: _value(name, state))


def sources_of(text: str, state: DrillFacts) -> list[StepState]:
    """The steps whose outputs a text names."""
    named = {reference.step for reference in references(text)}
    return [step for step in state.steps.values() if step.id in named]


def _value(name: str, state: DrillFacts) -> str:
    started = state.started
    found: str | None = None
    match name.split("."):
        case ["params", param] if started:
            found = state.params.get(param)
        case ["steps", step_id, "outputs", output] if step_id in state.steps:
            found = state.steps[step_id].outputs.get(output)
        case ["run", "id"]:
            found = state.run_id
        case ["project"] if started:
            found = started.project_dir
        case _:
            pass
    if found is None:
        raise ValueError(f"{name} was not recorded")
    return found

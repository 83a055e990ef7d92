"""Numbers that may be written as durations, and the values of `${…}` once a drill has run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from drill_tui.runbook.model import parse_duration

if TYPE_CHECKING:
    from drill_tui.verdict.state import DrillState

_REFERENCE = re.compile(r"\$\{([^}]*)\}")


def quantity(value: object) -> float:
    """A number, the seconds of a duration (`30m`), or the seconds since the epoch of a timestamp.

    Raises ValueError for anything else.
    """
    text = str(value).strip()
    for reading in (float, parse_duration, _epoch_s):
        try:
            number = float(reading(text))
        except ValueError:
            continue
        if number == number:
            return number
    raise ValueError(f"{text!r} is neither a number, nor a duration such as 30m, nor a timestamp")


def _epoch_s(text: str) -> float:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a timestamp without a time zone")
    return moment.timestamp()


def filled(text: object, state: DrillState) -> str:
    """The text with every `${…}` replaced.  Raises ValueError that names a value the drill did not leave."""
    return _REFERENCE.sub(lambda match: _value(match[1], state), str(text))


def _value(name: str, state: DrillState) -> str:
    match name.split("."):
        case ["params", param]:
            found = _get(state.started.params if state.started else {}, param)
        case ["steps", step_id, "outputs", output]:
            step = state.steps.get(step_id)
            found = _get(step.outputs if step else {}, output)
        case ["run", "id"]:
            found = state.run_id
        case _:
            found = None
    if found is None:
        raise ValueError(f"{name} was not recorded")
    return found


def _get(values: Mapping[str, str], name: str) -> str | None:
    return values.get(name)

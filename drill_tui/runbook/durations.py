"""Durations as runbooks write them: `90s`, `25m`, `1h30m`, `31d`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import ValidationInfo

DURATION_PATTERN = r"^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$"
IN_SECONDS: Final = "in seconds"
"""The context of a validation that reads what a model has held already."""
_UNIT_S = (86_400, 3_600, 60, 1)


def parse_duration(text: object) -> float:
    """Seconds of a duration such as `90s`, `25m`, `1h30m` or `31d`.

    Raises ValueError for anything else, a bare number included: 10 what?
    """
    match = re.match(DURATION_PATTERN, text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("write durations with a unit, such as 90s, 25m, 1h30m or 31d")
    return sum(float(part) * unit for part, unit in zip(match.groups(), _UNIT_S, strict=True) if part)


def duration_of(told: object, info: ValidationInfo) -> float:
    """The same for a model's field, which may come from a model.  Raises ValueError."""
    return told if isinstance(told, float) and info.context == IN_SECONDS else parse_duration(told)


def format_duration(seconds: float) -> str:
    """The shortest way to write a duration in a runbook: 5400 → `1h30m`.

    >>> format_duration(5400), format_duration(0.5), format_duration(0)
    ('1h30m', '0.5s', '0s')
    """
    rest, text = seconds, ""
    for letter, unit in zip("dhm", _UNIT_S, strict=False):
        whole, rest = divmod(rest, unit)
        text += f"{int(whole)}{letter}" if whole else ""
    return text + (f"{rest:g}s" if rest or not text else "")

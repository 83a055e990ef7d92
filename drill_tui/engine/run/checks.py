"""A runbook's assertions on a step: its exit code, its standard output, its outputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from drill_tui.engine.text.sanitise import one_line
from drill_tui.runbook.durations import parse_duration
from drill_tui.runbook.model import Check, Scalar


@dataclass(frozen=True, slots=True)
class Checked:
    that: str
    ok: bool
    message: str


def evaluate(check: Check, values: Mapping[str, str], fill: Callable[[Scalar], str]) -> Checked:
    """Judge one assertion; `values` holds `exit`, `stdout` and the outputs.

    A value that is not there, or cannot be compared, fails: what could not be checked never passes.
    """
    if check.that not in values:
        return Checked(check.that, False, f"{check.that} has no value, so it could not be checked")
    value = values[check.that]
    complaint = _complaint(check, value.rstrip("\n") if check.that == "stdout" else value, fill)
    if complaint is None:
        return Checked(check.that, True, f"{check.that} is {one_line(value, 200)}")
    return Checked(check.that, False, ": ".join(part for part in (check.message, complaint) if part))


def _complaint(check: Check, value: str, fill: Callable[[Scalar], str]) -> str | None:
    shown = f"{check.that} is {one_line(value, 200) or 'empty'}"
    if check.equals is not None and not same(value, fill(check.equals)):
        return f"{shown}, expected {fill(check.equals)}"
    if check.one_of and not any(same(value, fill(choice)) for choice in check.one_of):
        return f"{shown}, expected one of {', '.join(fill(choice) for choice in check.one_of)}"
    if check.matches is not None and re.search(fill(check.matches), value, re.MULTILINE) is None:
        return f"{shown}, expected a match of {fill(check.matches)}"
    for limit, word, beyond in ((check.min, "at least", -1), (check.max, "at most", 1)):
        if limit is None:
            continue
        order = compare(value, fill(limit))
        if order is None:
            return f"{shown}, which cannot be compared with {fill(limit)}"
        if order == beyond:
            return f"{shown}, expected {word} {fill(limit)}"
    return None


def same(left: str, right: str) -> bool:
    """Equal as text, or as numbers: 1 and 1.0."""
    return left == right or (compare(left, right) == 0 and _number(left) is not None)


def compare(left: str, right: str) -> int | None:
    """-1, 0 or 1 as numbers, durations or times; None where the two cannot be compared.

    >>> compare("90", "1m"), compare("1h", "1h"), compare("a", "1")
    (1, 0, None)
    """
    for read in (_number, _duration, _time):
        a, b = read(left), read(right)
        if a is not None and b is not None:
            return (a > b) - (a < b)
    return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if number != number else number


def _duration(text: str) -> float | None:
    try:
        return parse_duration(text)
    except ValueError:
        return _number(text)


def _time(text: str) -> float | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()

"""A rate as the screen shows it."""

from __future__ import annotations

from textual.content import Content

from drill_tui.tui.looks import Tone
from drill_tui.tui.throughput import SHOWN_UNITS, Throughput
from drill_tui.tui.wording import amount, span
from drill_tui.tui.words import fit, line, muted, tinted
from drill_tui.verdict.wording import size_words

_LEVELS = "▁▂▃▄▅▆▇█"
_WORTH_SAYING_S = 15.0


def rate_words(told: Throughput | None, now: float) -> str:
    """`48.2 k rows/s`, `61.3 MB/s`; empty where it is not known, or says nothing."""
    rate = told.per_s(now) if told is not None and told.unit in SHOWN_UNITS else None
    if told is None or not rate:
        return ""
    return _per_s(rate, told.unit)


def throughput_line(told: Throughput, now: float, width: int) -> Content | None:
    """The rate, how it went in the last minute, and the highest; None before it is known."""
    words = rate_words(told, now)
    quiet_s = told.quiet_s(now)
    if told.unit in SHOWN_UNITS and quiet_s >= _WORTH_SAYING_S:
        return tinted(f"nothing more done for {span(quiet_s)}", Tone.WARN)
    if not words:
        return None
    head = f"{words}  "
    tail = f"  highest {_per_s(told.highest, told.unit)}" if told.highest else ""
    room = width - len(head) - len(tail)
    if room < 8:
        tail, room = "", width - len(head)
    drawn = "".join(_level(rate, told.highest) for rate in list(told.history)[-max(0, room) :])
    return fit(line((head, "bold"), tinted(drawn, Tone.ACTIVE), muted(tail)), width)


def _level(rate: float, highest: float) -> str:
    return _LEVELS[max(0, min(7, int(rate / highest * 8)))] if highest else _LEVELS[0]


def _per_s(rate: float, unit: str) -> str:
    return f"{size_words(rate)}/s" if unit == "bytes" else f"{amount(rate, unit)}/s"

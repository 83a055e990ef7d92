"""The year around today: one line of twelve months, and a table with a row for each mode."""

from __future__ import annotations

from datetime import date
from typing import Final

from textual.content import Content

from drill_tui.programme.year import Mark, Month, Year
from drill_tui.tui.looks import Look, Tone
from drill_tui.tui.words import fit, line, muted, tinted

_LETTERS: Final = "JFMAMJJASOND"
_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LOOKS: Final = {
    Mark.PASSED: Look("✓", "passed", Tone.GOOD),
    Mark.NOT_PASSED: Look("✗", "did not pass", Tone.BAD),
    Mark.MISSED: Look("∅", "missed", Tone.BAD),
    Mark.DUE: Look("!", "due", Tone.WARN),
    Mark.NONE: Look("·", "nothing", Tone.MUTED),
}
_LABEL: Final = 9
_NARROWEST, _WIDEST = 3, 8
_WITH_YEAR: Final = 7
"""Cells of a month from which on January says of which year it is."""


def year_line(year: Year, room: int) -> Content:
    """`M✓ A✓ M✗ J· …`, without the gaps where `room` has no cells for them."""
    count = len(year.months)
    gap = " " if room >= 3 * count - 1 else ""
    cells = []
    for place, month in enumerate(year.months):
        letter = _LETTERS[month.month - 1]
        head = Content.styled(letter, "bold") if place == year.this_month else muted(letter)
        cells.append(line(head, _sign(year.mark(place), place > year.this_month)))
    return Content(gap).join(cells)


def year_table(year: Year, width: int) -> list[Content]:
    """A row for each mode below the names of the months, and what the signs mean."""
    cell = max(_NARROWEST, min(_WIDEST, (width - _LABEL) // len(year.months)))
    heads = [_head(month, cell, place == year.this_month) for place, month in enumerate(year.months)]
    rows = [line(fit(Content.styled("Year", "bold $text-secondary"), _LABEL), *heads)]
    for mode in year.modes:
        cells = (_cell(month, cell, place > year.this_month) for place, month in enumerate(mode.months))
        rows.append(line(fit(muted(f"  {mode.mode}"), _LABEL), *cells))
    return [*rows, _legend()]


def _head(month: date, cell: int, is_this: bool) -> Content:
    name = _NAMES[month.month - 1]
    if month.month == 1 and cell >= _WITH_YEAR:
        name = f"{name} {month.year % 100:02}"
    words = name if cell > len(name) else name[: cell - 1]
    return fit(Content.styled(words, "bold") if is_this else muted(words), cell)


def _cell(month: Month, cell: int, is_ahead: bool) -> Content:
    """How many drills passed and did not, and what is due or was missed; else the sign alone."""
    parts = [
        _counted(sign, count)
        for sign, count in ((Mark.PASSED, month.passed), (Mark.NOT_PASSED, month.others))
        if count
    ]
    if not parts or month.mark in (Mark.DUE, Mark.MISSED):
        parts.append(_sign(month.mark, is_ahead))
    told = (Content(gap).join(parts) for gap in (" ", ""))
    sign = _sign(month.mark, is_ahead)
    return fit(next((words for words in told if words.cell_length < cell), sign), cell)


def _counted(mark: Mark, count: int) -> Content:
    look = _LOOKS[mark]
    return tinted(f"{look.symbol}{count if count > 1 else ''}", look.tone)


def _sign(mark: Mark, is_ahead: bool) -> Content:
    look = _LOOKS[mark]
    return tinted(look.symbol, Tone.ACTIVE if is_ahead and mark is Mark.DUE else look.tone)


def _legend() -> Content:
    told = [
        line("  ", tinted(look.symbol, look.tone), muted(f" {look.word}"))
        for mark, look in _LOOKS.items()
        if mark is not Mark.NONE
    ]
    return line(*told)

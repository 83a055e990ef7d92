"""Pieces of styled text.  What comes from programs, databases or people is text here, never markup."""

from __future__ import annotations

import re
import textwrap

from textual.content import Content

from drill_tui.tui.looks import COLOURS, Look, Tone

Part = str | Content | tuple[str, str]
_INLINE = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\n]+)\*")


def line(*parts: Part) -> Content:
    """One piece out of plain text, styled text and (text, style) pairs."""
    return Content.assemble(*(Content(part) if isinstance(part, str) else part for part in parts))


def lines(*rows: Content | str) -> Content:
    return Content("\n").join([Content(row) if isinstance(row, str) else row for row in rows])


def tinted(text: str | Content, tone: Tone, extra: str = "") -> Content:
    style = f"{extra} {COLOURS[tone]}".strip()
    return Content.styled(text, style) if isinstance(text, str) else text.stylize_before(style)


def muted(text: str | Content) -> Content:
    return tinted(text, Tone.MUTED)


def shown(look: Look, with_word: bool = True) -> Content:
    """Symbol and word in the colour of the state."""
    return tinted(f"{look.symbol} {look.word}" if with_word else look.symbol, look.tone)


def fit(content: Content | str, width: int) -> Content:
    """Exactly this many cells: cut with an ellipsis or filled with blanks."""
    piece = Content(content) if isinstance(content, str) else content
    if width <= 0:
        return Content("")
    return piece.truncate(width, ellipsis=True).extend_right(max(0, width - piece.cell_length))


def right(content: Content | str, width: int) -> Content:
    """As `fit`, with the text at the right edge."""
    piece = Content(content) if isinstance(content, str) else content
    return Content(" " * max(0, width - piece.cell_length)) + piece.truncate(width, ellipsis=True)


def spread(left: Content, at_right: Content, width: int) -> Content:
    """Two pieces at the two ends of a line; the left one gives way."""
    room = width - at_right.cell_length
    return fit(left, room) + at_right if room > 0 else at_right.truncate(width, ellipsis=True)


def hanging(head: Content, text: str, indent: int, width: int, tone: Tone = Tone.PLAIN) -> Content:
    """A piece followed by text that wraps below itself, not below the piece."""
    wrapped = textwrap.wrap(text, max(20, width - indent)) or [""]
    first = line(fit(head, indent), tinted(wrapped[0], tone))
    return lines(first, *(line(" " * indent, tinted(row, tone)) for row in wrapped[1:]))


def bar(share: float, width: int, tone: Tone) -> Content:
    """A bar of this width, filled from the left; past its end it is full."""
    full = round(min(1.0, max(0.0, share)) * width)
    return tinted("━" * full, tone, "bold") + Content.styled("─" * (width - full), "$rule")


def prose(text: str) -> Content:
    """The little Markdown that runbooks need: paragraphs, lists, `code` and **strong** words."""
    paragraphs: list[str] = []
    for raw in text.strip().splitlines():
        row = raw.strip()
        begins = not paragraphs or not row or paragraphs[-1] == "" or row.startswith(("- ", "* ", "#"))
        if begins:
            paragraphs.append(row)
        else:
            paragraphs[-1] += " " + row
    return lines(*(_prose_line(row) for row in paragraphs))


def _prose_line(row: str) -> Content:
    if row.startswith(("- ", "* ")):
        return line(muted("• "), _inline(row[2:]))
    if row.startswith("#"):
        return Content.styled(row.lstrip("# "), "bold")
    return _inline(row)


def _inline(text: str) -> Content:
    parts: list[Part] = []
    reached = 0
    for match in _INLINE.finditer(text):
        parts.append(text[reached : match.start()])
        code, strong, stressed = match.groups()
        style = "$text-primary" if code else "bold" if strong else "italic"
        parts.append((code or strong or stressed, style))
        reached = match.end()
    return line(*parts, text[reached:])

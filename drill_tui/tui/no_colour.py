"""NO_COLOR: not a single colour is sent; what colour would mark is bold, underlined or reversed.

https://no-color.org.  Textual's own filter turns colours into greys, which are colours to a terminal.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as TerminalColour
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor

GREYS = (Monochrome, NoColor)
"""Textual's filters, which this one replaces."""
_LIGHT = 0.5


class WithoutColour(LineFilter):
    """Draws what has a light ground reversed; meant for the theme of black and white."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(segment.text, segment.style and _without_colour(segment.style), segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=1024)
def _without_colour(style: Style) -> Style:
    ground = style.color if style.reverse else style.bgcolor
    return Style(
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        reverse=_is_light(ground, otherwise=bool(style.reverse)) or None,
        link=style.link,
        meta=style.meta,
    )


def _is_light(colour: TerminalColour | None, *, otherwise: bool) -> bool:
    if colour is None or colour.is_default:
        return otherwise
    red, green, blue = colour.get_truecolor()
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255 > _LIGHT

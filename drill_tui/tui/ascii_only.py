"""The ASCII mode: one filter over every drawn line, so that no widget needs a second set of symbols."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_PLAIN = {
    **dict.fromkeys("━═╸╺", "="),
    **dict.fromkeys("─╌┄╴╶▔▁▂—–−‾", "-"),
    **dict.fromkeys("│┃║▎▏▕▍▌▐┊╎", "|"),
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛╔╗╚╝╠╣╦╩╬╞╡", "+"),
    **dict.fromkeys("█▉▊▋▓▇▆▅▄▃▀", "#"),
    **dict.fromkeys("░▒", "."),
    **dict.fromkeys("·•", "."),
    **dict.fromkeys("✓✔", "*"),
    **dict.fromkeys("✗✘×", "x"),
    **dict.fromkeys("▶►▸→›❯", ">"),
    **dict.fromkeys("◀◂←‹", "<"),
    **dict.fromkeys("◆●◉■▪◈", "o"),
    **dict.fromkeys("○◇□▫", "."),
    **dict.fromkeys("↑▲△", "^"),
    **dict.fromkeys("↓▼▽", "v"),
    "‖": "=",
    "∅": "0",
    "…": "~",
    "±": "+",
    "≤": "<",
    "≥": ">",
    "↻": "@",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "\N{NO-BREAK SPACE}": " ",
    "⏎": ">",
    "↪": ">",
    "⌫": "<",
    "⇥": ">",
}


@lru_cache(maxsize=4096)
def to_ascii(text: str) -> str:
    """The text with every other character replaced, keeping its width in cells.

    >>> to_ascii('✓ passed │ 0:41 …')
    '* passed | 0:41 ~'
    """
    if text.isascii():
        return text
    return "".join(char if char.isascii() else _PLAIN.get(char, "?" * cell_len(char)) for char in text)


class AsciiFilter(LineFilter):
    """Draws with ASCII alone."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.text.isascii()
            else Segment(to_ascii(segment.text), segment.style, segment.control)
            for segment in segments
        ]

"""Cells of a terminal as SVG: one picture, or many that follow each other as an animation.

Shapes that must join (lines, blocks) are drawn as rectangles, so that no font of a browser leaves gaps; every
other run of text is given its width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final

WIDTH, HEIGHT = 8.4, 17.0
"""Of a cell, in pixels at a font size of 14."""
MARGIN, BAR = 10.0, 30.0
INK, PAPER, FRAME = "#d8dee9", "#0d1117", "#22262d"
FONTS: Final = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
SIXTEEN: Final = {
    "black": "#0d1117", "red": "#ff7b85", "green": "#4cc38a", "brown": "#e0b050", "blue": "#5ea1e6",
    "magenta": "#b694f0", "cyan": "#56c2d6", "white": "#d8dee9",
}  # fmt: skip
NO_BREAK: Final = "\u00a0"
"""Not every viewer of SVG keeps several spaces."""
_BLOCKS: Final = {"█": 8, "▇": 7, "▆": 6, "▅": 5, "▄": 4, "▃": 3, "▂": 2, "▁": 1}
_LINES: Final = {"─": (0, 0.47, 1, 0.07), "━": (0, 0.43, 1, 0.14), "│": (0.46, 0, 0.1, 1)}
"""Left, top, width and height, as parts of a cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Colours are names of the sixteen, six hexadecimal digits, or `default`."""

    text: str
    ink: str = "default"
    paper: str = "default"
    bold: bool = False


Row = tuple[Cell, ...]
Screen = tuple[Row, ...]


def still(screen: Screen, title: str) -> str:
    """One picture."""
    rows = "".join(
        f'<g transform="translate(0 {y * HEIGHT:g})">{_row(row)}</g>' for y, row in enumerate(screen)
    )
    return _document(screen, title, "", rows)


def moving(frames: Sequence[tuple[Screen, float]], title: str) -> str:
    """Screens of one size with the seconds that each is shown, over and over.  Equal rows are kept once."""
    numbers: dict[Row, int] = {}
    for screen, _ in frames:
        for row in screen:
            numbers.setdefault(row, len(numbers))
    rows = "".join(f'<g id="r{number}">{_row(row)}</g>' for row, number in numbers.items())
    whole_s, at_s, style, shown = sum(seconds for _, seconds in frames), 0.0, "", ""
    for number, (screen, seconds) in enumerate(frames):
        begin, end = 100 * at_s / whole_s, 100 * (at_s + seconds) / whole_s
        at_s += seconds
        style += (
            f"@keyframes f{number}{{0%{{visibility:{'visible' if not number else 'hidden'}}}"
            f"{begin:.3f}%{{visibility:visible}}{end:.3f}%{{visibility:hidden}}}}"
            f"#f{number}{{visibility:hidden;animation:f{number} {whole_s:.2f}s step-end infinite}}"
        )
        uses = "".join(f'<use href="#r{numbers[row]}" y="{y * HEIGHT:g}"/>' for y, row in enumerate(screen))
        shown += f'<g id="f{number}">{uses}</g>'
    return _document(frames[0][0], title, style, f"<defs>{rows}</defs>{shown}")


def _document(screen: Screen, title: str, style: str, body: str) -> str:
    width, height = len(screen[0]) * WIDTH + 2 * MARGIN, len(screen) * HEIGHT + BAR + MARGIN
    lights = "".join(
        f'<circle cx="{20 + 18 * i}" cy="15" r="5.5" fill="{colour}"/>'
        for i, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">'
        f"<title>{escape(title)}</title>"
        f"<style>text{{font:14px {FONTS};white-space:pre;fill:{INK}}}.b{{font-weight:700}}{style}</style>"
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{FRAME}"/>{lights}'
        f'<rect x="0" y="{BAR:g}" width="{width:g}" height="{height - BAR - 4:g}" fill="{PAPER}"/>'
        f'<g transform="translate({MARGIN:g} {BAR + 3:g})">{body}</g></svg>\n'
    )


def _row(row: Row) -> str:
    return "".join((*_papers(row), *_texts(row)))


def _papers(row: Row) -> Iterator[str]:
    x = 0
    for paper, cells in groupby(row, key=lambda cell: cell.paper):
        count = len(list(cells))
        if paper != "default":
            yield _rectangle(x, 0, count, 1, _colour(paper, PAPER))
        x += count


def _texts(row: Row) -> Iterator[str]:
    x = 0
    for (kind, ink, bold), group in groupby(row, key=lambda c: (_kind(c.text), c.ink, c.bold)):
        cells = list(group)
        colour = _colour(ink, INK)
        if kind in _BLOCKS:
            part = _BLOCKS[kind] / 8
            yield _rectangle(x, 1 - part, len(cells), part, colour)
        elif kind in _LINES:
            left, top, width, high = _LINES[kind]
            yield _rectangle(x + left, top, len(cells) if width == 1 else width, high, colour)
        elif words := "".join(cell.text or " " for cell in cells).rstrip():
            before = len(words) - len(words.lstrip())
            yield _text(x + before, words.lstrip(), colour, bold)
        x += len(cells)


def _kind(text: str) -> str:
    return text if text in _BLOCKS or text in _LINES else "text"


def _rectangle(x: float, top: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x * WIDTH:.4g}" y="{top * HEIGHT:.4g}" width="{width * WIDTH:.4g}"'
        f' height="{height * HEIGHT:.4g}" fill="{colour}" shape-rendering="crispEdges"/>'
    )


def _text(x: int, words: str, colour: str, bold: bool) -> str:
    looks = (' class="b"' if bold else "") + ("" if colour == INK else f' style="fill:{colour}"')
    length = f"{len(words) * WIDTH:.5g}"
    return (
        f'<text x="{x * WIDTH:.5g}" y="13" textLength="{length}" lengthAdjust="spacingAndGlyphs"{looks}>'
        f"{escape(words).replace('  ', NO_BREAK * 2)}</text>"
    )


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return SIXTEEN.get(name.removeprefix("bright"), f"#{name}")

"""What is on the screen as plain text, for pictures that are read in a diff."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.segment import Segment
from rich.style import Style
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.app import App


class GridExtension(SingleFileSnapshotExtension):
    """One text file for each picture."""

    _file_extension = "txt"
    _write_mode = WriteMode.TEXT


def drawn(app: App[None]) -> list[list[Segment]]:
    """Every line of the screen with its dialogs, after all filters."""
    width, _ = app.size
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert update is not None
    console = app.console
    pieces = console.render(update, console.options.update_width(width))
    return [list(line) for line in Segment.split_lines(piece for piece in pieces if not piece.control)]


def colours(lines: Iterable[Iterable[Segment]]) -> set[str]:
    """The name of every colour but the terminal's own."""
    styles = {segment.style for line in lines for segment in line if segment.style is not None}
    used = {colour for style in styles for colour in (style.color, style.bgcolor)}
    return {colour.name for colour in used if colour is not None and not colour.is_default}


def grid(lines: list[list[Segment]]) -> str:
    """The text of the screen, then below each other the rows where something stands out, and how."""
    text = ["".join(segment.text for segment in line).rstrip() for line in lines]
    marks = [f"{row + 1:>3} {mark}" for row, line in enumerate(lines) if (mark := _marks(line))]
    return "\n".join([*text, "", "what stands out:", *marks, ""])


def _marks(line: list[Segment]) -> str:
    """`bold «words»` for every stretch of a line whose looks differ from plain text."""
    stretches = []
    for looks, segments in groupby(line, key=_looks):
        words = "".join(segment.text for segment in segments).strip()
        if looks and words:
            stretches.append(f"{looks} «{words}»")
    return "  ".join(stretches)


def _looks(segment: Segment) -> str:
    style = segment.style or Style.null()
    return " ".join(name for name in ("bold", "italic", "underline", "reverse") if getattr(style, name))

"""A log on the screen: draws only the lines in sight, follows the end until the reader scrolls up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from rich.cells import cell_len
from rich.segment import Segment
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style

from drill_tui.tui.logs.buffer import Level, LineBuffer, level_of

KEPT_STRIPS = 64
"""Lines as they were drawn last, for whatever is drawn anew; each holds caches of its own."""
_LEVEL_STYLES = {Level.ALL: "$foreground", Level.WARNING: "$text-warning", Level.ERROR: "$text-error"}


def _beyond(cells: int) -> int:
    """A number of characters that fills at least so many cells, the same one for scrolling by a little."""
    return (cells // 512 + 2) * 512


class LogView(ScrollView, can_focus=True):
    """Shows a `LineBuffer`.  Lines are named by their number since the log began, so that places stay true
    when old lines are forgotten."""

    ALLOW_SELECT = True

    class Moved(Message):
        """What is in sight, or whether the end is followed, has changed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.buffer = LineBuffer()
        self.level = Level.ALL
        self.following = True
        self.needle = ""
        self.hits: list[int] = []
        self.hit: int | None = None
        """The number of the line that the search stands on."""
        self._searched_from = 0
        self._numbers: list[int] | None = None
        """The numbers of the lines that pass the level filter; None when all do."""
        self._seen_end = 0
        self._drawn_first = 0
        self._strips: LRUCache[tuple[int, int, int], Strip] = LRUCache(KEPT_STRIPS)

    def show(self, buffer: LineBuffer) -> None:
        """Show another log, at its end."""
        if buffer is self.buffer:
            self.catch_up()
            return
        self.buffer, self.following = buffer, True
        self.clear_search()
        self._rebuild()

    def catch_up(self) -> None:
        """Take in what was added to the buffer since the last time."""
        if self.buffer.end == self._seen_end:
            return
        forgotten = self.buffer.first - self._drawn_first
        self._rebuild(forgotten if self._numbers is None else 0)

    def set_level(self, level: Level) -> None:
        self.level, self.following = level, True
        self._rebuild()

    def follow(self) -> None:
        self.following = True
        self.scroll_end(animate=False, immediate=True)
        self.post_message(self.Moved())

    def search(self, needle: str) -> int:
        """Mark all lines with this text, and stand on the one nearest to what is seen.

        While the text grows, that is what was seen when the search began.  Returns how many lines there are.
        """
        if not self.needle:
            self._searched_from = self._seen_about()
        self.needle = needle
        self.hits = self.buffer.matches(needle) if needle else []
        if self._numbers is not None:
            self.hits = sorted(set(self.hits) & set(self._numbers))
        self.hit = None
        self._strips.clear()
        if self.hits:
            self._stand_on(min(self.hits, key=lambda number: abs(number - self._searched_from)))
        self.refresh()
        return len(self.hits)

    def clear_search(self) -> None:
        self.needle, self.hits, self.hit = "", [], None
        self._strips.clear()
        self.refresh()

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) line found, around the ends."""
        if not self.hits:
            return
        if self.hit is None:
            self._stand_on(self.hits[-1 if by < 0 else 0])
            return
        place = bisect_left(self.hits, self.hit) if by < 0 else bisect_right(self.hits, self.hit)
        self._stand_on(self.hits[(place - 1 if by < 0 else place) % len(self.hits)])

    def text_in_sight(self) -> str:
        """The lines that are on the screen now, as text."""
        top = self.scroll_offset.y
        rows = range(top, min(self.row_count, top + self.size.height))
        return "\n".join(self.buffer[self._number(row)] for row in rows)

    @property
    def row_count(self) -> int:
        return len(self._numbers) if self._numbers is not None else self.buffer.end - self.buffer.first

    def render_line(self, y: int) -> Strip:
        scroll_x, scroll_y = self.scroll_offset
        row, width = y + scroll_y, self.size.width
        if row >= self.row_count:
            return Strip.blank(width, self.rich_style)
        number = self._number(row)
        strip = self._strip(number, row, _beyond(scroll_x + width))
        return strip.crop_extend(scroll_x, scroll_x + width, self.rich_style).apply_offsets(scroll_x, row)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        text = "\n".join(self.buffer[self._number(row)] for row in range(self.row_count))
        return selection.extract(text), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        at_end = self.is_vertical_scroll_end
        if at_end != self.following and not (at_end and new < old):
            self.following = at_end
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        if self.following:
            self.call_after_refresh(self.scroll_end, animate=False, immediate=True)

    def _seen_about(self) -> int:
        """The number of the line in the middle, or of the newest where the end is followed."""
        if self.following or not self.row_count:
            return self.buffer.end
        return self._number(min(self.row_count - 1, self.scroll_offset.y + self.size.height // 2))

    def _number(self, row: int) -> int:
        return self._numbers[row] if self._numbers is not None else self.buffer.first + row

    def _rebuild(self, forgotten: int = 0) -> None:
        following = self.following
        self._numbers = self.buffer.numbers(self.level) if self.level else None
        self._seen_end, self._drawn_first = self.buffer.end, self.buffer.first
        while self.hits and self.hits[0] < self.buffer.first:
            self.hits.pop(0)
        self._grow(Size(min(self.buffer.widest + 1, 4200), self.row_count))
        if following:
            # force: the scrollbar of a log that was shorter a moment ago comes with the next layout only
            self.scroll_end(animate=False, immediate=True, x_axis=False, force=True)
        elif forgotten > 0:
            self.scroll_to(y=max(0, self.scroll_y - forgotten), animate=False, immediate=True)
        self.following = following
        self.refresh()

    def _grow(self, size: Size) -> None:
        """Nothing but the scrollbar depends on the size, unless a scrollbar comes or goes."""
        room = self.container_size
        comes = (size.height > room.height) != self.show_vertical_scrollbar
        if comes or size.width != self.virtual_size.width:
            self.virtual_size = size
        else:
            self.set_reactive(LogView.virtual_size, size)
            if self.show_vertical_scrollbar:
                self.vertical_scrollbar.window_virtual_size = size.height

    def _stand_on(self, number: int) -> None:
        self._strips.clear()
        self.hit = number
        row = bisect_left(self._numbers, number) if self._numbers is not None else number - self.buffer.first
        self.following = False
        self.scroll_to(y=max(0, row - self.size.height // 2), animate=False, immediate=True)
        self.refresh()
        self.post_message(self.Moved())

    def _strip(self, number: int, row: int, chars: int) -> Strip:
        """A line, or as many of its characters as can be in sight."""
        selection = self.text_selection
        key = (number, row if selection is not None else -1, chars)
        cached = self._strips.get(key)
        if cached is not None:
            return cached
        text = self.buffer[number].expandtabs(8)[:chars]
        content = Content.styled(text, _LEVEL_STYLES[level_of(text)])
        content = self._mark_hits(content, text, number)
        if selection is not None and (marked := selection.get_span(row)) is not None:
            start, end = marked
            content = content.stylize(
                self.screen.get_visual_style("screen--selection"), start, len(text) if end == -1 else end
            )
        pieces = content.render(self.visual_style, end="", parse_style=self._parse)
        strip = Strip([Segment(piece, style.rich_style) for piece, style in pieces], cell_len(text))
        self._strips[key] = strip
        return strip

    def _parse(self, style: str | Style) -> Style:
        return Style.parse(style, self.app.theme_variables) if isinstance(style, str) else style

    def _mark_hits(self, content: Content, text: str, number: int) -> Content:
        if not self.needle:
            return content
        folded = text.lower() if self.needle.islower() else text
        place = folded.find(self.needle)
        style = "bold reverse" if number == self.hit else "reverse"
        for _ in range(50):
            if place < 0:
                break
            content = content.stylize(style, place, place + len(self.needle))
            place = folded.find(self.needle, place + len(self.needle))
        return content

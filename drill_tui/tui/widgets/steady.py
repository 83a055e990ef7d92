"""Text that costs nothing while it stays the same, and little while it keeps its height."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class SteadyText(Static):
    """A `Static` for text that is told again many times a second.

    `Static.update` lays out the whole screen each time; `say` only when its height changes in sight.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id, markup=False)
        self._said = Content("")

    def say(self, words: Content) -> None:
        if words.is_same(self._said):
            return
        width = self.content_size.width
        moves = self.display and (
            not width or words.get_height({}, width) != self._said.get_height({}, width)
        )
        self._said = words
        self.update(words, layout=moves)

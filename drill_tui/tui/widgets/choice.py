"""One of a few: a line that shows the choice and changes it with the arrow keys, the blank, or a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from drill_tui.tui.widgets.own_keys import act_here
from drill_tui.tui.words import fit, line, muted, spread

Value = TypeVar("Value")


class Choice(Widget, Generic[Value], can_focus=True):
    """Holds one of `options`, pairs of what is shown and what it means."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", "Next", show=False),
        Binding("left", "turn(-1)", "Previous", show=False),
    ]
    place: reactive[int] = reactive(0)

    class Changed(Message):
        """Another option was chosen."""

    def __init__(self, options: Sequence[tuple[str, Value]], *, chosen: Value | None = None, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._options = list(options)
        values = [value for _, value in self._options]
        self.set_reactive(Choice.place, values.index(chosen) if chosen in values else 0)

    def offer(self, options: Sequence[tuple[str, Value]], *, chosen: Value) -> None:
        """Other options from now on; `chosen` is one of them."""
        self._options = list(options)
        self.set_reactive(Choice.place, [value for _, value in options].index(chosen))
        self.refresh()

    @property
    def value(self) -> Value:
        return self._options[self.place][1]

    @property
    def label(self) -> str:
        return self._options[self.place][0]

    def render(self) -> RenderResult:
        width = max(8, self.size.width)
        if len(self._options) < 2:
            return fit(line(" ", self.label), width)
        count = muted(f" {self.place + 1}/{len(self._options)} ")
        return spread(line(muted("‹ "), self.label, muted(" ›")), count, width)

    def action_turn(self, by: int) -> None:
        if len(self._options) > 1:
            self.place = (self.place + by) % len(self._options)
            self.post_message(self.Changed())

    async def on_key(self, event: events.Key) -> None:
        await act_here(self, event)

    def on_click(self, event: events.Click) -> None:
        self.action_turn(1)

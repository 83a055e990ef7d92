"""What every part of the drill screen stands on: one drill, and the step that is looked at."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from textual.screen import Screen

from drill_tui.tui.seat import Seat


class SeatedScreen(Screen[None]):
    """A screen of one drill at one terminal."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat
        self.since = seat.now()
        self._chosen: str | None = None
        """The step that somebody chose to look at; None follows the drill."""

    def on_mount(self) -> None:
        self.seat.desk.listeners.append(self._tell_question_changed)

    def on_unmount(self) -> None:
        with suppress(ValueError):
            self.seat.desk.listeners.remove(self._tell_question_changed)

    def _tell_question_changed(self) -> None:
        """Whoever asks calls this in a task of their own; drawing belongs to the screen's."""
        self.call_later(self.question_changed)

    @property
    def looked_at(self) -> str | None:
        """The id of the step that the right side shows."""
        return self._chosen or self.seat.in_view

    @property
    def has_widgets(self) -> bool:
        """Not before it is mounted, nor while it is taken away: there is nothing to draw on then."""
        return self.is_mounted and self in self.app.screen_stack

    def offer_keys(self) -> None:
        """Draw the footer anew, which is costly; a screen that knows better does it only when needed."""
        self.refresh_bindings()

    def show_news(self) -> None:
        """Draw everything anew from the drill's state."""
        self.refresh()

    def question_changed(self) -> None:
        """Another question waits for people, or none."""
        self.show_news()

    def show_batch(self, done: Callable[[], None]) -> None:
        """Draw, and call `done` when it is on the screen."""
        try:
            self.show_news()
        finally:
            if not self.call_after_refresh(done):
                done()

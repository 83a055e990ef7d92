"""What every part of the drill screen stands on: one drill, and the step that is looked at."""

from __future__ import annotations

from textual.screen import Screen

from drill_tui.tui.seat import Seat


class SeatedScreen(Screen[None]):
    """A screen of one drill at one terminal."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat
        self._chosen: str | None = None
        """The step that somebody chose to look at; None follows the drill."""

    @property
    def looked_at(self) -> str | None:
        """The id of the step that the right side shows."""
        return self._chosen or self.seat.in_view

    def offer_keys(self) -> None:
        """Draw the footer anew, which is costly; a screen that knows better does it only when needed."""
        self.refresh_bindings()

    def show_news(self) -> None:
        """Draw everything anew from the drill's state."""
        self.refresh()

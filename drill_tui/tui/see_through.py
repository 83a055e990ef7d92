"""Screens through which what lies below is seen: dialogs, and the palette of commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from rich.console import RenderableType
from textual.command import CommandPalette
from textual.geometry import Region
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets._toast import Toast

Outcome = TypeVar("Outcome")


class SeeThrough(ModalScreen[Outcome]):
    """Shows what lies below as it is now, at any depth.

    Textual 8.2.8 keeps what each screen has drawn and tells a change only to the screen on top: one in
    between goes on showing what lay below when it was covered, so that the clock stands still.  It also
    takes what lies below from a list that is used up while it draws: a screen in between that is drawn
    anew alone finds itself there, and shows nothing of what lies below.
    """

    _hidden: Sequence[Toast] = ()

    def on_mount(self) -> None:
        """This screen shows the notices that stand on those below, which would be seen twice."""
        below = (screen for screen in self.app.screen_stack if screen is not self)
        self._hidden = [toast for screen in below for toast in screen.query(Toast) if toast.display]
        for toast in self._hidden:
            toast.display = False

    def on_unmount(self) -> None:
        for toast in self._hidden:
            toast.display = True

    def render(self) -> RenderableType:
        stack = self.app.screen_stack
        place = stack.index(self) if self in stack else 0
        background = self.styles.background
        if place == 0 or background.a == 1:
            return super().render()
        return BackgroundScreen(stack[place - 1], background)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Covered, it is only drawn because something below the screen on top has changed."""
        if not self.is_active:
            self._set_dirty()
        return super().render_lines(crop)


class Palette(CommandPalette, SeeThrough[None]):
    """Textual's palette of commands."""

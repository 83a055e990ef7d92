"""The band that says that production is frozen; seen only while it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.widgets import Static

if TYPE_CHECKING:
    from drill_tui.programme.freeze import Frozen


class FreezeNotice(Static):
    def __init__(self) -> None:
        super().__init__(id="freeze", markup=False)
        self._frozen: Frozen | None = None
        self.display = False

    def show(self, frozen: Frozen) -> None:
        self._frozen = frozen
        self.display = bool(frozen.reasons)
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._frozen is not None and self.display:
            from drill_tui.tui.freeze_words import freeze_words

            self.update(freeze_words(self._frozen, max(20, self.screen.size.width - 4)))

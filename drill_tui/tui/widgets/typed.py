"""Fields that take keys in the order in which they were pressed, however fast they come.

Textual's take a letter at once, and Backspace only after it went up to the app: of what arrives together, as
over a slow connection, it would take away what was typed behind it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from textual import events
from textual import widgets as textual_widgets
from textual.dom import DOMNode
from textual.screen import Screen

from drill_tui.tui.widgets.own_keys import act_here


class Input(textual_widgets.Input):
    """What comes behind Enter waits until the screen has done what Enter asks for.

    It is then for whoever has the focus; where Enter has closed the screen, it is for nobody.
    """

    _behind: list[events.Key] | None = None

    async def on_key(self, event: events.Key) -> None:
        if self._behind is None:
            await act_here(self, event)
            return
        event.stop()
        event.prevent_default()
        self._behind.append(event)

    async def action_submit(self) -> None:
        self._behind = []
        await super().action_submit()
        self._follow(self.screen, self)

    def _follow(self, screen: Screen[Any], to: DOMNode) -> None:
        """Up to the app, in the queue of each behind the message that Enter has sent."""
        above = to.parent
        go_on = partial(self._go_on, screen) if above is None else partial(self._follow, screen, above)
        if not to.call_later(go_on):
            self._go_on(screen)

    def _go_on(self, screen: Screen[Any]) -> None:
        behind, self._behind = self._behind or [], None
        for event in behind if screen.is_active else ():
            (screen.focused or screen)._forward_event(events.Key(event.key, event.character))

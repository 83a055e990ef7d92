"""Keys that act where they were pressed.

Tab acts at once, other keys only after they went up to the app, which then asks who has the focus: of a blank
and a Tab that arrive together, as over a slow connection, the blank would mark the next name.
"""

from __future__ import annotations

from textual import events
from textual import widgets as textual_widgets
from textual.widget import Widget


async def act_here(widget: Widget, event: events.Key) -> None:
    """Do what the widget's own bindings say, before anybody else sees the key."""
    for binding in widget._bindings.key_to_bindings.get(event.key, ()):
        if await widget.app.run_action(binding.action, widget):
            event.stop()
            event.prevent_default()
            return


class Button(textual_widgets.Button):
    async def on_key(self, event: events.Key) -> None:
        await act_here(self, event)


class Checkbox(textual_widgets.Checkbox):
    async def on_key(self, event: events.Key) -> None:
        await act_here(self, event)

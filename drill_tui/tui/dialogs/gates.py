"""The dialogs of the gates by kind; here: confirm."""

from __future__ import annotations

from textual import on

from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.dialogs.type_gate import TypeGate
from drill_tui.tui.widgets.own_keys import Button


class ConfirmGate(GateDialog):
    """Yes or no; Enter alone says no."""

    def on_mount(self) -> None:
        self.query_one("#refuse").focus()

    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        self.approve()


_DIALOGS: dict[str, type[GateDialog]] = {"type": TypeGate, "signoff": SignoffGate}


def gate_dialog(kind: str) -> type[GateDialog]:
    if kind == "note":
        # Its text area is half a megabyte of code, which a seat at most drills never shows.
        from drill_tui.tui.dialogs.note_gate import NoteGate

        return NoteGate
    return _DIALOGS.get(kind, ConfirmGate)

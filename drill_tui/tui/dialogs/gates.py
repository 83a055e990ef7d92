"""The dialogs of the gates by kind; here: confirm, and type to confirm."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.tui.dialogs.dialog import text_box
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.dialogs.note_gate import NoteGate
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.widgets.own_keys import Button
from drill_tui.tui.words import line, muted


class ConfirmGate(GateDialog):
    """Yes or no; Enter alone says no."""

    def on_mount(self) -> None:
        self.query_one("#refuse").focus()

    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        self.approve()


class TypeGate(GateDialog):
    """Go on only after exactly this text was typed."""

    approve_label = "Go on"

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        yield from self.stakes()
        yield Static(line(muted("Type exactly  "), (self.gate.text, "bold $text-accent")), markup=False)
        yield text_box("", id="typed")
        yield self.who()

    def on_mount(self) -> None:
        self.query_one("#typed").focus()

    @on(Input.Submitted, "#typed")
    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        typed = self.query_one("#typed", Input).value
        if typed == self.gate.text:
            self.approve(text=typed)
        else:
            self.complain(f"That is not the same text. Type {self.gate.text} exactly, case and blanks too.")


GATE_DIALOGS: dict[str, type[GateDialog]] = {
    "confirm": ConfirmGate,
    "type": TypeGate,
    "signoff": SignoffGate,
    "note": NoteGate,
}

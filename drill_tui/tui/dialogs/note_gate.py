"""The note: fields with types, checked before the answer goes to the drill."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events, on
from textual.widget import Widget
from textual.widgets import TextArea

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.agreed import FORM
from drill_tui.engine.record.events import GateField
from drill_tui.engine.run.gates import objection
from drill_tui.tui.dialogs.dialog import labelled, text_box
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.widgets.choice import Choice
from drill_tui.tui.widgets.own_keys import Button, act_here
from drill_tui.tui.widgets.typed import Input

_SEVERAL_LINES = {"lines": "", "actions": f"one a line: {FORM}"}
"""Types of fields that take several lines, and what stands in an empty one."""


class Lines(TextArea):
    async def on_key(self, event: events.Key) -> None:
        """As in `Input`: in the order in which they came."""
        await act_here(self, event)


class NoteGate(GateDialog):
    """What is written so far stays while the people look around."""

    approve_label = "Done"
    refuse_label = "Stop the drill"

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        kept = self.seat.desk.draft if isinstance(self.seat.desk.draft, dict) else {}
        for field in self.gate.fields:
            label = field.label + (" *" if field.required else "")
            yield labelled(label, _field(field, kept.get(field.id, "")))
        yield self.who()

    def action_aside(self) -> None:
        self.seat.desk.draft = self._values()
        super().action_aside()

    def buttons(self) -> Iterable[Button]:
        yield Button(self.approve_label, id="approve", variant="success", compact=True)
        yield Button(self.refuse_label, id="refuse", variant="error", compact=True)

    @on(Input.Submitted)
    def _onward(self) -> None:
        self.focus_next()

    def _values(self) -> dict[str, str]:
        return {field.id: _value(self.query_one(f"#field-{field.id}")) for field in self.gate.fields}

    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        values = {name: value for name, value in self._values().items() if value}
        problem = objection(self.gate, GateAnswer(answer="approved", by=self.signers(), values=values))
        if problem:
            self.complain(f"{problem}.")
        else:
            self.approve(**values)


def _field(field: GateField, kept: str) -> Widget:
    name = f"field-{field.id}"
    choices = field.choices if field.type == "choice" else ("true", "false") if field.type == "bool" else ()
    if choices:
        return Choice([("–", ""), *((choice, choice) for choice in choices)], chosen=kept, id=name)
    if field.type in _SEVERAL_LINES:
        return Lines(kept, id=name, compact=True, placeholder=_SEVERAL_LINES[field.type])
    box = text_box("", id=name)
    box.value = kept
    return box


def _value(widget: Widget) -> str:
    if isinstance(widget, TextArea):
        return widget.text.strip()
    if isinstance(widget, Input):
        return widget.value.strip()
    return str(widget.value) if isinstance(widget, Choice) else ""

"""The note: fields with types, checked before the answer goes to the drill."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.events import GateField
from drill_tui.engine.run.gates import objection
from drill_tui.tui.dialogs.dialog import labelled, text_box
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.widgets.choice import Choice
from drill_tui.tui.widgets.own_keys import Button


class NoteGate(GateDialog):
    """What is written so far stays while the people look around."""

    approve_label = "Done"
    refuse_label = "Stop the drill"

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        for field in self.gate.fields:
            yield labelled(field.label + (" *" if field.required else ""), _field(field))
        yield self.who()

    def buttons(self) -> Iterable[Button]:
        yield Button(self.approve_label, id="approve", variant="success", compact=True)
        yield Button(self.refuse_label, id="refuse", variant="error", compact=True)

    @on(Input.Submitted)
    def _onward(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        values: dict[str, str] = {}
        for field in self.gate.fields:
            value = _value(self.query_one(f"#field-{field.id}"))
            if value:
                values[field.id] = value
        problem = objection(self.gate, GateAnswer(answer="approved", by=self.signers(), values=values))
        if problem:
            self.complain(f"{problem}.")
        else:
            self.approve(**values)


def _field(field: GateField) -> Widget:
    choices = field.choices if field.type == "choice" else ("true", "false") if field.type == "bool" else ()
    if choices:
        return Choice([("–", ""), *((choice, choice) for choice in choices)], id=f"field-{field.id}")
    return text_box("", id=f"field-{field.id}")


def _value(widget: Widget) -> str:
    if isinstance(widget, Input):
        return widget.value.strip()
    return str(widget.value) if isinstance(widget, Choice) else ""

"""The dialogs of the gates: confirm, type to confirm, sign-off by several people, and a note with fields."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.events import GateField, GateOpened, Signature
from drill_tui.engine.run.gates import objection
from drill_tui.tui.dialogs.dialog import Dialog, PersonField, Tick, labelled, text_box
from drill_tui.tui.dialogs.reason import ReasonDialog
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.widgets.choice import Choice
from drill_tui.tui.widgets.own_keys import Button, Checkbox
from drill_tui.tui.wording import span
from drill_tui.tui.words import line, muted

_KINDS = {
    "confirm": "Confirm",
    "type": "Type to confirm",
    "signoff": "Sign off",
    "note": "Write it down",
}


class GateDialog(Dialog[GateAnswer | None]):
    """None means: not answered yet, the people look around first."""

    tone = "accent"
    approve_label = "Yes"
    refuse_label = "No, stop here"

    def __init__(self, gate: GateOpened, seat: Seat) -> None:
        super().__init__()
        self.gate = gate
        self.seat = seat
        step = seat.drill.state.steps.get(gate.step)
        self.role = gate.roles[0] if gate.roles else (step.role if step else None)
        self.step_title = step.title if step else gate.step

    def title_words(self) -> Content:
        return line(
            (f"◆ {_KINDS.get(self.gate.kind, self.gate.kind)}", "bold"), muted(f"  {self.step_title}")
        )

    def prompt(self) -> Iterable[Widget]:
        yield Static(self.gate.prompt, id="gate-prompt", markup=False)
        if self.gate.timeout_s:
            yield Static(
                f"Expires {span(self.gate.timeout_s)} after it was asked.", classes="muted", markup=False
            )

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        yield labelled("Answered by", PersonField(self.seat, self.role))

    def buttons(self) -> Iterable[Button]:
        yield Button(self.refuse_label, id="refuse", variant="error", compact=True)
        yield Button(self.approve_label, id="approve", variant="success", compact=True)

    def signers(self) -> tuple[Signature, ...]:
        return (self.seat.signature(self.query_one(PersonField).person),)

    def approve(self, **values: str) -> None:
        self.give(GateAnswer(answer="approved", by=self.signers(), values=values))

    @on(Button.Pressed, "#refuse")
    def _refuse(self) -> None:
        self.ask_more(
            ReasonDialog("Refuse, and stop the drill here?", "Why? It goes into the report.", "Refuse"),
            self._refused,
        )

    def _refused(self, reason: str | None) -> None:
        if reason is not None:
            self.give(GateAnswer(answer="rejected", by=self.signers(), reason=reason))


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
        yield Static(line(muted("Type exactly  "), (self.gate.text, "bold $text-accent")), markup=False)
        yield text_box("", id="typed")
        yield labelled("Answered by", PersonField(self.seat, self.role))

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


class SignoffGate(GateDialog):
    """Signed by several people, each for themselves; names at one terminal prove no identity."""

    approve_label = "Sign off"
    keys = "Space marks · Tab moves on · Esc puts it aside"

    def __init__(self, gate: GateOpened, seat: Seat) -> None:
        super().__init__(gate, seat)
        self._signed: dict[Person, Signature] = {}
        self._people = [p for p in seat.people() if not gate.roles or p.role in gate.roles]

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        roles = " or ".join(self.gate.roles) or "anybody"
        different = " different" if self.gate.distinct and self.gate.min > 1 else ""
        people = f"{self.gate.min}{different} people" if self.gate.min > 1 else "one person"
        needs = f"Needs {people}: {roles}. Each marks their own name."
        yield Static(needs, id="signoff-needs", classes="muted", markup=False)
        for place, person in enumerate(self._people):
            yield Tick(person.label(), id=f"signer-{place}")
        yield labelled("Somebody else", text_box("name, role    then Enter", id="other"), id="other-field")

    def on_mount(self) -> None:
        boxes = self.query(Checkbox)
        (boxes.first() if boxes else self.query_one("#other")).focus()

    def signers(self) -> tuple[Signature, ...]:
        return tuple(self._signed.values())

    @on(Checkbox.Changed)
    def _marked(self, event: Checkbox.Changed) -> None:
        person = self._people[int((event.checkbox.id or "signer-0").removeprefix("signer-"))]
        if event.value:
            self._signed[person] = self.seat.signature(person)
        else:
            self._signed.pop(person, None)
        self._count()

    @on(Input.Submitted, "#other")
    def _add(self, event: Input.Submitted) -> None:
        name, _, role = (part.strip() for part in event.value.partition(","))
        if not name or (self.gate.roles and role not in self.gate.roles):
            self.complain(f"Write a name and a role: {' or '.join(self.gate.roles) or 'any role'}.")
            return
        event.input.value = ""
        person = Person(name, role)
        self._people.append(person)
        self._signed[person] = self.seat.signature(person)
        box = Tick(person.label(), id=f"signer-{len(self._people) - 1}", ticked=True)
        self.query_one("#dialog-body").mount(box, before=self.query_one("#other-field"))
        self._count()

    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        missing = self._count()
        problem = objection(self.gate, GateAnswer(answer="approved", by=self.signers()))
        if missing <= 0 and problem:
            self.complain(f"{problem}.")
        elif missing <= 0:
            self.approve()

    def _count(self) -> int:
        """Shows and returns how many people are still missing."""
        names = {person.name.casefold() for person in self._signed}
        signed = len(names) if self.gate.distinct else len(self._signed)
        missing = self.gate.min - signed
        self.complain(
            "" if missing <= 0 else f"{missing} more {'person' if missing == 1 else 'people'} must sign."
        )
        button = self.query_one("#approve", Button)
        button.label = f"Sign off ({signed} of {self.gate.min})"
        button.refresh(layout=True)
        return missing


class NoteGate(GateDialog):
    """Fields with types, checked before the answer goes to the drill."""

    approve_label = "Done"
    refuse_label = "Stop the drill"

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        for field in self.gate.fields:
            yield labelled(field.label + (" *" if field.required else ""), _field(field))
        yield labelled("Answered by", PersonField(self.seat, self.role))

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
        answer = GateAnswer(answer="approved", by=self.signers(), values=values)
        problem = objection(self.gate, answer)
        if problem:
            self.complain(f"{problem}.")
        else:
            self.give(answer)


def _field(field: GateField) -> Widget:
    choices = field.choices if field.type == "choice" else ("true", "false") if field.type == "bool" else ()
    if choices:
        return Choice([("–", ""), *((choice, choice) for choice in choices)], id=f"field-{field.id}")
    return text_box("", id=f"field-{field.id}")


def _value(widget: Widget) -> str:
    if isinstance(widget, Input):
        return widget.value.strip()
    return str(widget.value) if isinstance(widget, Choice) else ""


GATE_DIALOGS: dict[str, type[GateDialog]] = {
    "confirm": ConfirmGate,
    "type": TypeGate,
    "signoff": SignoffGate,
    "note": NoteGate,
}

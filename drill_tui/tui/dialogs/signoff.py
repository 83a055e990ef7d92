"""The sign-off: several people, each for themselves; names at one terminal prove no identity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.events import GateOpened, Signature
from drill_tui.engine.run.gates import objection
from drill_tui.tui.dialogs.dialog import Tick, labelled, text_box
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.widgets.own_keys import Button, Checkbox
from drill_tui.tui.wording import clock_time
from drill_tui.tui.words import line, muted


@dataclass(slots=True)
class Marks:
    """Who has signed so far, each at their own moment."""

    people: list[Person]
    signed: dict[Person, Signature] = field(default_factory=dict)


class SignoffGate(GateDialog):
    """What is marked stays marked while the people look around."""

    approve_label = "Sign off"
    keys = "Space marks · ↑↓ moves · Esc puts it aside"

    def __init__(self, gate: GateOpened, seat: Seat) -> None:
        super().__init__(gate, seat)
        kept = seat.desk.draft
        if not isinstance(kept, Marks):
            kept = Marks([p for p in seat.people() if not gate.roles or p.role in gate.roles])
            seat.desk.draft = kept
        self._marks = kept

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        yield from self.stakes()
        roles = f" of {', '.join(self.gate.roles)}" if self.gate.roles else ""
        different = " different" if self.gate.distinct and self.gate.min > 1 else ""
        people = f"{self.gate.min}{different} people" if self.gate.min > 1 else "one person"
        needs = f"Needs {people}{roles}; each marks their own name."
        yield Static(needs, id="signoff-needs", classes="muted", markup=False)
        for place, person in enumerate(self._marks.people):
            yield self._tick(place, person)
        yield labelled("Somebody else", text_box("name, role    then Enter", id="other"), id="other-field")

    def _tick(self, place: int, person: Person) -> Tick:
        signed = self._marks.signed.get(person)
        return Tick(_name(person, signed), id=f"signer-{place}", ticked=signed is not None)

    def on_mount(self) -> None:
        boxes = self.query(Checkbox)
        (boxes.first() if boxes else self.query_one("#other")).focus()
        if self._marks.signed:
            self._count()

    def signers(self) -> tuple[Signature, ...]:
        return tuple(self._marks.signed.values())

    @on(Checkbox.Changed)
    def _marked(self, event: Checkbox.Changed) -> None:
        person = self._marks.people[int((event.checkbox.id or "signer-0").removeprefix("signer-"))]
        if event.value:
            self._marks.signed[person] = self.seat.signature(person)
        else:
            self._marks.signed.pop(person, None)
        event.checkbox.label = _name(person, self._marks.signed.get(person))
        self._count()

    @on(Input.Submitted, "#other")
    def _add(self, event: Input.Submitted) -> None:
        name, _, role = (part.strip() for part in event.value.partition(","))
        if not name or (self.gate.roles and role not in self.gate.roles):
            self.complain(f"Write a name and a role: {' or '.join(self.gate.roles) or 'any role'}.")
            return
        event.input.value = ""
        person = Person(name, role)
        self._marks.people.append(person)
        self._marks.signed[person] = self.seat.signature(person)
        box = self._tick(len(self._marks.people) - 1, person)
        self.query_one("#dialog-body").mount(box, before=self.query_one("#other-field"))
        self._count()

    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        missing = self._count()
        answer = GateAnswer(answer="approved", by=self.signers())
        problem = objection(self.gate, answer)
        if missing <= 0 and problem:
            self.complain(f"{problem}.")
        elif missing <= 0:
            self.give(answer)

    def _count(self) -> int:
        """Shows and returns how many people are still missing."""
        names = {person.name.casefold() for person in self._marks.signed}
        signed = len(names) if self.gate.distinct else len(self._marks.signed)
        missing = self.gate.min - signed
        self.complain(
            "" if missing <= 0 else f"{missing} more {'person' if missing == 1 else 'people'} must sign."
        )
        button = self.query_one("#approve", Button)
        button.label = f"Sign off ({signed} of {self.gate.min})"
        button.refresh(layout=True)
        return missing


def _name(person: Person, signed: Signature | None) -> Content:
    """With the moment of the mark, which is the one that is recorded."""
    return line(person.label(), muted(f"  {clock_time(signed.at)}" if signed else ""))

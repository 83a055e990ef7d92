"""The sign-off: several people, each for themselves; what is typed here proves no identity."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.events import GateOpened, Signature
from drill_tui.engine.run.gates import counted, objection
from drill_tui.tui.dialogs.dialog import Tick, labelled, text_box
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.marks import marks_of
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.widgets.own_keys import Button, Checkbox
from drill_tui.tui.wording import clock_time
from drill_tui.tui.words import line, muted


class SignoffGate(GateDialog):
    """What is marked stays marked while the people look around."""

    approve_label = "Sign off"
    keys = "Space marks · ↑↓ moves · Esc puts it aside"

    def __init__(self, gate: GateOpened, seat: Seat) -> None:
        super().__init__(gate, seat)
        self._marks = marks_of(seat, gate)

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        yield from self.stakes()
        here = (
            "one mark counts here, other people join" if self.gate.identity else "each marks their own name"
        )
        needs = f"Needs {needed(self.gate)}; {here}."
        yield Static(needs, id="signoff-needs", classes="muted", markup=False)
        for place, person in enumerate(self._marks.people):
            if self._marks.may_sign(person):
                yield self._tick(place, person)
        yield labelled("Somebody else", text_box("name, role    then Enter", id="other"), id="other-field")

    def _tick(self, place: int, person: Person) -> Tick:
        signed = self._marks.signed.get(person)
        tick = Tick(_name(person, signed), id=f"signer-{place}", ticked=signed is not None)
        tick.disabled = self._marks.is_fixed(person)
        return tick

    def _tell_signed(self) -> None:
        self.call_later(self._show_signed)

    def _show_signed(self) -> None:
        """Somebody has signed in a seat of their own."""
        if not self.is_mounted:
            return
        for place, person in enumerate(self._marks.people):
            found = self.query(f"#signer-{place}")
            if not found:
                if self._marks.may_sign(person):
                    self._mount(place)
                continue
            box, signed = found.first(Checkbox), self._marks.signed.get(person)
            with self.prevent(Checkbox.Changed):
                box.value, box.label = signed is not None, _name(person, signed)
            box.disabled = self._marks.is_fixed(person) or not self._marks.may_sign(person)
        if self._marks.signed:
            self._count()

    def _mount(self, place: int) -> None:
        box = self._tick(place, self._marks.people[place])
        self.query_one("#dialog-body").mount(box, before=self.query_one("#other-field"))

    def on_unmount(self) -> None:
        with suppress(ValueError):
            self.seat.desk.listeners.remove(self._tell_signed)

    def on_mount(self) -> None:
        self.seat.desk.listeners.append(self._tell_signed)
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
            self._marks.signed[person] = self.seat.signature(person, self.gate)
        else:
            self._marks.signed.pop(person, None)
        event.checkbox.label = _name(person, self._marks.signed.get(person))
        self._count()
        self.seat.desk.tell()

    @on(Input.Submitted, "#other")
    def _add(self, event: Input.Submitted) -> None:
        name, _, role = (part.strip() for part in event.value.partition(","))
        if not name or (self.gate.roles and role not in self.gate.roles):
            self.complain(f"Write a name and a role: {' or '.join(self.gate.roles) or 'any role'}.")
            return
        event.input.value = ""
        person = Person(name, role)
        self._marks.people.append(person)
        self._marks.signed[person] = self.seat.signature(person, self.gate)
        self._mount(len(self._marks.people) - 1)
        self._count()
        self.seat.desk.tell()

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
        signed = counted(self.gate, self.signers())
        missing = self.gate.min - signed
        self.complain(
            "" if missing <= 0 else f"{missing} more {'person' if missing == 1 else 'people'} must sign."
        )
        button = self.query_one("#approve", Button)
        button.label = f"Sign off ({signed} of {max(signed, self.gate.min)})"
        button.refresh(layout=True)
        return missing


def needed(gate: GateOpened) -> str:
    """Whose signatures are asked for, and of how many."""
    roles = f" of {', '.join(gate.roles)}" if gate.roles else ""
    different = " different" if gate.distinct and gate.min > 1 else ""
    people = f"{gate.min}{different} people" if gate.min > 1 else "one person"
    logins = ", each from a login of their own" if gate.identity and gate.min > 1 else ""
    return f"{people}{roles}{logins}"


def _name(person: Person, signed: Signature | None) -> Content:
    """With the moment of the mark, which is the one that is recorded, and the login where it is known."""
    login = f" ({signed.login})" if signed and signed.login else ""
    return line(person.label(), muted(f"  {clock_time(signed.at)}{login}" if signed else ""))

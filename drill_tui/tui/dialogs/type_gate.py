"""Type to confirm: by one person, or by several, each for themselves, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.engine.record.events import GateOpened
from drill_tui.engine.run.gates import objection
from drill_tui.tui.dialogs.dialog import PersonField, labelled, text_box
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.marks import typed_of
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.widgets.own_keys import Button
from drill_tui.tui.wording import clock_time
from drill_tui.tui.words import line, lines, muted

ELSEWHERE: Final = "The others join from logins of their own: drill-tui join."


class TypeGate(GateDialog):
    """Go on only after exactly this text was typed; what was typed stays while the people look around."""

    approve_label = "Go on"

    def __init__(self, gate: GateOpened, seat: Seat) -> None:
        super().__init__(gate, seat)
        self._typed = typed_of(seat, gate)

    @property
    def together(self) -> bool:
        return self.gate.min > 1

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        yield from self.stakes()
        if self.together:
            yield Static(self._who_has_typed(), id="typed-by", markup=False)
        yield Static(line(muted("Type exactly  "), (self.gate.text, "bold $text-accent")), markup=False)
        yield text_box("", id="typed")
        yield self.who()
        if self.together:
            yield labelled("Somebody else", text_box("name, role    then Enter", id="other"))

    def who(self) -> Widget:
        if not self.together:
            return super().who()
        return labelled("Typed by", PersonField(self.seat, chosen=self.seat.holder(self.roles)))

    def on_mount(self) -> None:
        if self.together:
            self.seat.desk.listeners.append(self._tell_typed)
            self._offer_who_is_left()
        self.query_one("#typed").focus()

    def on_unmount(self) -> None:
        with suppress(ValueError):
            self.seat.desk.listeners.remove(self._tell_typed)

    def _tell_typed(self) -> None:
        self.call_later(self._show_typed)

    def _show_typed(self) -> None:
        """Somebody has typed it in a seat of their own."""
        if self.is_mounted:
            self.query_one("#typed-by", Static).update(self._who_has_typed())
            self._offer_who_is_left()

    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        self._take(self.query_one("#typed", Input).value)

    @on(Input.Submitted, "#typed")
    def _entered(self, event: Input.Submitted) -> None:
        """As it was when Enter was pressed, whatever was typed behind it."""
        self._take(event.value)

    def _take(self, typed: str) -> None:
        if typed != self.gate.text:
            self.complain(f"That is not the same text. Type {self.gate.text} exactly, case and blanks too.")
        elif self.together:
            self._next_of_several()
        else:
            self.approve(text=typed)

    def _next_of_several(self) -> None:
        if not self._typed.left():
            self.complain("Everybody named here has typed it. Write below who else does.")
            return
        by = self.seat.signature(self.query_one(PersonField).person, self.gate)
        if before := self._typed.before(by):
            self.complain(f"{before.login} has typed it, as {before.name}. {ELSEWHERE}")
            return
        self._typed.by.append(by)
        answer = self._typed.answer(self.gate)
        if len(self._typed.by) >= self.gate.min and not objection(self.gate, answer):
            self.give(answer)
            return
        self.seat.desk.tell()
        box = self.query_one("#typed", Input)
        box.value = ""
        box.focus()
        self.query_one("#typed-by", Static).update(self._who_has_typed())
        self._offer_who_is_left()
        missing = self.gate.min - len(self._typed.by)
        self.complain(f"{missing} more {'person' if missing == 1 else 'people'} must type it themselves.")

    @on(Input.Submitted, "#other")
    def _add(self, event: Input.Submitted) -> None:
        name, _, role = (part.strip() for part in event.value.partition(","))
        person = Person(name, role)
        if not name or (self.gate.roles and role not in self.gate.roles):
            self.complain(f"Write a name and a role: {' or '.join(self.gate.roles) or 'any role'}.")
            return
        event.input.value = ""
        self._typed.people.append(person)
        if person not in self._typed.left():
            self.complain(f"{name} has typed it already.")
            return
        self._offer_who_is_left(person)
        self.query_one("#typed").focus()

    def _offer_who_is_left(self, chosen: Person | None = None) -> None:
        left = self._typed.left()
        field = self.query_one(PersonField)
        field.display = bool(left)
        if left:
            first = self.seat.holder(self.roles)
            likely = first if first in left else left[0]
            field.offer([(person.label(), person) for person in left], chosen=chosen or likely)

    def _who_has_typed(self) -> Content:
        rows = [muted(f"{self.gate.min} different people type it, each for themselves.")]
        if self.gate.identity:
            rows.append(muted(f"One of them here. {ELSEWHERE}"))
        rows += [
            line("✓ ", Person(signed.name, signed.role).label(), muted(f"  {clock_time(signed.at)}"))
            for signed in self._typed.by
        ]
        return lines(*rows)

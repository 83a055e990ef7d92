"""What several people answer, in a seat of one's own: one person's part, and who else has done theirs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.engine.ports import GateAnswer
from drill_tui.tui.dialogs.dialog import PersonField, labelled, text_box
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.dialogs.signoff import needed
from drill_tui.tui.seat import Person
from drill_tui.tui.widgets.own_keys import Button
from drill_tui.tui.wording import clock_time
from drill_tui.tui.words import line, lines, muted


class SeatGate(GateDialog):
    approve_label = "Sign off"
    does = "sign"

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        yield from self.stakes()
        yield Static(f"Needs {needed(self.gate)}.", id="signoff-needs", classes="muted", markup=False)
        yield Static(id="signoff-signed", markup=False)
        yield from self.part()
        yield self.who()

    def part(self) -> Iterable[Widget]:
        """What this person does beside saying who they are."""
        return ()

    def who(self) -> Widget:
        people = self._own()
        return labelled(f"You {self.does} as", PersonField(self.seat, chosen=people[0], people=people))

    def _own(self) -> list[Person]:
        """In the roles that count here; who has not signed in takes one of them on."""
        own = self.seat.acting()
        if self.seat.has_signed_in(own[0].name):
            return [p for p in own if not self.gate.roles or p.role in self.gate.roles] or own
        return [Person(own[0].name, role) for role in self.gate.roles] or own

    def on_mount(self) -> None:
        self.seat.desk.listeners.append(self._tell_signed)
        self.call_after_refresh(self._show_signed)

    def on_unmount(self) -> None:
        with suppress(ValueError):
            self.seat.desk.listeners.remove(self._tell_signed)

    def _tell_signed(self) -> None:
        self.call_later(self._show_signed)

    def _show_signed(self) -> None:
        if not self.is_mounted:
            return
        rows = [
            line(f"✓ {Person(s.name, s.role).label()}", muted(f"  {clock_time(s.at)} {s.login}".rstrip()))
            for s in self.seat.desk.signed
        ]
        shown = self.query_one("#signoff-signed", Static)
        shown.display = bool(rows)
        shown.update(lines(*rows))

    def do(self, **values: str) -> None:
        role = self.query_one(PersonField).person.role
        if self.gate.roles and role not in self.gate.roles:
            yours = f"you are {role}" if role else "you have no role any more"
            self.complain(f"Only {' and '.join(self.gate.roles)} {self.does} here; {yours}.")
        else:
            self.give(GateAnswer(answer="approved", by=self.signers(), values=values))


class SeatSignoff(SeatGate):
    def on_mount(self) -> None:
        self.query_one("#refuse").focus()

    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        self.do()


class SeatTypeGate(SeatGate):
    """Also where one person alone types it."""

    approve_label = "Go on"
    does = "type"

    def part(self) -> Iterable[Widget]:
        yield Static(line(muted("Type exactly  "), (self.gate.text, "bold $text-accent")), markup=False)
        yield text_box("", id="typed")

    def on_mount(self) -> None:
        self.query_one("#typed").focus()

    @on(Button.Pressed, "#approve")
    def _pressed(self) -> None:
        self._take(self.query_one("#typed", Input).value)

    @on(Input.Submitted, "#typed")
    def _entered(self, event: Input.Submitted) -> None:
        self._take(event.value)

    def _take(self, typed: str) -> None:
        if typed != self.gate.text:
            self.complain(f"That is not the same text. Type {self.gate.text} exactly, case and blanks too.")
        elif self.gate.min > 1:
            self.do(text=typed)
        else:
            self.approve(text=typed)

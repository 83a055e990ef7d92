"""The sign-off in a seat of one's own: one signature, and who else has signed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from drill_tui.engine.ports import GateAnswer
from drill_tui.tui.dialogs.dialog import PersonField, labelled
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.dialogs.signoff import needed
from drill_tui.tui.seat import Person
from drill_tui.tui.widgets.own_keys import Button
from drill_tui.tui.wording import clock_time
from drill_tui.tui.words import line, lines, muted


class SeatSignoff(GateDialog):
    approve_label = "Sign off"

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        yield from self.stakes()
        yield Static(f"Needs {needed(self.gate)}.", id="signoff-needs", classes="muted", markup=False)
        yield Static(id="signoff-signed", markup=False)
        yield self.who()

    def who(self) -> Widget:
        people = self._signers()
        field = PersonField(self.seat, chosen=people[0], people=people)
        return labelled("You sign as", field)

    def _signers(self) -> list[Person]:
        """In the roles that count here; who has not signed in takes one of them on."""
        own = self.seat.acting()
        if any(person.role for person in own):
            return [p for p in own if not self.gate.roles or p.role in self.gate.roles] or own
        return [Person(own[0].name, role) for role in self.gate.roles] or own

    def on_mount(self) -> None:
        self.seat.desk.listeners.append(self._tell_signed)
        self._show_signed()
        self.query_one("#refuse").focus()

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

    @on(Button.Pressed, "#approve")
    def _approve(self) -> None:
        role = self.query_one(PersonField).person.role
        if self.gate.roles and role not in self.gate.roles:
            self.complain(f"Only {' and '.join(self.gate.roles)} sign here; you have signed in as {role}.")
        else:
            self.give(GateAnswer(answer="approved", by=self.signers()))

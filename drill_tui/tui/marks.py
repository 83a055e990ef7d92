"""Who has signed so far at an open sign-off: at the driver's keyboard and in seats of their own."""

from __future__ import annotations

from dataclasses import dataclass, field

from drill_tui.engine.record.events import GateOpened, Signature
from drill_tui.engine.run.gates import LOGIN
from drill_tui.tui.desk import Desk
from drill_tui.tui.seat import Person, Seat


@dataclass(slots=True)
class Marks:
    """Each at their own moment.  What was signed at another seat stays, whatever is pressed here."""

    people: list[Person]
    signed: dict[Person, Signature] = field(default_factory=dict)

    def add(self, person: Person, signature: Signature) -> None:
        if person not in self.people:
            self.people.append(person)
        self.signed[person] = signature

    def is_fixed(self, person: Person) -> bool:
        signature = self.signed.get(person)
        return signature is not None and signature.via == "seat"

    def by_uid(self, uid: int) -> Signature | None:
        """What this login has signed."""
        return next((s for s in self.signed.values() if s.attested == LOGIN and s.uid == uid), None)

    def seat_as(self, name: str) -> Signature | None:
        """What was signed under this name at another seat."""
        at_seats = (s for s in self.signed.values() if s.via == "seat")
        return next((s for s in at_seats if s.name.casefold() == name.casefold()), None)


def marks_of(seat: Seat, gate: GateOpened) -> Marks:
    """The marks of the open sign-off; they stay while people look around."""
    kept = seat.desk.draft
    if not isinstance(kept, Marks):
        kept = Marks([p for p in seat.people() if not gate.roles or p.role in gate.roles])
        seat.desk.draft = kept
    return kept


def signed_so_far(desk: Desk) -> int:
    """How many have signed the open question, also as a seat of one's own knows it."""
    return len(desk.draft.signed) if isinstance(desk.draft, Marks) else len(desk.signed)

"""Who has signed so far at an open sign-off: at the driver's keyboard and in seats of their own."""

from __future__ import annotations

from dataclasses import dataclass, field

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.events import GateOpened, Signature
from drill_tui.engine.run.gates import APPROVED, LOGIN, typed_fields
from drill_tui.tui.desk import Desk
from drill_tui.tui.seat import Person, Seat


@dataclass(slots=True)
class Marks:
    """Each at their own moment.  What was signed at another seat stays, whatever is pressed here."""

    people: list[Person]
    """Nobody leaves this list: dialogs know people by their place in it."""
    signed: dict[Person, Signature] = field(default_factory=dict)
    gave_away: set[Person] = field(default_factory=set)
    """Who had a role that counts, and has handed it over."""
    able: list[Person] = field(default_factory=list)
    """Who had one when somebody last looked; the others here have written their own name."""

    def follow(self, able: list[Person]) -> None:
        """`able` are those who have such a role now."""
        self.gave_away = {p for p in (*self.able, *self.gave_away) if p not in able}
        self.people += [person for person in able if person not in self.people]
        self.able = able

    def add(self, person: Person, signature: Signature) -> None:
        if person not in self.people:
            self.people.append(person)
        self.signed[person] = signature

    def may_sign(self, person: Person) -> bool:
        """What was signed before a role was handed over stays."""
        return person in self.signed or person not in self.gave_away

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
    kept, able = seat.desk.draft, _able(seat, gate)
    if not isinstance(kept, Marks):
        kept = Marks([])
        seat.desk.draft = kept
    kept.follow(able)
    return kept


def _able(seat: Seat, gate: GateOpened) -> list[Person]:
    return [person for person in seat.people() if not gate.roles or person.role in gate.roles]


@dataclass(slots=True)
class Typed:
    """Who has typed it so far, each at their own moment, and who may."""

    people: list[Person]
    by: list[Signature] = field(default_factory=list)
    able: list[Person] = field(default_factory=list)
    """Who had a role that counts when somebody last looked."""

    def follow(self, able: list[Person]) -> None:
        """`able` are those who have such a role now."""
        others = [person for person in self.people if person not in (*self.able, *able)]
        self.people, self.able = [*able, *others], able

    def before(self, by: Signature) -> Signature | None:
        """Who has typed it as this very person: by name, or by the login that the kernel knows of both."""
        same = (s for s in self.by if _same(s.name, by.name) or (by.uid is not None and s.uid == by.uid))
        return next(same, None)

    def left(self) -> list[Person]:
        """One person in several roles types once."""
        return [person for person in self.people if not self.has_typed(person)]

    def has_typed(self, person: Person) -> bool:
        return any(_same(signature.name, person.name) for signature in self.by)

    def answer(self, gate: GateOpened) -> GateAnswer:
        values = dict.fromkeys(typed_fields(len(self.by)), gate.text)
        return GateAnswer(answer=APPROVED, by=tuple(self.by), values=values)


def _same(name: str, other: str) -> bool:
    return name.strip().casefold() == other.strip().casefold()


def typed_of(seat: Seat, gate: GateOpened) -> Typed:
    """Who has typed the text of the open gate; it stays while people look around."""
    kept, able = seat.desk.draft, _able(seat, gate)
    if not isinstance(kept, Typed):
        kept = Typed([])
        seat.desk.draft = kept
    kept.follow(able)
    return kept


def signed_so_far(desk: Desk) -> int:
    """How many have signed the open question, also as a seat of one's own knows it."""
    return len(desk.signed) or len(signatures(desk))


def signatures(desk: Desk) -> tuple[Signature, ...]:
    """Of all who have done their part of the open question at the drill's own desk."""
    match desk.draft:
        case Marks(signed=signed):
            return tuple(signed.values())
        case Typed(by=by):
            return tuple(by)
        case _:
            return ()

"""What a drill screen needs of one drill: what happened, who asks, and the levers that people have."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from drill_tui.engine.record.events import GateOpened, Signature
from drill_tui.engine.run.gates import LOGIN
from drill_tui.runbook.model import LEAD
from drill_tui.seats.peer import login_of
from drill_tui.tui.desk import Desk, GateQuestion, Question
from drill_tui.tui.pace import Pace, coming_step, held
from drill_tui.tui.training import expectation, is_training
from drill_tui.tui.watched import WatchedDrill, running_step
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.moments import PACES
from drill_tui.verdict.state import StepState

if TYPE_CHECKING:
    from drill_tui.engine.run.control import DrillControl

ATTESTED = "same-terminal"
"""Names typed at one terminal prove nobody's identity; the report says so."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    role: str = ""

    def label(self) -> str:
        return f"{self.name} – {self.role}" if self.role else self.name


@dataclass(frozen=True, slots=True)
class Joined:
    """Who sits at a seat of their own, away from the driver's keyboard."""

    name: str
    login: str
    uid: int
    observes: bool = False


@dataclass(slots=True)
class Seat:
    """One drill at one terminal.  A past drill has no control, nor has a seat that somebody joined from."""

    drill: WatchedDrill
    desk: Desk
    now: Callable[[], float]
    control: DrillControl | None = None
    pace: Pace | None = None
    laps: Laps = field(default_factory=Laps)
    author: Person | None = None
    """Who wrote last: the first choice for the next note."""
    compared: str | None = None
    """Training: the finished step that people have compared with what they expected."""
    joined: Joined | None = None
    """None at the driver's keyboard, where everybody may sit."""
    lost: str = ""
    """Why nothing comes from the drill any more, as a sentence."""

    @property
    def comparing(self) -> bool:
        """Training: whether people look back at the step that has just ended."""
        state = self.drill.state
        last = running_step(state)
        ended = last is not None and state.steps[last].ended is not None
        looks_back = is_training(state) and held(state) and ended
        return looks_back and last != self.compared and bool(expectation(state, last))

    @property
    def in_view(self) -> str | None:
        """The id of the step to look at: the one under way, or the one that a drill stands still before."""
        state = self.drill.state
        coming = coming_step(state) if held(state) and not self.comparing else None
        return coming.id if coming else running_step(state)

    @property
    def pausing(self) -> bool:
        """Whether somebody wants the drill to pause; its own pace is not meant."""
        return self.control is not None and self.control.pausing and self.control.pausing_by not in PACES

    def people(self) -> list[Person]:
        """Everybody who signed in, once for each role; the user of this terminal if nobody did."""
        named = self.drill.state.participants
        people = [Person(name, role) for name, roles in named.items() for role in (roles or ("",))]
        return people or [Person(terminal_user())]

    def acting(self) -> list[Person]:
        """Who can act here: everybody at the driver's keyboard, at another seat whoever joined."""
        if self.joined is None:
            return self.people()
        return self.known_as(self.joined.name)

    def known_as(self, name: str) -> list[Person]:
        """Somebody with each role that they signed in for; without one, who did not sign in."""
        own = [person for person in self.people() if person.name.casefold() == name.casefold()]
        return own or [Person(name)]

    def has_signed_in(self, name: str) -> bool:
        """Also whoever has handed every role over since."""
        return any(known.casefold() == name.casefold() for known in self.drill.state.participants)

    def can_answer(self, question: Question) -> bool:
        """A failure is decided at the driver's keyboard."""
        return self.joined is None or (isinstance(question, GateQuestion) and not self.joined.observes)

    def likely(self, role: str | None) -> Person:
        """Who probably acts: the author of the last note, else who has the role, else the first."""
        people = self.acting()
        if self.author in people:
            return self.author or people[0]
        return next((person for person in people if role and person.role == role), people[0])

    def holder(self, roles: Collection[str]) -> Person:
        """Who answers for these roles here: who has one, whoever wrote last; else who probably acts."""
        return next((person for person in self.acting() if person.role in roles), self.likely(None))

    def whose_turn(self, step: StepState | None) -> Person:
        """Who lets the drill go on to this step: its role, else the lead."""
        people = self.people()
        role = step.role if step else None
        holders = [person for person in people if role and person.role == role]
        if len(holders) > 1:
            return Person(" or ".join(person.name for person in holders), role or "")
        if holders:
            return holders[0]
        leads = (person for person in people if person.role == LEAD)
        return next(leads, self.author if self.author in people and self.author else people[0])

    def signature(self, person: Person, gate: GateOpened | None = None) -> Signature:
        """Where a gate wants to know the login, what is typed here is of whoever drives the drill."""
        signed = Signature(name=person.name, role=person.role, at=self.now(), via="screen", attested=ATTESTED)
        if gate is None or gate.identity != LOGIN:
            return signed
        return replace(signed, attested=LOGIN, login=login_of(os.geteuid()), uid=os.geteuid())


def terminal_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"

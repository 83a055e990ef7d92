"""What a drill screen needs of one drill: what happened, who asks, and the levers that people have."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from drill_tui.engine.record.events import Signature
from drill_tui.engine.run.control import DrillControl
from drill_tui.tui.desk import Desk
from drill_tui.tui.pace import Pace, coming_step, held
from drill_tui.tui.training import expectation, is_training
from drill_tui.tui.watched import WatchedDrill, running_step
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.moments import PACES
from drill_tui.verdict.state import StepState

ATTESTED = "same-terminal"
"""Names typed at one terminal prove nobody's identity; the report says so."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    role: str = ""

    def label(self) -> str:
        return f"{self.name} – {self.role}" if self.role else self.name


@dataclass(slots=True)
class Seat:
    """One drill at one terminal.  A past drill has no control."""

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

    def likely(self, role: str | None) -> Person:
        """Who probably acts: the author of the last note, else who has the role, else the first."""
        people = self.people()
        if self.author in people:
            return self.author or people[0]
        return next((person for person in people if role and person.role == role), people[0])

    def holder(self, roles: Collection[str]) -> Person:
        """Whose turn it is: who has one of these roles, whoever wrote last; else who probably acts."""
        return next((person for person in self.people() if person.role in roles), self.likely(None))

    def whose_turn(self, step: StepState | None) -> Person:
        """Who lets the drill go on to this step: its role, else the lead."""
        role = step.role if step else None
        holders = [person for person in self.people() if role and person.role == role]
        if len(holders) > 1:
            return Person(" or ".join(person.name for person in holders), role or "")
        return holders[0] if holders else self.holder(("lead",))

    def signature(self, person: Person) -> Signature:
        return Signature(name=person.name, role=person.role, at=self.now(), via="screen", attested=ATTESTED)


def terminal_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"

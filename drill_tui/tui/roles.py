"""Handing a role over during a drill: what can be handed over here, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass

from drill_tui.runbook.model import LEAD
from drill_tui.tui.seat import Seat


@dataclass(frozen=True, slots=True)
class Held:
    """A role and who has it; `name` is empty where nobody has."""

    role: str
    name: str

    def label(self) -> str:
        return f"{self.role} – {self.name or 'nobody'}"


@dataclass(frozen=True, slots=True)
class Handover:
    held: Held
    to: str
    by: str


def held_roles(seat: Seat) -> list[Held]:
    """Every role of the runbook, once for each person who has it, and what else somebody signed in as."""
    named = seat.drill.state.participants
    held = [Held(role, name) for name, roles in named.items() for role in roles]
    runbook = seat.drill.state.runbook
    known = list(runbook.roles) if runbook else []
    taken = {each.role for each in held}
    held += [Held(role, "") for role in known if role not in taken]
    return sorted(held, key=lambda each: known.index(each.role) if each.role in known else len(known))


def may_hand_over(seat: Seat, name: str, held: Held) -> bool:
    """At a seat of one's own: the lead any role, everybody else their own."""
    own = {person.role for person in seat.known_as(name)}
    return LEAD in own or (held.name.casefold() == name.casefold() and held.role in own)


def handed_by(seat: Seat, name: str) -> list[Held]:
    """What this person may hand over at a seat of their own."""
    return [held for held in held_roles(seat) if may_hand_over(seat, name, held)]


def known_name(seat: Seat, name: str) -> str:
    """As they signed in, where they did."""
    named = seat.drill.state.participants
    return next((known for known in named if known.casefold() == name.casefold()), name)


def hindrance(seat: Seat, held: Held, to: str) -> str:
    """Why it cannot be done, as a sentence; empty where it can."""
    state = seat.drill.state
    if state.over or state.cleanup is not None:
        return "The drill is over: no role is needed any more"
    if held not in held_roles(seat):
        return f"{held.name or 'Nobody'} does not have the role {held.role} any more"
    if not to:
        return "Write who takes the role on"
    has = state.participants.get(known_name(seat, to), ())
    return f"{known_name(seat, to)} has the role {held.role} already" if held.role in has else ""

"""Whom the drill needs now, for everybody who looks at the wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from drill_tui.tui.desk import FailureQuestion, GateQuestion, Question
from drill_tui.tui.marks import signed_so_far
from drill_tui.tui.pace import coming_step, held
from drill_tui.tui.seat import Seat
from drill_tui.tui.training import is_training
from drill_tui.tui.widgets.question_bar import GATE_WORDS, needed, title_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    who: str
    """Or what has happened, in as few words."""
    what: str
    head: str = "Needed now"
    people: tuple[str, ...] = ()
    """Who can do it, by name; a tick before those who have."""
    since: float | None = None
    alarms: bool = False


def called(seat: Seat) -> Called | None:
    """None while nobody is needed."""
    state, question = seat.drill.state, seat.desk.question
    if seat.lost:
        return Called(who="Disconnected", what=f"✗ {seat.lost}", head="", alarms=True)
    if state.over:
        return None
    if question is not None:
        return _asked(seat, question)
    if held(state):
        return _by_pace(seat)
    if state.pause is not None:
        reason = f": {state.pause.reason}" if state.pause.reason else ""
        what = f"‖ by {state.pause.by}{reason}"
        return Called(who="Paused", what=what, head="", since=state.pause.started_at)
    return None


def _asked(seat: Seat, question: Question) -> Called:
    state = seat.drill.state
    if isinstance(question, GateQuestion):
        gate, signed = question.gate, signed_so_far(seat.desk)
        so_far = f" · {signed} {'typed' if gate.kind == 'type' else 'signed'}" if signed else ""
        what = f"◆ {GATE_WORDS.get(gate.kind, gate.kind)}{so_far} · {gate.prompt}"
        people = tuple(_people(seat, question))
        return Called(who=needed(gate, state), what=what, people=people, since=question.asked_at)
    if isinstance(question, FailureQuestion):
        failed = question.failure
        what = f"✗ “{title_of(state, failed.step)}” failed · {failed.reason}"
        return replace(_at_the_drivers("A step failed", what, question), alarms=True)
    what = f"◆ “{title_of(state, question.step)}” was cut off half-way · run it again?"
    return _at_the_drivers("Cut off", what, question)


def _at_the_drivers(who: str, what: str, question: Question) -> Called:
    people = ("decided at the driver's keyboard",)
    return Called(who=who, what=what, head="Decide now", people=people, since=question.asked_at)


def _people(seat: Seat, question: GateQuestion) -> Iterator[str]:
    state, gate = seat.drill.state, question.gate
    step = state.steps.get(gate.step)
    roles = gate.roles or ((step.role,) if step and step.role else ())
    signed = {signature.name.casefold() for signature in seat.desk.signed}
    for name, held_roles in state.participants.items():
        theirs = [role for role in held_roles if role in roles]
        if theirs or not roles:
            tick = "✓ " if name.casefold() in signed else ""
            yield f"{tick}{name}" + (f" ({', '.join(theirs)})" if theirs else "")


def _by_pace(seat: Seat) -> Called:
    state = seat.drill.state
    since = state.pause.started_at if state.pause else None
    if not is_training(state):
        coming = coming_step(state)
        whose = seat.whose_turn(coming)
        role = f" ({whose.role})" if whose.role else ""
        what = f"‖ starts: {coming.title if coming else 'cleanup'}"
        return Called(who=f"{whose.name}{role}", what=what, since=since)
    what = "‖ compare: was it as you expected?" if seat.comparing else "‖ read this step, and guess"
    return Called(who="Everybody", what=what, since=since)

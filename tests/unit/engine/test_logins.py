"""Sign-offs by login: what the kernel has said counts people, whatever they are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.codec import from_data, to_data
from drill_tui.engine.record.events import GateAnswered, GateOpened, NoteAdded, Signature
from drill_tui.engine.run.gates import objection

NAMES = GateOpened(step="a", kind="signoff", prompt="?", roles=("lead", "second"), min=2)
LOGINS = replace(NAMES, identity="login")


def typed(name: str, role: str = "lead") -> Signature:
    return Signature(name=name, role=role, at=0.0, via="screen", attested="same-terminal")


def seat(name: str, uid: int, role: str = "second") -> Signature:
    return Signature(name=name, role=role, at=0.0, via="seat", attested="login", login=name.lower(), uid=uid)


@pytest.mark.parametrize(
    ("gate", "by", "people"),
    [
        (NAMES, (seat("Ann", 1), seat("Bob", 2)), 2),
        (NAMES, (seat("Ann", 1), seat("Bob", 1)), 1),
        (NAMES, (seat("Ann", 0), seat("Bob", 0)), 1),
        (NAMES, (seat("Ann", 1), seat("ann", 2)), 1),
        (NAMES, (typed("Ann"), seat("Ann", 1)), 1),
        (NAMES, (typed("Ann"), seat("Bob", 1)), 2),
        (NAMES, (seat("Ann", 1), seat("Bob", 2, role="scribe")), 1),
        (replace(NAMES, distinct=False), (seat("Ann", 1), seat("Bob", 1)), 2),
        (LOGINS, (seat("Ann", 1), seat("Bob", 2)), 2),
        (LOGINS, (typed("Ann"), typed("Bob")), 0),
        (LOGINS, (typed("Ann"), seat("Bob", 2)), 1),
        (replace(LOGINS, distinct=False), (seat("Ann", 1), seat("Bob", 1)), 1),
    ],
)
def test_who_counts(gate: GateOpened, by: tuple[Signature, ...], people: int) -> None:
    why = objection(gate, GateAnswer(answer="approved", by=by))
    how = ", each from a login of their own" if gate.identity else ""
    assert why == ("" if people == 2 else f"signed by {people} of 2 people as lead or second{how}")


def test_events_of_before_there_were_seats_are_read() -> None:
    old = {"name": "Ann", "role": "lead", "at": 0.0, "via": "screen", "attested": "same-terminal"}
    answered = from_data("gate.answered", {"step": "a", "answer": "approved", "by": [old]})
    assert answered == GateAnswered(step="a", answer="approved", by=(typed("Ann"),))
    assert from_data("note.added", {"by": "Ann", "text": "x"}) == NoteAdded(by="Ann", text="x")


def test_a_login_survives_the_journal() -> None:
    event = GateAnswered(step="a", answer="approved", by=(seat("Ann", 0),))
    assert from_data("gate.answered", to_data(event)) == event

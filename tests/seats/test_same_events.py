"""A drill whose gates are answered from a seat is the same drill: only who answered differs."""

from __future__ import annotations

import asyncio
from pathlib import Path

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.ports import Failure, FailureAnswer
from drill_tui.engine.record import events as ev
from drill_tui.seats.client import Line, join
from drill_tui.seats.wire import Message, record_of
from drill_tui.tui.bridge import TuiBridge
from drill_tui.tui.desk import Desk, TuiOperator
from drill_tui.tui.guests import Guests
from drill_tui.tui.marks import marks_of
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.watched import WatchedDrill
from tests.engine.rig import Rig
from tests.engine.test_two_faces import CLEANUP, HEAD, STEPS, comparable


class GatesOnly(TuiOperator):
    """Leaves failures to the runbook, as nobody at the drill's own terminal is there."""

    async def on_failure(self, failure: Failure) -> FailureAnswer | None:
        return None


async def test_the_events_with_and_without_seats_differ_by_who_answered(tmp_path: Path) -> None:
    alone = Rig(tmp_path / "alone", steps=STEPS, cleanup=CLEANUP, head=HEAD)
    joined = Rig(tmp_path / "joined", steps=STEPS, cleanup=CLEANUP, head=HEAD)
    now = SystemClock().now
    drill = WatchedDrill(artifacts_dir=joined.run_dir.parent)
    seat = Seat(drill=drill, desk=Desk(now), now=now, control=joined.control)
    bridge = TuiBridge(drill)
    told: list[str] = []
    guests = Guests(seat, joined.run_dir.parent, told.append)
    joined.operator = GatesOnly(seat.desk, bridge.take_in)
    joined.sinks = [bridge, guests.server]
    at_the_seat = asyncio.ensure_future(answer_all(joined, seat))
    async with asyncio.timeout(90):
        reason = await joined.run()
    await guests.close()
    heard = await at_the_seat
    assert await alone.run() is reason is ev.EndReason.COMPLETED
    assert comparable(alone) == comparable(joined)
    assert [record.event for record in heard] == joined.listener.events
    answers = [event for event in joined.listener.events if isinstance(event, ev.GateAnswered)]
    assert len(answers) == 3
    assert all(answer.by[-1].attested == "login" for answer in answers)
    assert told[0].startswith("Ben (")


async def answer_all(rig: Rig, seat: Seat) -> list[ev.Record]:
    """Sits down when the drill has begun, and answers every gate; returns what was heard."""
    await rig.listener.until(lambda: rig.listener.records)
    line = await join(rig.run_dir, name="Ben")
    heard: list[ev.Record] = []
    answered: set[int] = set()
    async for message in line.messages():
        if message.kind == "event":
            heard.append(record_of(message))
        if message.kind == "question" and message.text("about") == "gate":
            number = message.number("number")
            if number not in answered:
                answered.add(number)
                answer(line, seat, message)
    await line.close()
    return heard


def answer(line: Line, seat: Seat, message: Message) -> None:
    gate = message.data["gate"]
    values = {"text": gate["text"]} if gate["kind"] == "type" else {"a": "b"}
    if gate["kind"] == "signoff":
        ada = Person("Ada", "lead")
        opened = seat.drill.state.gate
        assert opened is not None
        marks_of(seat, opened).add(ada, seat.signature(ada))
    line.say("answer", question=message.number("number"), answer="approved", role="", values=values)

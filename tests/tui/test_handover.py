"""A role goes to somebody else during a drill: at the driver's keyboard, and from a seat of one's own."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode
from drill_tui.tui.dialogs.dialog import PersonField
from drill_tui.tui.dialogs.gates import ConfirmGate
from drill_tui.tui.dialogs.hand_over import HandOverDialog
from drill_tui.tui.dialogs.seat_gates import SeatSignoff
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.dialogs.type_gate import TypeGate
from drill_tui.tui.marks import marks_of, typed_of
from drill_tui.tui.roles import Held, handed_by, held_roles
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.widgets.choice import Choice
from tests.tui.conftest import catch_up, drilling, events_of, seat_of, wait_for
from tests.tui.joined_seat import joining
from tests.tui.storyteller import RESTORE_GATE, Storyteller

ADA, GRACE, LINUS, MARY = "Ada Lovelace", "Grace Hopper", "Linus Pauling", "Mary Shelley"
TYPE = ev.GateOpened(
    step="restore", kind="type", prompt="Type it", text="go", roles=("lead", "operator"), min=2
)
CONFIRM = ev.GateOpened(step="restore", kind="confirm", prompt="Go on?", roles=("operator",))


def to_mary(role: str = "operator", had: str = GRACE) -> ev.RoleHandedOver:
    return ev.RoleHandedOver(role=role, had=had, has=MARY, by=ADA)


async def choose(pilot: Pilot[None], held: Held, to: str) -> None:
    """Fill in the dialog by hand; the last key is Enter in the name."""
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, HandOverDialog) and bool(pilot.app.focused))
    role = pilot.app.screen.query_one("#role", Choice)
    while role.value != held:
        await pilot.press("right")
    box = pilot.app.screen.query_one("#to", Input)
    box.focus()
    await wait_for(pilot, lambda: pilot.app.focused is box)
    box.value = ""
    await pilot.press(*to, "enter")


async def opened_anew(pilot: Pilot[None], kind: type, before: object) -> None:
    """Another dialog of this kind stands in the place of the one before, and listens."""
    await wait_for(
        pilot,
        lambda: (
            isinstance(pilot.app.screen, kind)
            and pilot.app.screen is not before
            and pilot.app.focused is not None
        ),
    )


def ticks(pilot: Pilot[None]) -> list[str]:
    boxes = pilot.app.screen.query("Tick")
    return [str(box.label) for box in boxes]  # type: ignore[attr-defined]


def test_every_role_can_go_also_one_that_nobody_has() -> None:
    seat = seat_of(Storyteller().start({ADA: ("lead",), GRACE: ("operator", "guest")}))
    assert held_roles(seat) == [
        Held("lead", ADA),
        Held("operator", GRACE),
        Held("second", ""),
        Held("scribe", ""),
        Held("guest", GRACE),
    ]


def test_at_a_seat_the_lead_hands_over_every_role_and_others_their_own() -> None:
    seat = seat_of(Storyteller().start())
    assert handed_by(seat, ADA) == held_roles(seat)
    assert handed_by(seat, "grace hopper") == [Held("operator", GRACE)]
    assert handed_by(seat, "somebody") == []


async def test_the_lead_hands_a_role_over_and_the_drill_waits_for_who_has_it() -> None:
    story = Storyteller().start().whole_step("open_source", "source.open", 2)
    story.tell(ev.PauseStarted(by=Mode.GUIDED.value, reason="read"))
    async with drilling(story, size=(80, 24)) as (seat, screen, pilot):
        assert "‖ Grace Hopper (operator) starts" in str(screen.query_one("#question").render())
        await pilot.press("x")
        await choose(pilot, Held("operator", GRACE), MARY)
        await wait_for(pilot, lambda: bool(events_of(seat, ev.RoleHandedOver)))
        assert events_of(seat, ev.RoleHandedOver) == [to_mary()]
        screen.show_news()
        await wait_for(pilot, lambda: "‖ Mary Shelley (operator) starts" in shown(screen))
        assert any("over to Mary Shelley" in notice.message for notice in pilot.app._notifications)
        assert seat.people()[1:3] == [Person(GRACE), Person(LINUS, "second")]


def shown(screen: DrillScreen) -> str:
    return str(screen.query_one("#question").render())


async def test_the_name_of_somebody_who_signed_in_is_taken_as_it_stands_there() -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, _, pilot):
        await pilot.press("x")
        await choose(pilot, Held("lead", ADA), "linus pauling")
        await wait_for(pilot, lambda: bool(events_of(seat, ev.RoleHandedOver)))
        assert seat.drill.state.participants[LINUS] == ("second", "scribe", "lead")


@pytest.mark.parametrize(
    ("to", "why"), [("", "Write who takes"), ("grace hopper", "Grace Hopper has the role operator already")]
)
async def test_what_makes_no_sense_is_said_in_the_dialog(to: str, why: str) -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, _, pilot):
        await pilot.press("x")
        await choose(pilot, Held("operator", GRACE), to)
        complaint = pilot.app.screen.query_one("#dialog-complaint", Static)
        await wait_for(pilot, lambda: why in str(complaint.render()))
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, DrillScreen))
        assert not events_of(seat, ev.RoleHandedOver)


@pytest.mark.parametrize("tell", [Storyteller.whole, Storyteller.failed])
async def test_nothing_goes_over_when_the_drill_is_over(tell: object) -> None:
    async with drilling(tell(Storyteller())) as (_, screen, _):  # type: ignore[operator]
        assert not screen.check_action("hand_over", ())


async def test_an_open_sign_off_is_asked_anew_of_who_has_the_role_now() -> None:
    story = Storyteller().until_restore().begin("restore").tell(RESTORE_GATE)
    async with drilling(story) as (seat, screen, pilot):
        asking = asyncio.create_task(seat.desk.ask_gate(RESTORE_GATE))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, SignoffGate) and bool(pilot.app.focused))
        before = pilot.app.screen
        assert ticks(pilot)[1].startswith("Grace Hopper – operator")
        story.tell(to_mary())
        catch_up(seat, story)
        screen.show_news()
        await opened_anew(pilot, SignoffGate, before)
        assert [label.split(" – ")[0] for label in ticks(pilot)] == [ADA, LINUS, MARY]
        assert not asking.done()
        asking.cancel()


def signed_at_the_restore() -> Seat:
    story = Storyteller().until_restore().begin("restore").tell(RESTORE_GATE)
    seat = seat_of(story)
    for person in marks_of(seat, RESTORE_GATE).people[:2]:
        marks_of(seat, RESTORE_GATE).add(person, seat.signature(person))
    story.tell(to_mary())
    catch_up(seat, story)
    return seat


def test_what_was_signed_before_stays_signed() -> None:
    marks = marks_of(signed_at_the_restore(), RESTORE_GATE)
    assert list(marks.signed) == [Person(ADA, "lead"), Person(GRACE, "operator")]
    assert [p.name for p in marks.people if marks.may_sign(p)] == [ADA, GRACE, LINUS, MARY]


def test_who_unmarks_a_role_that_went_on_cannot_mark_it_again() -> None:
    marks = marks_of(signed_at_the_restore(), RESTORE_GATE)
    del marks.signed[Person(GRACE, "operator")]
    assert not marks.may_sign(Person(GRACE, "operator"))
    assert marks.people[1] == Person(GRACE, "operator"), "an open dialog knows people by their place"


async def test_a_text_for_two_is_typed_by_who_has_the_role_now() -> None:
    story = Storyteller().until_restore().begin("restore").tell(TYPE)
    async with drilling(story) as (seat, screen, pilot):
        asking = asyncio.create_task(seat.desk.ask_gate(TYPE))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, TypeGate) and bool(pilot.app.focused))
        typed_of(seat, TYPE).people.append(Person("Who wrote their name", "lead"))
        before = pilot.app.screen
        story.tell(to_mary())
        catch_up(seat, story)
        screen.show_news()
        await opened_anew(pilot, TypeGate, before)
        assert [p.name for p in typed_of(seat, TYPE).left()] == [ADA, MARY, "Who wrote their name"]
        asking.cancel()


async def test_the_lead_hands_over_from_a_seat(tmp_path: Path) -> None:
    async with joining(Storyteller().until_restoring(), tmp_path, name=ADA) as here:
        await here.pilot.press("x")
        await choose(here.pilot, Held("second", LINUS), MARY)
        await here.until(lambda: MARY in here.session.seat.drill.state.participants)
        (told,) = events_of(here.driver, ev.RoleHandedOver)
        assert told == ev.RoleHandedOver(
            role="second",
            had=LINUS,
            has=MARY,
            by=ADA,
            login=told.login,  # type: ignore[attr-defined]
            uid=os.getuid(),
        )
        assert here.session.seat.drill.state.participants[LINUS] == ("scribe",)


async def test_who_is_no_lead_hands_over_nothing_of_others(tmp_path: Path) -> None:
    async with joining(Storyteller().until_restoring(), tmp_path) as here:
        line = here.screen._line
        line.say("hand_over", role="lead", had=ADA, has=GRACE)
        await here.until(lambda: "only the lead" in here.notices)
        line.say("hand_over", role="operator", had=ADA, has=GRACE)
        await here.until(lambda: "does not have the role operator any more" in here.notices)
        assert not events_of(here.driver, ev.RoleHandedOver)


async def test_who_gave_their_only_role_away_answers_for_it_no_more(tmp_path: Path) -> None:
    async with joining(Storyteller().until_restoring(), tmp_path) as here:
        asking = asyncio.ensure_future(here.driver.desk.ask_gate(CONFIRM))
        await here.until(lambda: isinstance(here.app.screen, ConfirmGate) and bool(here.app.focused))
        assert here.driver.control is not None
        before = here.app.screen
        here.driver.control.hand_over("operator", GRACE, MARY, GRACE)
        await opened_anew(here.pilot, ConfirmGate, before)
        assert here.app.screen.query_one(PersonField).person == Person(GRACE)
        here.screen._line.say("answer", question=1, answer="approved", role="operator", values={})
        await here.until(lambda: "has not signed in for this role" in here.notices)
        assert not asking.done()
        asking.cancel()


async def test_who_only_watches_hands_nothing_over(tmp_path: Path) -> None:
    async with joining(Storyteller().until_restoring(), tmp_path, name=ADA, observe=True) as here:
        assert not here.screen.check_action("hand_over", ())


async def test_who_has_no_role_left_is_told_so_at_a_sign_off(tmp_path: Path) -> None:
    async with joining(Storyteller().until_restoring(), tmp_path) as here:
        assert here.driver.control is not None
        here.driver.control.hand_over("operator", GRACE, MARY, GRACE)
        await here.until(lambda: here.session.seat.acting() == [Person(GRACE)])
        asking = asyncio.ensure_future(here.driver.desk.ask_gate(RESTORE_GATE))
        await here.until(lambda: isinstance(here.app.screen, SeatSignoff) and bool(here.app.focused))
        here.app.screen.query_one("#approve").focus()
        await here.pilot.press("enter")
        complaint = here.app.screen.query_one("#dialog-complaint", Static)
        await here.until(lambda: "you have no role any more" in str(complaint.render()))
        asking.cancel()

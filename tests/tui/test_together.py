"""Two people type one text, one after the other, on the smallest terminal; and a recovery is no drill."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Button, Input, OptionList, Static

from drill_tui.engine.record.events import GateOpened
from drill_tui.engine.run.gates import objection
from drill_tui.runbook.mode import Mode
from drill_tui.tui.dialogs.dialog import PersonField
from drill_tui.tui.dialogs.type_gate import TypeGate
from drill_tui.tui.order import DrillOrder
from drill_tui.tui.places import Places
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.sign_in import SignInScreen
from drill_tui.tui.widgets.choice import Choice
from drill_tui.tui.widgets.question_bar import QuestionBar
from tests.tui.conftest import on_screen, wait_for
from tests.tui.storyteller import BEGAN_AT
from tests.tui.test_gates import TYPE, asked, focus_on

TOGETHER = replace(TYPE, min=2)
SMALL = (80, 24)
RECOVER = Path(__file__).parents[2] / "runbooks/recover.yaml"


def said(pilot: Pilot[None], widget: str) -> str:
    return str(pilot.app.screen.query_one(widget, Static).render())


async def type_it(pilot: Pilot[None], gate: GateOpened = TOGETHER) -> None:
    await focus_on(pilot, "typed")
    await pilot.press(*gate.text, "enter")
    await pilot.pause()


async def test_two_people_type_it_each_at_their_own_moment() -> None:
    async with asked(TOGETHER, size=SMALL) as (seat, _, pilot, asking):
        began, waited_s = seat.now(), 5.0
        seat.now = lambda: began + waited_s
        buttons = pilot.app.screen.query(Button)
        await wait_for(pilot, lambda: all(0 < button.region.bottom <= SMALL[1] for button in buttons))
        first = pilot.app.screen.query_one(PersonField).person
        await type_it(pilot)
        assert not asking.done()
        assert f"✓ {first.label()}" in said(pilot, "#typed-by")
        assert "1 more person must type it" in said(pilot, "#dialog-complaint")
        assert pilot.app.screen.query_one("#typed", Input).value == ""
        assert pilot.app.screen.query_one(PersonField).person.name != first.name
        waited_s = 60.0
        await type_it(pilot)
        answer = await asking
        assert objection(TOGETHER, answer) == ""
        assert [signature.at - began for signature in answer.by] == [5.0, 60.0]
        assert len({signature.name for signature in answer.by}) == 2
        assert dict(answer.values) == {"text": TYPE.text, "text_2": TYPE.text}


async def test_who_has_typed_it_is_not_offered_again_and_cannot_come_back_in_other_letters() -> None:
    async with asked(TOGETHER, size=SMALL) as (_, _, pilot, asking):
        field = pilot.app.screen.query_one(PersonField)
        first = field.person
        await type_it(pilot)
        offered = set()
        for _turn in range(6):
            offered.add(field.person.name)
            await focus_on(pilot, "person")
            await pilot.press("right")
        assert first.name not in offered
        await focus_on(pilot, "other")
        await pilot.press(*f"{first.name.upper()}, second", "enter")
        await pilot.pause()
        assert "has typed it already" in said(pilot, "#dialog-complaint")
        assert not asking.done()


async def test_somebody_who_did_not_sign_in_is_the_second_one() -> None:
    async with asked(TOGETHER, size=SMALL) as (_, _, pilot, asking):
        await type_it(pilot)
        await focus_on(pilot, "other")
        await pilot.press(*"Mary, second", "enter")
        await pilot.pause()
        await type_it(pilot)
        answer = await asking
        assert (answer.by[1].name, answer.by[1].role) == ("Mary", "second")


async def test_what_the_first_one_typed_stays_while_they_look_around() -> None:
    async with asked(TOGETHER, size=SMALL) as (_, screen, pilot, asking):
        await type_it(pilot)
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen)
        screen.show_news()
        await wait_for(pilot, lambda: "needs 2 people" in str(screen.query_one(QuestionBar).render()))
        await pilot.press("g")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, TypeGate))
        await wait_for(pilot, lambda: "✓" in said(pilot, "#typed-by"))
        await type_it(pilot)
        assert len({signature.name for signature in (await asking).by}) == 2


async def test_the_wrong_text_counts_for_nobody() -> None:
    async with asked(TOGETHER, size=SMALL) as (_, _, pilot, asking):
        await pilot.press(*"Zakops_restore", "enter")
        await pilot.pause()
        assert "not the same text" in said(pilot, "#dialog-complaint")
        assert "✓" not in said(pilot, "#typed-by")
        assert not asking.done()


async def test_home_does_not_propose_a_recovery_and_its_sign_in_has_one_mode(places: Places) -> None:
    (places.project_dir / "runbooks/a-recover.yaml").write_text(RECOVER.read_text())
    (places.project_dir / "backups").mkdir()
    orders: list[DrillOrder] = []
    home = HomeScreen(places, orders.append, now=lambda: BEGAN_AT)
    async with on_screen(lambda: home, size=SMALL) as (_, pilot):
        options = home.query_one(OptionList)
        await wait_for(pilot, lambda: options.highlighted is not None)
        assert home.highlighted is not None
        assert home.highlighted.path.name == "restore-drill.yaml"
        assert "for the day itself: no drill" in str(options.get_option_at_index(1).prompt)
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, SignInScreen))
        sign_in = pilot.app.screen
        for role in ("lead", "operator", "second"):
            sign_in.query_one(f"#role-{role}", Input).value = role.title()
        assert sign_in.query_one("#mode", Choice).value is Mode.RECOVERY
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: bool(orders))
        assert orders[0].mode is Mode.RECOVERY

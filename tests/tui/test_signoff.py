"""The sign-off: who counts, who is missing, and when each of them signed."""

from __future__ import annotations

from textual.widgets import Button, Input

from drill_tui.engine.run.gates import objection
from drill_tui.tui.dialogs.signoff import SignoffGate
from tests.tui.conftest import wait_for
from tests.tui.storyteller import RESTORE_GATE
from tests.tui.test_gates import asked, focus_on, press_button


async def test_signoff_needs_two_different_people() -> None:
    async with asked(RESTORE_GATE) as (_, _, pilot, asking):
        assert isinstance(pilot.app.screen, SignoffGate)
        await pilot.press("space")
        await press_button(pilot, "approve")
        assert not asking.done()
        await focus_on(pilot, "signer-1")
        await pilot.press("space")
        await press_button(pilot, "approve")
        answer = await asking
        assert {s.name for s in answer.by} == {"Ada Lovelace", "Grace Hopper"}
        assert objection(RESTORE_GATE, answer) == ""


async def test_the_button_says_how_many_have_signed() -> None:
    async with asked(RESTORE_GATE) as (_, _, pilot, _):
        await pilot.press("space")
        button = pilot.app.screen.query_one("#approve", Button)

        def says(words: str) -> bool:
            return words in "".join(segment.text for segment in button.render_line(0))

        await wait_for(pilot, lambda: says("Sign off (1 of 2)"))
        await pilot.press("down", "space", "down", "space")
        await wait_for(pilot, lambda: says("Sign off (3 of 3)"))


async def test_signoff_counts_a_person_once() -> None:
    """One person in two roles is still one person."""
    async with asked(RESTORE_GATE) as (_, _, pilot, asking):
        await pilot.press("space")
        await focus_on(pilot, "other")
        await pilot.press(*"Ada Lovelace, second", "enter")
        await pilot.pause()
        await press_button(pilot, "approve")
        assert not asking.done()


async def test_signoff_counts_people_as_the_drill_does() -> None:
    """The same name in other letters is the same person; the drill would end over it."""
    async with asked(RESTORE_GATE) as (_, _, pilot, asking):
        await pilot.press("space")
        await focus_on(pilot, "other")
        await pilot.press(*"ada lovelace, second", "enter")
        await pilot.pause()
        await press_button(pilot, "approve")
        assert not asking.done()


async def test_somebody_else_can_sign_with_a_role_that_counts() -> None:
    async with asked(RESTORE_GATE) as (_, _, pilot, asking):
        await pilot.press("space")
        await focus_on(pilot, "other")
        await pilot.press(*"Mary, scribe", "enter")
        await press_button(pilot, "approve")
        assert not asking.done()
        await focus_on(pilot, "other")
        pilot.app.screen.query_one("#other", Input).value = ""
        await pilot.press(*"Mary, second", "enter")
        await pilot.pause()
        await press_button(pilot, "approve")
        answer = await asking
        assert {(s.name, s.role) for s in answer.by} == {("Ada Lovelace", "lead"), ("Mary", "second")}


async def test_each_mark_has_its_own_moment() -> None:
    async with asked(RESTORE_GATE) as (seat, _, pilot, asking):
        began, waited_s = seat.now(), 5.0
        seat.now = lambda: began + waited_s
        await pilot.press("space")
        waited_s = 60.0
        await pilot.press("down", "space")
        waited_s = 600.0
        await press_button(pilot, "approve")
        assert [signature.at - began for signature in (await asking).by] == [5.0, 60.0]

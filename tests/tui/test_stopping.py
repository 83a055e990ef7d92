"""Stopping a drill, and leaving while it cleans up: asked once, and told what would stay behind."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.stage import Stage
from drill_tui.tui.dialogs.stop import LeaveDialog, StopDialog
from tests.tui.conftest import drilling, wait_for
from tests.tui.storyteller import Storyteller


@pytest.mark.parametrize("key", ["q", "a", "ctrl+c", "ctrl+q"])
async def test_stopping_is_asked_once_and_goes_on_by_default(key: str) -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, _, pilot):
        assert seat.control is not None
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, StopDialog))
        await pilot.press("enter")
        assert seat.control.abort_request is None
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, StopDialog))
        pilot.app.screen.query_one("#reason", Input).value = "enough"
        pilot.app.screen.query_one("#stop", Button).press()
        await wait_for(pilot, lambda: seat.control is not None and seat.control.abort_request is not None)
        assert seat.control.abort_request is not None
        assert (seat.control.abort_request.by, seat.control.abort_request.reason) == (
            "Ada Lovelace",
            "enough",
        )


async def test_leaving_during_cleanup_says_what_stays_behind() -> None:
    async with drilling(Storyteller().until_verified()) as (seat, _, pilot):
        assert seat.control is not None
        seat.control.enter_cleanup()
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LeaveDialog))
        shown = [str(w.render()) for w in pilot.app.screen.query(".leftover")]
        assert any("process 4242" in text for text in shown)
        await pilot.press("enter")
        assert not seat.control.gave_up
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LeaveDialog))
        pilot.app.screen.query_one("#leave", Button).press()
        await wait_for(pilot, lambda: seat.control is not None and seat.control.gave_up)


def said(pilot: Pilot[None]) -> str:
    return " ".join(str(part.render()) for part in pilot.app.screen.query("#dialog-body > Static"))


async def test_leaving_during_cleanup_names_the_step_that_runs() -> None:
    """Also one that claims nothing: a demo that is stopped, a file that is packed."""
    story = Storyteller().until_verified().begin("remove_backup", ev.Phase.CLEANUP)
    async with drilling(story) as (seat, _, pilot):
        assert seat.control is not None
        seat.control.enter_cleanup()
        seat.control.would_leave = lambda: ()  # type: ignore[method-assign]
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LeaveDialog))
        assert f"“{seat.drill.state.steps['remove_backup'].title}” is running" in said(pilot)
        assert "removed" not in said(pilot)


async def test_leaving_when_all_is_removed_says_so() -> None:
    async with drilling(Storyteller().whole()) as (seat, _, pilot):
        assert seat.control is not None
        seat.control.enter_cleanup()
        seat.control.would_leave = lambda: ()  # type: ignore[method-assign]
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, LeaveDialog))
        assert "Everything is removed" in said(pilot)


async def test_q_leaves_at_once_when_the_drill_is_over() -> None:
    async with drilling(Storyteller().whole()) as (seat, _, pilot):
        assert seat.control is not None
        seat.control.stage = Stage.ENDED
        await pilot.press("q")
        assert not pilot.app.is_running or pilot.app._exit

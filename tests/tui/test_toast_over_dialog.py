"""What is told for some seconds must not hide what a dialog asks, nor the clock."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen
from textual.widgets import Button
from textual.widgets._toast import Toast

from drill_tui.tui.places import Places
from tests.snapshot.scenes import SCENES
from tests.tui.conftest import drilling, on_screen, wait_for
from tests.tui.storyteller import Storyteller


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
@pytest.mark.parametrize("dialog", ["signoff", "note", "failure", "stop"])
async def test_the_answers_of_a_dialog_are_seen_beside_a_toast(
    dialog: str, size: tuple[int, int], places: Places
) -> None:
    scene = SCENES[dialog](places)
    async with on_screen(scene.first) as (app, pilot):
        await pilot.resize_terminal(*size)
        await scene.steer(pilot)
        app.notify("Nothing drove this drill for 12 s. What had finished keeps its result.", title="Again")
        await wait_for(pilot, lambda: any(toast.region.area for toast in app.screen.query(Toast)))
        told = app.screen.query_one(Toast).region
        answers = [button.region for button in app.screen.query(Button) if button.region.area]
        assert answers
        assert not any(told.overlaps(region) for region in answers)
        assert told.y > 0


async def test_a_toast_that_a_dialog_covers_is_seen_once() -> None:
    async with drilling(Storyteller().until_restoring(), size=(80, 24)) as (_, screen, pilot):
        pilot.app.notify("Nothing drove this drill for 12 s.", timeout=600)
        await wait_for(pilot, lambda: seen_toasts(pilot.app) == [screen])
        await pilot.press("n")
        await wait_for(pilot, lambda: seen_toasts(pilot.app) == [pilot.app.screen] != [screen])
        await pilot.press("escape")
        await wait_for(pilot, lambda: seen_toasts(pilot.app) == [screen])


def seen_toasts(app: App[Any]) -> list[Screen[Any]]:
    """The screens that draw one, the lowest first."""
    return [screen for screen in app.screen_stack for toast in screen.query(Toast) if toast.is_on_screen]

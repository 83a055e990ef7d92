"""What is told for some seconds must not hide what a dialog asks, nor the clock."""

from __future__ import annotations

import pytest
from textual.widgets import Button
from textual.widgets._toast import Toast

from drill_tui.tui.places import Places
from tests.snapshot.scenes import SCENES
from tests.tui.conftest import on_screen, wait_for


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

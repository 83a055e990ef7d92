"""The history: every past drill with the durations of its steps, at any width."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from drill_tui.tui.places import Places
from tests.tui import situations as at
from tests.tui.conftest import wait_for


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_steps_of_the_chosen_drill_have_their_durations(
    places: Places, size: tuple[int, int]
) -> None:
    async with at.history(places) as here:
        await here.pilot.resize_terminal(*size)
        times = here.screen.query_one("#history-step-times", Static)
        await wait_for(here.pilot, lambda: here.screen.size == size and times.region.area > 0)
        await here.pilot.press("ctrl+end")
        await wait_for(here.pilot, lambda: "verify" in str(times.render()))
        rows = [line.split() for line in str(times.render()).splitlines()]
        assert next(row for row in rows if row[:1] == ["restore"])[1] == "2:38"
        assert all(len(line.rstrip()) <= times.size.width for line in str(times.render()).splitlines())
        for _ in range(5):
            await here.pilot.press("up")
        await wait_for(here.pilot, lambda: "Checksums verify: missed" in str(times.render()))

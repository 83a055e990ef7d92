"""Every screen through every change of size: nothing breaks, and the way on stays in sight."""

from __future__ import annotations

import pytest
from textual.screen import Screen
from textual.widgets import Footer

from drill_tui.runbook.mode import Mode
from drill_tui.tui.places import Places
from drill_tui.tui.screens.help import HelpScreen
from tests.tui import practice_situations as doing
from tests.tui import situations as at
from tests.tui.conftest import wait_for
from tests.tui.fleet_board import board
from tests.tui.situations import Situation
from tests.tui.storyteller import Storyteller

SMALLEST = 24
"""Rows from which on everything has to fit; below, nothing may break."""
SIZES = ((80, 24), (250, 70), (20, 6), (120, 36), (80, 24))
SCREENS: dict[str, Situation] = {
    "home": at.home,
    "sign-in": at.sign_in,
    "drill": at.drilling(),
    "training": at.drilling(mode=Mode.TRAINING),
    "failed": at.drilling(Storyteller.until_failure),
    "past drill": at.past_drill,
    "seat": at.joined,
    "projector": at.on_the_wall,
    "gate put aside": at.gate_put_aside,
    "result": at.result,
    "history": at.history,
    "incidents": at.open_incidents,
    "board": board,
    "practices": doing.practices,
    "practice": doing.practising,
    "diagnosis": doing.diagnosing,
    "revealed": doing.revealed,
    "help": at.after_home(HelpScreen, "question_mark"),
}


def footer_is_in_sight(screen: Screen[None]) -> bool:
    footer = screen.query_one(Footer)
    return footer.region.bottom == screen.size.height and footer.region.width == screen.size.width


@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_fits_every_size(places: Places, name: str) -> None:
    async with SCREENS[name](places) as here:
        for width, height in SIZES:
            await here.pilot.resize_terminal(width, height)
            await wait_for(here.pilot, lambda size=(width, height): here.screen.size == size)  # type: ignore[misc]
            if height >= SMALLEST:
                await wait_for(here.pilot, lambda: footer_is_in_sight(here.screen))
        assert here.app.failure is None
        assert here.screen.focused is None or here.screen.focused.region.area > 0

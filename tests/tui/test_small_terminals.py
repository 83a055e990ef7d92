"""Dialogs on small terminals, and through every change of size: what can be answered stays in sight."""

from __future__ import annotations

import pytest
from textual.widget import Widget
from textual.widgets import Button, Input

from drill_tui.tui.dialogs.dialog import Dialog
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.reason import ReasonDialog
from drill_tui.tui.dialogs.type_gate import TypeGate
from drill_tui.tui.places import Places
from tests.tui.conftest import wait_for
from tests.tui.situations import Here
from tests.tui.test_dialog_keys import DIALOGS

SIZES = ((80, 24), (40, 8), (200, 9), (44, 50), (60, 11), (40, 8), (250, 70), (80, 12))
"""From the one to the next, as a window is dragged."""


def in_sight(here: Here, widget: Widget) -> bool:
    """Whether all of it is drawn, within its dialog and the terminal."""
    placed = here.screen.find_widget(widget)
    return bool(placed.region.area) and placed.visible_region == placed.region


def answerable(here: Here) -> bool:
    focused = here.app.focused
    return (
        focused is not None
        and in_sight(here, focused)
        and all(in_sight(here, button) for button in here.screen.query(Button))
        and here.screen.query_one("#dialog-body").size.height > 0
    )


async def resize(here: Here, width: int, height: int) -> None:
    await here.pilot.resize_terminal(width, height)
    await wait_for(here.pilot, lambda: here.screen.size == (width, height))


@pytest.mark.parametrize("kind", DIALOGS, ids=lambda kind: kind.__name__)
async def test_buttons_and_the_field_stay_in_sight(places: Places, kind: type) -> None:
    async with DIALOGS[kind](places) as here:
        for size in SIZES:
            await resize(here, *size)
            await wait_for(here.pilot, lambda: answerable(here))
        await resize(here, 40, 8)
        for _ in range(len(here.screen.focus_chain)):
            await here.pilot.press("tab")
            await wait_for(here.pilot, lambda: answerable(here))
        below = here.app.screen_stack[-2]
        await here.pilot.press("escape")
        await here.goes_to(type(below))


async def test_a_complaint_does_not_push_the_buttons_out(places: Places) -> None:
    async with DIALOGS[TypeGate](places) as here:
        await resize(here, 40, 8)
        await here.pilot.press("x", "enter")
        complaint = here.screen.query_one("#dialog-complaint")
        await wait_for(here.pilot, lambda: complaint.size.height > 0 and answerable(here))
        assert here.app.focused is here.screen.query_one("#typed", Input)
        await here.pilot.press("escape")


async def test_what_does_not_fit_is_read_by_key(places: Places) -> None:
    async with DIALOGS[FailureDialog](places) as here:
        await resize(here, 40, 8)
        body, frame = here.screen.query_one("#dialog-body"), here.screen.query_one("#dialog")
        await wait_for(here.pilot, lambda: "PgDn reads on" in str(frame.border_subtitle))
        assert body.scroll_y == 0
        for _ in range(40):
            await here.pilot.press("pagedown")
        await wait_for(here.pilot, lambda: 0 < body.scroll_y == body.max_scroll_y)
        for _ in range(40):
            await here.pilot.press("pageup")
        await wait_for(here.pilot, lambda: body.scroll_y == 0)
        await resize(here, 120, 40)
        await wait_for(here.pilot, lambda: "PgDn" not in str(frame.border_subtitle))


async def test_a_size_that_changes_below_a_second_dialog_reaches_both(places: Places) -> None:
    async with DIALOGS[FailureDialog](places) as here:
        await here.pilot.press("c")
        await here.goes_to(ReasonDialog)
        await resize(here, 40, 8)
        await wait_for(here.pilot, lambda: answerable(here))
        await here.pilot.press("escape")
        await here.goes_to(FailureDialog)
        assert isinstance(here.screen, Dialog)
        await wait_for(here.pilot, lambda: answerable(here))

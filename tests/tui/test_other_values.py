"""A failed step is tried again with another value for a parameter."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from textual.widgets import Input, Static

from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.params import ParamsDialog
from tests.tui.conftest import drilling, wait_for
from tests.tui.staged_program import FAILURE
from tests.tui.storyteller import Storyteller


async def test_an_empty_field_says_what_belongs_there() -> None:
    failure = replace(FAILURE, params={"required_tables": ""})
    async with drilling(Storyteller().until_failure()) as (seat, _, pilot):
        asking = asyncio.create_task(seat.desk.ask_failure(failure))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, FailureDialog))
        await pilot.press("v")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ParamsDialog))
        field = pilot.app.screen.query_one("#value-required_tables", Input)
        assert "Comma-separated tables" in field.placeholder
        asking.cancel()


async def test_a_failed_step_is_tried_again_with_another_value() -> None:
    failure = replace(FAILURE, params={"jobs": "0", "keep_backup": "false"})
    async with drilling(Storyteller().until_failure()) as (seat, _, pilot):
        asking = asyncio.create_task(seat.desk.ask_failure(failure))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, FailureDialog))
        await pilot.press("v")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ParamsDialog))
        dialog, complaint = pilot.app.screen, pilot.app.screen.query_one("#dialog-complaint", Static)
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Nothing has another value yet" in str(complaint.content))
        await pilot.press("end", "x", "enter")
        await wait_for(pilot, lambda: "no int" in str(complaint.content))
        await pilot.press("backspace", "backspace", "4")
        dialog.query_one("#value-keep_backup").focus()
        await pilot.press("space", "tab", "tab")
        await pilot.click("#go")
        answer = await asking
        assert (answer.choice, answer.by) == ("retry", "Ada Lovelace")
        assert answer.params == {"jobs": "4", "keep_backup": "true"}

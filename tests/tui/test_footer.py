"""Every key of the footer is on the screen, also where there is least room for it."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from textual.widgets._footer import FooterKey

from drill_tui.runbook.mode import Mode
from tests.tui.conftest import drilling, wait_for
from tests.tui.storyteller import RESTORE_GATE, Storyteller


@pytest.mark.parametrize(("size", "gap"), [((80, 24), 1), ((120, 36), 2)])
async def test_a_training_with_an_open_question_has_every_key(size: tuple[int, int], gap: int) -> None:
    async with drilling(Storyteller(Mode.TRAINING).until_gate(), size=size) as (seat, screen, pilot):
        question = asyncio.ensure_future(seat.desk.ask_gate(RESTORE_GATE))
        await wait_for(pilot, lambda: pilot.app.screen is not screen)
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(screen.query(FooterKey)) == 10)
        await pilot.pause()
        keys = [key.region for key in screen.query(FooterKey)]
        assert max(region.right for region in keys) <= size[0]
        assert [b.x - a.right for a, b in itertools.pairwise(keys)] == [gap] * 9
        question.cancel()

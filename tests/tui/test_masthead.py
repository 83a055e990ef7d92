"""The stopwatch of a drill that measures nothing: its own time, with the people's apart."""

from __future__ import annotations

import pytest

from drill_tui.engine.record.events import GateOpened
from drill_tui.tui.looks import Tone, of_clock
from drill_tui.tui.widgets.masthead import stopwatch_of
from drill_tui.verdict.state import DrillState
from tests.tui.storyteller import Storyteller

NOTHING_MEASURED = """
version: 1
id: gates
title: Gates
criteria: {restored: {title: Restored, steps: [restore]}}
steps:
  - {id: restore, title: Restore, gate: {kind: confirm, prompt: 'Go on?'}}
"""


@pytest.mark.parametrize(
    ("spent_s", "limit_s", "tone"),
    [
        (79, 100, Tone.GOOD),
        (80, 100, Tone.WARN),
        (100, 100, Tone.WARN),
        (101, 100, Tone.BAD),
        (9, None, Tone.PLAIN),
    ],
)
def test_the_clock_is_amber_at_80_percent_and_red_past_its_objective(
    spent_s: float, limit_s: float | None, tone: Tone
) -> None:
    assert of_clock(spent_s, limit_s) is tone


def test_waiting_for_people_is_not_machine_time() -> None:
    story = Storyteller(runbook_text=NOTHING_MEASURED).start().wait(3).begin("restore")
    story.tell(GateOpened(step="restore", kind="confirm", prompt="Go on?")).wait(20)
    clock = stopwatch_of(DrillState.of(story.records), story.now).span
    assert clock.wall_s == pytest.approx(clock.machine_s + 20)
    assert clock.human_s == pytest.approx(20)

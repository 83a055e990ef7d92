"""A run that is resumed late: its steps have their whole time-out again, the drill has only its deadline."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import EndReason, Outcome
from drill_tui.engine.record.journal import read_journal
from drill_tui.verdict.fold import fold
from tests.engine.crashing import CLEANUP
from tests.engine.rig import Rig
from tests.engine.stand_ins import FakeClock, of_type
from tests.engine.test_recovery import cut_after, ran, resume

DEADLINE = "deadline: 1h"


def resumed_at(rig: Rig, gap_s: float) -> tuple[FakeClock, asyncio.Task[EndReason]]:
    later = FakeClock(read_journal(rig.run_dir / "events.jsonl")[-1].at + gap_s)
    return later, asyncio.create_task(resume(rig.run_dir, clock=later))


async def test_a_step_after_a_crash_has_its_whole_time_out_but_the_deadline_counts_from_the_start(
    tmp_path: Path,
) -> None:
    step = "  - {id: a, title: A, run: 'sleep 60', timeout: 40m, idempotent: true}"
    rig = Rig(tmp_path, steps=step, head=DEADLINE, clock=FakeClock())
    task = rig.start()
    await rig.listener.until_type("process.started", "a")
    rig.control.abort("Ann")
    await task
    cut_after(rig, "process.started", "a")
    later, going_on = resumed_at(rig, 30 * 60)
    await later.until_asleep(30 * 60)
    await later.until_asleep(40 * 60)
    later.advance(30 * 60)
    assert await going_on is EndReason.DEADLINE
    report = fold(read_journal(rig.run_dir / "events.jsonl"))
    assert [attempt.outcome for attempt in report.steps[0].attempts] == ["interrupted", "cancelled"]
    assert report.verdict == "error"
    told = "longer than the runbook's deadline of 1h, 30m of it without a process"
    assert told in report.steps[0].attempts[-1].reason
    assert told in (report.failure_reason or "")


@pytest.mark.parametrize("cut", ["process.started", "step.ended"])
async def test_past_its_deadline_a_resumed_drill_goes_straight_to_cleanup(tmp_path: Path, cut: str) -> None:
    steps = """
  - {id: make, title: Make, uses: thing.make, idempotent: true}
  - {id: a, title: A, run: 'echo a >>ran', idempotent: true}
  - {id: b, title: B, run: 'echo b >>ran'}"""
    rig = Rig(tmp_path, steps=steps, cleanup=CLEANUP, head=DEADLINE, clock=FakeClock())
    await rig.run()
    cut_after(rig, cut, "a")
    (tmp_path / "thing").mkdir()
    _, going_on = resumed_at(rig, 2 * 3600)
    assert await going_on is EndReason.DEADLINE
    assert ran(rig.run_dir) == ["a", "b"], "nothing runs again"
    records = read_journal(rig.run_dir / "events.jsonl")
    ended = {e.step: e.outcome for e in of_type(records, ev.StepEnded)}
    interrupted = cut == "process.started"
    assert ended["a"] is (Outcome.INTERRUPTED if interrupted else Outcome.PASSED)
    assert ended["b"] is Outcome.SKIPPED
    assert not (tmp_path / "thing").exists()
    report = fold(records)
    assert report.verdict == "error"
    assert "2h of it without a process" in (report.failure_reason or "")

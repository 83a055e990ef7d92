"""kill -9 at every event: what is left is found, removed exactly, or gone on with."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.ports import Clock, Operator
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import CleanupResult, EndReason, Outcome, Record
from drill_tui.engine.record.journal import read_journal
from drill_tui.engine.recovery.recover import RecoveryError, clean_run, find_orphans, resume_drill
from drill_tui.engine.run.control import DrillControl
from tests.engine.rig import HURRY, Rig, make_toolbox
from tests.engine.stand_ins import FakeClock, Listener, ScriptedOperator, of_type

ENVIRONMENT = {"PATH": os.environ["PATH"], "WORD": "open sesame"}


WHOLE = 999


def crashed(directory: Path, *at: int) -> list[Path]:
    """The run directory of each crash, the earliest first; without numbers, one for each event of the drill.

    The last one, or number WHOLE, is a run that was not cut off.
    """
    command = [sys.executable, "-m", "tests.engine.crashing", str(directory), *map(str, at)]
    subprocess.run(command, check=True, timeout=150)
    return [path.parent for path in sorted(directory.glob("*/artifacts/*/events.jsonl"))]


def crashed_after(directory: Path, kind: str, step: str) -> Path:
    """A run that was killed right after the first event of this kind of this step."""
    (whole,) = crashed(directory / "whole", WHOLE)
    seq = next(
        record.seq
        for record in read_journal(whole / "events.jsonl")
        if kind == record.event.TYPE and getattr(record.event, "step", "") == step
    )
    return crashed(directory, seq)[0]


async def resume(
    run_dir: Path,
    operator: Operator | None = None,
    listener: Listener | None = None,
    *,
    clock: Clock | None = None,
    confirmations: Sequence[str] = (),
) -> EndReason:
    return await resume_drill(
        run_dir,
        environment=ENVIRONMENT,
        toolbox=make_toolbox(),
        operator=operator,
        sinks=[listener or Listener()],
        control=DrillControl(),
        clock=clock or SystemClock(),
        confirmations=confirmations,
        grace=HURRY,
    )


def ran(run_dir: Path) -> list[str]:
    path = run_dir.parents[1] / "ran"
    return path.read_text().split() if path.exists() else []


async def test_clean_removes_exactly_what_a_crash_left_wherever_it_happened(tmp_path: Path) -> None:
    *runs, whole = crashed(tmp_path)
    assert len(runs) == len(read_journal(whole / "events.jsonl"))
    assert [find_orphans(run.parent) for run in runs[:-1]] == [[run] for run in runs[:-1]]
    assert find_orphans(runs[-1].parent) == []
    for run in runs:
        bystander = run.parents[1] / "bystander"
        bystander.mkdir()
        lines: list[str] = []
        outcome = await clean_run(run, make_toolbox(), lines.append, environment=ENVIRONMENT)
        assert outcome.result is CleanupResult.CLEAN, run
        assert not (run.parents[1] / "thing").exists(), run
        assert not (run / "private").exists(), run
        assert bystander.exists()
        assert find_orphans(run.parent) == []
        records = read_journal(run / "events.jsonl")
        assert records[-1].event.TYPE == "drill.ended"
        assert _every_step_ended(records), run


async def test_resume_goes_on_from_the_last_finished_step_wherever_it_was_cut_off(tmp_path: Path) -> None:
    *runs, _ = crashed(tmp_path)
    for run in runs[:-1]:
        before = read_journal(run / "events.jsonl")
        had_ended = {e.step: e for e in of_type(before, ev.StepEnded)}
        operator = ScriptedOperator()
        cleaning = bool(of_type(before, ev.CleanupStarted))
        assert await resume(run, operator) is EndReason.COMPLETED, run
        records = read_journal(run / "events.jsonl")
        after = {e.step: e for e in of_type(records, ev.StepEnded)}
        assert {step: e.outcome for step, e in after.items()} == dict.fromkeys(
            ["make", "again", "once", "last", "drop"], Outcome.PASSED
        ), run
        assert {step: after[step] for step in had_ended} == had_ended, run
        words = ran(run)
        assert words.count("again") >= 1
        assert words.index("once1") < words.index("last") < words.index("DB_HOST=thing.invalid")
        for step, word in (("again", "again"), ("once", "once1"), ("last", "last")):
            times = len([e for e in of_type(records, ev.ProcessStarted) if e.step == step])
            assert words.count(word) <= times, run
            assert step not in had_ended or times == 1, run
        assert not (run.parents[1] / "thing").exists(), run
        assert cleaning or of_type(records, ev.DrillRecovered)[0].how == "resume"


@pytest.mark.parametrize("kind", ["attempt.started", "process.started"])
async def test_headless_a_step_that_is_not_idempotent_is_not_repeated(tmp_path: Path, kind: str) -> None:
    run = crashed_after(tmp_path, kind, "once")
    assert await resume(run) is EndReason.CRASHED
    ended = {e.step: e for e in of_type(read_journal(run / "events.jsonl"), ev.StepEnded)}
    assert ended["once"].outcome is Outcome.INTERRUPTED
    assert ended["last"].outcome is Outcome.SKIPPED
    assert not (run.parents[1] / "thing").exists()


async def test_a_person_is_asked_before_such_a_step_is_repeated(tmp_path: Path) -> None:
    run = crashed_after(tmp_path, "process.started", "once")
    operator = ScriptedOperator(reruns=True)
    assert await resume(run, operator) is EndReason.COMPLETED
    assert operator.rerun_asked == ["once"]
    attempts = [e for e in of_type(read_journal(run / "events.jsonl"), ev.AttemptEnded) if e.step == "once"]
    assert [(a.attempt, a.outcome) for a in attempts] == [(1, Outcome.INTERRUPTED), (2, Outcome.PASSED)]


async def test_what_died_with_the_process_is_brought_back(tmp_path: Path) -> None:
    run = crashed_after(tmp_path, "step.ended", "again")
    await resume(run, ScriptedOperator())
    outputs = [e for e in of_type(read_journal(run / "events.jsonl"), ev.OutputsRecorded) if e.step == "make"]
    assert "revived" in outputs[-1].outputs


async def test_a_torn_last_line_is_dropped_and_the_run_goes_on(tmp_path: Path) -> None:
    (run,) = crashed(tmp_path, 6)
    journal = run / "events.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole.splitlines()[-1][:40])
    assert await resume(run, ScriptedOperator()) is EndReason.COMPLETED
    assert read_journal(journal)[-1].event.TYPE == "drill.ended"


async def test_a_run_that_had_written_nothing_is_no_orphan(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("torn", b'{"v":1,"seq":1,')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.jsonl").write_bytes(content)
    assert find_orphans(tmp_path) == []


async def test_clean_after_keep_and_after_leftovers(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps="  - {id: make, title: A, uses: thing.make}", keep=True)
    await rig.run()
    lines: list[str] = []
    outcome = await clean_run(rig.run_dir, make_toolbox(), lines.append, environment=ENVIRONMENT)
    assert outcome.result is CleanupResult.CLEAN
    assert not (tmp_path / "thing").exists()
    assert f"removed directory {tmp_path}/thing" in lines
    again: list[str] = []
    await clean_run(rig.run_dir, make_toolbox(), again.append, environment=ENVIRONMENT)
    assert again == ["nothing is left of this run"]
    ended = of_type(read_journal(rig.run_dir / "events.jsonl"), ev.DrillEnded)
    assert {e.reason for e in ended} == {EndReason.COMPLETED}


async def test_what_is_not_this_runs_is_left_alone_by_cleanup_and_by_clean(tmp_path: Path) -> None:
    made = "  - {{id: make_{0}, title: A, uses: thing.make, with: {{name: {0}}}}}"
    rig = Rig(
        tmp_path,
        steps="\n".join(made.format(name) for name in ("ours", "theirs")),
        cleanup="  - {id: look, title: L, uses: thing.leave, after: make_theirs, with: {of: make_theirs}}",
    )
    await rig.run()
    (told,) = of_type(rig.journal(), ev.CleanupEnded)
    left = (
        f"directory {tmp_path}/theirs (from step make_theirs)",
        "the thing is somebody else's; it is left alone",
    )
    assert told.leftovers == left
    assert rig.setup.private_dir.is_dir(), "the way in is needed to ask again"
    outcome = await clean_run(rig.run_dir, make_toolbox(), print, environment=ENVIRONMENT)
    assert outcome.leftovers == left
    assert ((tmp_path / "theirs").is_dir(), (tmp_path / "ours").exists()) == (True, False)


async def test_a_failed_step_stays_failed_when_the_crash_came_before_cleanup(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path, steps="  - {id: a, title: A, run: 'exit 1'}\n  - {id: b, title: B, run: 'echo b >>ran'}"
    )
    await rig.run()
    cut_after(rig, "step.ended", "a")
    assert await resume(rig.run_dir) is EndReason.FAILED
    assert ran(rig.run_dir) == []


async def test_down_time_is_not_counted_as_work_or_waiting(tmp_path: Path) -> None:
    clock = FakeClock()
    operator = ScriptedOperator(hold=asyncio.Event())
    rig = Rig(
        tmp_path,
        clock=clock,
        operator=operator,
        steps="  - {id: a, title: A, gate: {kind: confirm, prompt: Go?}}",
    )
    task = rig.start()
    await rig.listener.until_type("gate.opened", "a")
    clock.advance(60)
    rig.control.note("Ann", "still waiting")
    rig.control.abort("Ann")
    await task
    cut_after(rig, "note.added", "")
    later = FakeClock(clock.now() + 1000)
    await resume_drill(
        rig.run_dir,
        environment=ENVIRONMENT,
        toolbox=make_toolbox(),
        operator=ScriptedOperator(),
        sinks=[],
        control=DrillControl(),
        clock=later,
    )
    first, second = of_type(read_journal(rig.run_dir / "events.jsonl"), ev.GateAnswered)
    assert (first.answer, first.wait_s) == ("cancelled", 60)
    assert (second.answer, second.wait_s) == ("approved", 0)
    assert of_type(read_journal(rig.run_dir / "events.jsonl"), ev.DrillRecovered)[0].down_s == 1000


async def test_an_abort_survives_the_crash(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps="  - {id: a, title: A, run: 'sleep 60'}")
    task = rig.start()
    await rig.listener.until_type("process.started", "a")
    rig.control.abort("Ann")
    await task
    cut_after(rig, "abort.requested", "")
    assert await resume(rig.run_dir) is EndReason.ABORTED


async def test_headless_a_gate_that_nobody_answers_is_no_reason_to_throw_the_run_away(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        steps="  - {id: a, title: A, run: 'true'}\n"
        "  - {id: b, title: B, gate: {kind: type, prompt: Type, text: wipe}, run: 'echo b >>ran'}",
    )
    await rig.run()
    cut_after(rig, "step.ended", "a")
    with pytest.raises(RecoveryError, match=r"types wipe.*--confirm wipe"):
        await resume(rig.run_dir)
    reason = await resume(rig.run_dir, confirmations=["wipe"])
    assert reason is EndReason.COMPLETED
    assert ran(rig.run_dir) == ["b", "b"]


def _every_step_ended(records: list[Record]) -> bool:
    started = {e.step for e in of_type(records, ev.StepStarted)}
    return started <= {e.step for e in of_type(records, ev.StepEnded)}


def cut_after(rig: Rig, kind: str, step: str) -> None:
    """Make the journal end where a crash would have ended it."""
    path = rig.run_dir / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for index, line in enumerate(lines):
        data = json.loads(line)
        if data["type"] == kind and data["data"].get("step", "") == step:
            path.write_bytes(b"".join(lines[: index + 1]))
            return
    raise AssertionError(kind)

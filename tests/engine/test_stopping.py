"""Every way to stop a drill, at every point, ends with cleanup done."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import CleanupResult, EndReason
from drill_tui.engine.record.stage import Stage
from drill_tui.engine.run.control import DrillControl, Interrupted
from drill_tui.engine.run.signals import install_signal_handlers
from tests.engine.rig import Rig
from tests.engine.stand_ins import FakeClock, ScriptedOperator, of_type

CLEANUP = "  - {id: drop, title: Drop, uses: thing.drop, with: {of: make}, after: make}"
STEPS = """
  - {id: make, title: Make, uses: thing.make}
  - id: work
    title: Work
    gate: {kind: confirm, prompt: Go?}
    run: 'exit 1'
    retry: {attempts: 2, delay: 30s}
  - {id: rest, title: Rest, uses: thing.forever}
"""
MAKE = "  - {id: make, title: A, uses: thing.make}"
UNTIL_GO = "  - {id: a, title: A, run: 'until [ -e go ]; do sleep 0.02; done'}"
MOMENTS = [
    ("step.started", "make"),
    ("attempt.started", "make"),
    ("resource.claimed", "make"),
    ("step.ended", "make"),
    ("gate.opened", "work"),
    ("attempt.started", "work"),
    ("process.started", "work"),
    ("attempt.ended", "work"),
    ("retry.scheduled", "work"),
]


@pytest.mark.parametrize(("kind", "step"), MOMENTS)
async def test_abort_at_every_moment_cleans_up(tmp_path: Path, kind: str, step: str) -> None:
    class Aborter:
        def on_record(self, record: ev.Record) -> None:
            if kind == record.event.TYPE and getattr(record.event, "step", "") == step:
                rig.control.abort("Ann", reason="test")

        def on_log(self, chunk: ev.LogChunk) -> None: ...

        def on_progress(self, progress: ev.Progress) -> None: ...

    rig = Rig(tmp_path, steps=STEPS, cleanup=CLEANUP, sinks=[Aborter()])
    async with asyncio.timeout(60):
        assert await rig.run() is EndReason.ABORTED
    _cleaned(rig)
    assert rig.results()["rest"] == "skipped"


async def test_cancelling_the_task_still_cleans_up(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps=STEPS.replace("exit 1", "sleep 60"), cleanup=CLEANUP)
    task = rig.start()
    await rig.listener.until_type("process.started", "work")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    _cleaned(rig)
    assert rig.listener.types[-1] == "drill.ended"


@pytest.mark.usefixtures("none_ignored")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_the_drill_in_order(tmp_path: Path, number: signal.Signals) -> None:
    rig = Rig(tmp_path, steps=STEPS.replace("exit 1", "sleep 60"), cleanup=CLEANUP)
    with install_signal_handlers(rig.control):
        task = rig.start()
        await rig.listener.until_type("process.started", "work")
        os.kill(os.getpid(), number)
        assert await task is EndReason.SIGNAL
    _cleaned(rig)
    abort = of_type(rig.listener.records, ev.AbortRequested)[0]
    assert abort == ev.AbortRequested(by=number.name, via="signal", reason=f"received {number.name}")


async def test_nohup_is_respected(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with install_signal_handlers(DrillControl()):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_the_watchdog_ends_a_drill_past_its_deadline(tmp_path: Path) -> None:
    clock = FakeClock()
    rig = Rig(
        tmp_path, clock=clock, head="deadline: 1h", steps=STEPS.replace("exit 1", "exit 0"), cleanup=CLEANUP
    )
    task = rig.start()
    await rig.listener.until_type("attempt.started", "rest")
    await clock.until_asleep(3600)
    clock.advance(3600)
    assert await task is EndReason.DEADLINE
    _cleaned(rig)


@pytest.mark.parametrize(
    ("gate_answer", "reason", "outcome"),
    [("rejected", EndReason.REJECTED, "rejected"), ("expired", EndReason.EXPIRED, "expired")],
)
async def test_rejecting_and_expiring_are_two_things(
    tmp_path: Path, gate_answer: str, reason: EndReason, outcome: str
) -> None:
    from drill_tui.engine.ports import GateAnswer

    clock = FakeClock()
    operator = ScriptedOperator(
        gates=[GateAnswer(answer="rejected", reason="no")],
        hold=asyncio.Event() if gate_answer == "expired" else None,
    )
    steps = STEPS.replace("prompt: Go?", "prompt: Go?, timeout: 10m")
    rig = Rig(tmp_path, clock=clock, steps=steps, cleanup=CLEANUP, operator=operator)
    task = rig.start()
    if gate_answer == "expired":
        await clock.until_asleep(600)
        clock.advance(600)
    assert await task is reason
    assert rig.results()["work"] == outcome
    answered = of_type(rig.listener.records, ev.GateAnswered)[0]
    assert answered.answer == gate_answer
    assert answered.wait_s == (600 if gate_answer == "expired" else 0)
    _cleaned(rig)


async def test_pause_acts_between_steps_and_is_timed(tmp_path: Path) -> None:
    clock = FakeClock()
    rig = Rig(
        tmp_path,
        clock=clock,
        steps=f"{UNTIL_GO}\n  - {{id: b, title: B, run: 'true'}}",
    )
    task = rig.start()
    await rig.listener.until_type("process.started", "a")
    rig.control.pause("Ann", "lunch")
    assert rig.control.pausing
    assert not rig.control.paused
    (tmp_path / "go").touch()
    await rig.listener.until_type("pause.started")
    assert rig.control.paused
    clock.advance(60)
    rig.control.resume("Bob")
    assert await task is EndReason.COMPLETED
    at = {r.event.TYPE: r.at for r in rig.listener.records}
    assert at["pause.ended"] - at["pause.started"] == 60


async def test_abort_ends_a_pause(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps="  - {id: a, title: A, run: 'true'}")
    rig.control.pause("Ann", "wait")
    task = rig.start()
    await rig.listener.until_type("pause.started")
    rig.control.abort("Ann")
    assert await task is EndReason.ABORTED
    assert rig.listener.types.index("pause.ended") > rig.listener.types.index("pause.started")


async def test_the_ladder_of_interrupts_during_cleanup(tmp_path: Path) -> None:
    clock = FakeClock()
    cleanup = """
  - {id: slow, title: Slow, run: 'sleep 60'}
  - {id: slower, title: Slower, run: 'sleep 60'}
  - {id: never, title: Never, run: 'true'}
"""
    rig = Rig(tmp_path, clock=clock, steps=MAKE, cleanup=cleanup)
    task = rig.start()
    await rig.listener.until_type("process.started", "slow")
    assert rig.control.stage is Stage.CLEANUP
    assert rig.control.would_leave() == (f"directory {tmp_path}/thing (from step make)",)
    assert rig.control.interrupt("SIGINT") is Interrupted.IGNORED
    clock.advance(3.5)
    assert rig.control.interrupt("SIGINT") is Interrupted.IGNORED
    clock.advance(2)
    assert rig.control.interrupt("SIGINT") is Interrupted.SKIPPED
    await rig.listener.until_type("process.started", "slower")
    assert rig.control.interrupt("SIGINT") is Interrupted.QUIT
    assert await task is EndReason.COMPLETED
    assert rig.results() == {"make": "passed", "slow": "cancelled", "slower": "cancelled", "never": "skipped"}
    ended = of_type(rig.listener.records, ev.CleanupEnded)[0]
    assert ended.result is CleanupResult.LEFTOVERS
    assert f"directory {tmp_path}/thing (from step make)" in ended.leftovers
    assert rig.control.interrupt("SIGINT") is Interrupted.NOTHING


async def test_cleanup_goes_on_after_a_failing_step_and_disposes_of_every_claim(tmp_path: Path) -> None:
    cleanup = """
  - {id: broken, title: Broken, uses: thing.fail}
  - {id: unneeded, title: Unneeded, run: 'true', after: late}
  - {id: last, title: Last, run: 'echo last'}
"""
    steps = "  - {id: make, title: A, uses: thing.make}\n  - {id: bad, title: B, run: 'exit 1'}\n"
    rig = Rig(tmp_path, steps=steps + "  - {id: late, title: C, run: 'true'}", cleanup=cleanup)
    assert await rig.run() is EndReason.FAILED
    assert rig.results() == {
        "make": "passed",
        "bad": "failed",
        "late": "skipped",
        "broken": "error",
        "unneeded": "skipped",
        "last": "passed",
    }
    assert "disposed of thing" in (rig.run_dir / "logs" / "cleanup.log").read_text()
    _cleaned(rig)


async def test_nothing_is_disposed_of_without_its_mark(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        steps=f"{MAKE}\n  - {{id: b, title: B, run: 'echo other >thing/.drill-run'}}",
    )
    assert await rig.run() is EndReason.COMPLETED
    ended = of_type(rig.listener.records, ev.CleanupEnded)[0]
    assert ended.result is CleanupResult.LEFTOVERS
    assert (tmp_path / "thing").exists()


async def test_keep_leaves_everything_and_says_so(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps=MAKE, cleanup=CLEANUP, keep=True)
    assert await rig.run() is EndReason.COMPLETED
    ended = of_type(rig.listener.records, ev.CleanupEnded)[0]
    assert ended == ev.CleanupEnded(
        result=CleanupResult.KEPT, leftovers=(f"directory {tmp_path}/thing (from step make)",)
    )
    assert rig.setup.private_dir.is_dir()


@pytest.mark.parametrize("until", ["resource.released", "never"])
async def test_a_journal_that_cannot_be_written_ends_the_drill_but_not_its_cleanup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    rig = Rig(tmp_path, steps=STEPS.replace("exit 1", "true"), cleanup=CLEANUP)
    real, full = os.write, [False]

    def write(fd: int, data: bytes) -> int:
        """A disk that is full from the second step on, until cleanup frees it."""
        if b'"attempt.started","data":{"step":"work"' in bytes(data):
            full[0] = True
        if full[0] and rig.listener.seen(until):
            full[0] = False
        if full[0]:
            real(fd, bytes(data)[:7])
            raise OSError(28, "No space left on device")
        return real(fd, data)

    monkeypatch.setattr("drill_tui.engine.record.journal.os.write", write)
    assert await rig.run() is EndReason.ERROR
    monkeypatch.undo()
    assert not (tmp_path / "thing").exists()
    ended = of_type(rig.listener.records, ev.DrillEnded)[0]
    assert ended.reason is EndReason.ERROR
    assert ended.detail.endswith("events.jsonl: No space left on device; free some space on that disk")
    journal = rig.journal()
    assert journal == rig.listener.records[: len(journal)]
    assert (journal[-1].event.TYPE == "drill.ended") == (until != "never")
    assert rig.results() == {"make": "passed", "work": "error", "rest": "skipped", "drop": "passed"}


async def test_notes_hints_and_guesses_are_journaled_even_before_the_start(tmp_path: Path) -> None:
    control = DrillControl()
    control.note("Ann", "ready")
    rig = Rig(tmp_path, steps=UNTIL_GO, control=control)
    task = rig.start()
    await rig.listener.until_type("process.started", "a")
    control.hint("a", 0, "Bob")
    control.guess("a", "Bob", "it \x1b[1mwaits")
    control.shell_opened("a", "Bob")
    control.shell_closed("a", 0)
    (tmp_path / "go").touch()
    await task
    control.note("Ann", "too late")
    notes = of_type(rig.listener.records, ev.NoteAdded)
    assert [n.text for n in notes] == ["ready"]
    assert ev.GuessMade(step="a", by="Bob", text="it waits") in rig.listener.events
    assert ev.ShellClosed(step="a", exit_code=0) in rig.listener.events


def _cleaned(rig: Rig) -> None:
    ended = of_type(rig.listener.records, ev.CleanupEnded)[0]
    assert ended == ev.CleanupEnded(result=CleanupResult.CLEAN)
    assert not (rig.directory / "thing").exists()
    assert not rig.setup.private_dir.exists()

"""Failures: what is retried, who is asked, what it counts for, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.engine.ports import FailureAnswer
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import EndReason, Outcome, Result
from drill_tui.engine.run.plan import DrillRefusedError
from drill_tui.verdict.state import DrillState
from tests.engine.rig import Rig
from tests.engine.stand_ins import FakeClock, ScriptedOperator, of_type


async def test_retries_keep_every_attempt(tmp_path: Path) -> None:
    clock = FakeClock()
    rig = Rig(
        tmp_path,
        clock=clock,
        steps="""
  - id: a
    title: A
    run: '[ "$DRILL_ATTEMPT" = 3 ] || exit 75'
    retry: {attempts: 3, delay: 30s, backoff: 2, exit_codes: [75]}
""",
    )
    task = rig.start()
    for delay_s in (30, 60):
        await clock.until_asleep(delay_s)
        clock.advance(delay_s)
    assert await task is EndReason.COMPLETED
    attempts = of_type(rig.listener.records, ev.AttemptEnded)
    assert [(a.attempt, a.outcome, a.exit_code) for a in attempts] == [
        (1, Outcome.FAILED, 75),
        (2, Outcome.FAILED, 75),
        (3, Outcome.PASSED, 0),
    ]
    assert rig.log("a") == "drill-tui: attempt 2\ndrill-tui: attempt 3\n"
    assert [e.by for e in of_type(rig.listener.records, ev.RetryScheduled)] == ["policy:retry"] * 2


async def test_an_exit_code_that_is_not_listed_is_not_retried(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        steps="  - {id: a, title: A, run: 'exit 2', retry: {attempts: 3, exit_codes: [75]}}",
    )
    assert await rig.run() is EndReason.FAILED
    assert len(of_type(rig.listener.records, ev.AttemptEnded)) == 1


@pytest.mark.parametrize(
    ("policy", "reason", "result", "next_runs"),
    [
        ("stop", EndReason.FAILED, Result.FAIL, False),
        ("continue", EndReason.COMPLETED, Result.FAIL, True),
        ("ignore", EndReason.COMPLETED, Result.WARN, True),
    ],
)
async def test_on_failure(
    tmp_path: Path, policy: str, reason: EndReason, result: Result, next_runs: bool
) -> None:
    rig = Rig(
        tmp_path,
        steps=f"""
  - {{id: a, title: A, run: 'exit 1', on_failure: {policy}}}
  - {{id: b, title: B, run: 'true'}}
""",
    )
    assert await rig.run() is reason
    ended = {e.step: e for e in of_type(rig.listener.records, ev.StepEnded)}
    assert ended["a"].outcome is Outcome.FAILED
    assert ended["a"].result is result
    assert (ended["b"].outcome is Outcome.PASSED) == next_runs
    assert next_runs or ended["b"].reason == "not reached: step a ended the drill"


async def test_people_may_retry_continue_with_a_reason_or_abort(tmp_path: Path) -> None:
    operator = ScriptedOperator(
        failures=[
            FailureAnswer(choice="retry", by="Ann"),
            FailureAnswer(choice="continue", by="Ann", reason=" "),
            FailureAnswer(choice="continue", by="Ann", reason="known"),
            FailureAnswer(choice="abort", by="Bob", reason="enough"),
        ]
    )
    rig = Rig(
        tmp_path,
        operator=operator,
        steps="  - {id: a, title: A, run: 'exit 1'}\n  - {id: b, title: B, run: 'exit 1'}",
    )
    assert await rig.run() is EndReason.ABORTED
    assert rig.results() == {"a": "failed", "b": "failed"}
    answers = of_type(rig.listener.records, ev.FailureAnswered)
    assert [(a.step, a.choice, a.reason) for a in answers] == [
        ("a", "retry", ""),
        ("a", "continue", "known"),
        ("b", "abort", "enough"),
    ]
    assert [f.attempt for f in operator.failed] == [1, 2, 2, 1]
    assert operator.failed[0].environment["DRILL_STEP"] == "a"


HEAD = """params:
  which: {default: old, pattern: '[a-z]+'}
  key: {type: secret, env: KEY}
  count: {type: int, default: 1}
"""
ASKED = """
  - id: a
    title: A
    run: [sh, -c, 'test "$0" = new', '${params.which}']
    env: {KEY: '${params.key}'}
  - id: b
    title: B
    run: [test, '${params.which}', '=', new]
    gate: {kind: confirm, prompt: 'Sure?', when: {param: which, is: new}}
"""


async def test_a_retry_may_have_another_value_for_what_the_step_is_given(tmp_path: Path) -> None:
    """And no other parameter, no value that is none, and nothing with another choice."""
    wrong = [
        FailureAnswer(choice="retry", by="Ann", params={"count": "2"}),
        FailureAnswer(choice="retry", by="Ann", params={"key": "x"}),
        FailureAnswer(choice="retry", by="Ann", params={"which": "7"}),
        FailureAnswer(choice="abort", by="Ann", params={"which": "new"}),
    ]
    operator = ScriptedOperator(
        failures=[*wrong, FailureAnswer(choice="retry", by="Ann", params={"which": "new"})]
    )
    rig = Rig(tmp_path, operator=operator, head=HEAD, steps=ASKED, environment={"KEY": "a-secret-word"})
    assert await rig.run() is EndReason.COMPLETED
    assert rig.results() == {"a": "passed", "b": "passed"}
    assert [failure.params for failure in operator.failed] == [{"which": "old"}] * 5
    assert [gate.step for gate in operator.asked] == ["b"], "its gate depends on the value of now"
    (answered,) = of_type(rig.listener.records, ev.FailureAnswered)
    assert answered.params == {"which": "new"}
    state = DrillState.of(rig.listener.records)
    assert state.params["which"] == "new"


async def test_what_cannot_be_started_is_an_error_that_says_why(tmp_path: Path) -> None:
    rig = Rig(
        tmp_path,
        steps="""
  - {id: a, title: A, uses: thing.fail, on_failure: continue}
  - {id: b, title: B, run: [no-such-program, x], on_failure: continue}
  - {id: c, title: C, run: [echo, '${steps.b.outputs.x}'], on_failure: continue}
  - {id: d, title: D, connect: a, run: 'true'}
""".replace("{id: b, title: B,", "{id: b, title: B, outputs: {x: {}},"),
    )
    assert await rig.run() is EndReason.COMPLETED
    ended = {e.step: e for e in of_type(rig.listener.records, ev.StepEnded)}
    assert (ended["a"].outcome, ended["a"].reason) == (Outcome.ERROR, "the thing is not there; make it first")
    cannot = "exit code 127: cannot run no-such-program: No such file or directory"
    assert ended["b"].outcome is Outcome.ERROR
    assert ended["b"].reason.startswith(cannot)
    assert ended["c"].reason.startswith(f"not run: step b (B) ended in an error: {cannot}")
    assert ended["d"].reason == (
        "not run: step a (A) ended in an error: the thing is not there; make it first"
    )
    assert {ended[step].result for step in "cd"} == {Result.UNPROVEN}
    assert {ended[step].outcome for step in "cd"} == {Outcome.SKIPPED}


async def test_a_drill_that_names_what_does_not_exist_is_refused(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps="  - {id: a, title: A, uses: thing.nowhere}")
    with pytest.raises(DrillRefusedError, match=r"thing\.nowhere, which does not exist"):
        await rig.run()
    assert not rig.run_dir.exists()


async def test_a_drill_whose_records_cannot_be_written_is_refused(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps="  - {id: a, title: A, uses: thing.make}")
    (tmp_path / "artifacts").write_text("a file, where a directory is needed")
    with pytest.raises(DrillRefusedError, match=r"records cannot be written.*Not a directory"):
        await rig.run()
    assert not (tmp_path / "thing").exists()


async def test_a_sink_that_raises_is_dropped_and_reported(tmp_path: Path) -> None:
    class Broken:
        def on_record(self, record: ev.Record) -> None:
            raise ValueError("no disk")

        def on_log(self, chunk: ev.LogChunk) -> None: ...

        def on_progress(self, progress: ev.Progress) -> None: ...

    rig = Rig(tmp_path, steps="  - {id: a, title: A, run: 'echo hi'}", sinks=[Broken()])
    assert await rig.run() is EndReason.COMPLETED
    notes = of_type(rig.listener.records, ev.NoteAdded)
    assert [n.text for n in notes] == ["Broken failed and gets no more events: ValueError: no disk"]


async def test_an_unexpected_exception_is_an_error_with_its_details_in_the_log(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps="  - {id: a, title: A, uses: thing.drop, with: {of: nothing}}")
    assert await rig.run() is EndReason.ERROR
    reason = of_type(rig.listener.records, ev.StepEnded)[0].reason
    assert reason == "unexpected KeyError: 'path'; the log holds the details, please report it"
    assert "Traceback (most recent call last)" in rig.log("a")

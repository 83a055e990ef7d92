"""What follows from a step that failed, broke or was refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.engine.ports import FailureAnswer, GateAnswer
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import EndReason, Outcome, Result
from drill_tui.engine.run.gates import AutoOperator
from drill_tui.runbook.mode import Mode
from tests.engine.rig import Rig
from tests.engine.stand_ins import ScriptedOperator, of_type

AFTER_A = """
  - {id: b, title: B, run: 'echo b', needs: [a], on_failure: continue}
  - {id: c, title: C, run: 'echo c', needs: [b], on_failure: continue}
  - {id: d, title: D, run: 'true'}
"""


def ended(rig: Rig) -> dict[str, ev.StepEnded]:
    return {e.step: e for e in of_type(rig.listener.records, ev.StepEnded)}


@pytest.mark.parametrize(
    ("script", "outcome", "runs"),
    [
        ("exit 1", Outcome.FAILED, True),
        ("echo 'drill-tui: no server at 10.0.0.9' >&2; echo '  Start it.' >&2; exit 3", Outcome.ERROR, False),
    ],
)
async def test_a_step_that_broke_takes_with_it_what_needs_it(
    tmp_path: Path, script: str, outcome: Outcome, runs: bool
) -> None:
    rig = Rig(tmp_path, steps=f'  - {{id: a, title: A, run: "{script}", on_failure: continue}}{AFTER_A}')
    assert await rig.run() is EndReason.COMPLETED
    came = ended(rig)
    assert came["a"].outcome is outcome
    assert came["d"].outcome is Outcome.PASSED
    if runs:
        assert came["c"].outcome is Outcome.PASSED
        return
    assert came["a"].reason == "no server at 10.0.0.9"
    told = "not run: step a (A) ended in an error: no server at 10.0.0.9"
    assert [(came[s].outcome, came[s].result, came[s].reason) for s in "bc"] == [
        (Outcome.SKIPPED, Result.UNPROVEN, told)
    ] * 2


async def test_a_person_who_continues_has_mended_it_by_hand(tmp_path: Path) -> None:
    operator = ScriptedOperator(failures=[FailureAnswer(choice="continue", by="Ann", reason="by hand")])
    rig = Rig(tmp_path, operator=operator, steps=f"  - {{id: a, title: A, run: 'exit 3'}}{AFTER_A}")
    assert await rig.run() is EndReason.COMPLETED
    assert ended(rig)["b"].outcome is Outcome.PASSED
    assert ended(rig)["a"].result is Result.ERROR


async def test_a_step_that_proved_nothing_goes_on_and_asks_nobody(tmp_path: Path) -> None:
    line = '{"criterion": "sound", "result": "unproven", "detail": "no manifest"}'
    script = f"echo '{line}' >> \"$DRILL_EVIDENCE\"; exit 6"
    operator = ScriptedOperator()
    rig = Rig(
        tmp_path,
        operator=operator,
        head="criteria: {sound: {title: Sound, evidence: [a]}}",
        steps=f"  - id: a\n    title: A\n    run: |\n      {script}{AFTER_A}",
    )
    assert await rig.run() is EndReason.COMPLETED
    assert (ended(rig)["a"].outcome, ended(rig)["a"].result) == (Outcome.UNPROVEN, Result.UNPROVEN)
    assert ended(rig)["c"].outcome is Outcome.PASSED
    assert operator.failed == []


async def test_the_exit_code_alone_proves_nothing_unproven(tmp_path: Path) -> None:
    """6 is also what curl returns for a host that it cannot resolve."""
    rig = Rig(tmp_path, steps="  - {id: a, title: A, run: 'exit 6'}")
    assert await rig.run() is EndReason.FAILED
    assert ended(rig)["a"].outcome is Outcome.FAILED


REFUSED = GateAnswer(answer="rejected", reason="not tonight")


def gated(policy: str) -> str:
    gate = "gate: {kind: confirm, prompt: Go?, auto: fail}"
    return f"  - {{id: a, title: A, run: 'echo a', on_failure: {policy}, {gate}}}{AFTER_A}"


@pytest.mark.parametrize("policy", ["stop", "continue", "ignore"])
async def test_a_refusal_ends_the_drill_with_cleanup_whatever_the_runbook_says_of_failures(
    tmp_path: Path, policy: str
) -> None:
    operator = ScriptedOperator(gates=[REFUSED])
    cleanup = "  - {id: tidy, title: Tidy, run: 'echo tidied'}"
    rig = Rig(tmp_path, operator=operator, steps=gated(policy), cleanup=cleanup)
    assert await rig.run() is EndReason.REJECTED
    came = ended(rig)
    assert came["a"].reason == "gate rejected: not tonight"
    assert {came[s].outcome for s in "bcd"} == {Outcome.SKIPPED}
    assert operator.failed == []
    assert "tidied" in rig.log("tidy")


@pytest.mark.parametrize(
    ("policy", "reason"), [("continue", EndReason.REJECTED), ("ignore", EndReason.COMPLETED)]
)
async def test_a_gate_that_the_runbook_itself_refuses_is_passed_over_only_where_it_does_not_count(
    tmp_path: Path, policy: str, reason: EndReason
) -> None:
    rig = Rig(tmp_path, mode=Mode.AUTO, steps=gated(policy))
    rig.operator = AutoOperator(rig.setup.book, rig.clock.now)
    assert await rig.run() is reason
    assert (ended(rig)["d"].outcome is Outcome.PASSED) is (policy == "ignore")

"""What a step made dies while later ones rely on it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drill_tui.engine.ports import ActionSpec, FailureAnswer, GateAnswer, Toolbox
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import EndReason, GateOpened, Outcome, Result
from drill_tui.engine.run.run_state import RunState
from drill_tui.verdict.fold import fold
from tests.engine.rig import Rig
from tests.engine.stand_ins import ScriptedOperator, approve, of_type

STEPS = """
  - {id: make, title: Make it, uses: thing.make}
  - {id: look, title: Look at it, connect: make, run: 'true'}
  - {id: use, title: Use it, connect: make, gate: {kind: confirm, prompt: Use it?}, run: 'true',
     on_failure: continue}
  - {id: after, title: After, needs: [use], run: 'true'}
"""
RETRY = FailureAnswer(choice="retry", by="Ann")


def kill(rig: Rig) -> None:
    shutil.rmtree(rig.directory / "thing")


def ended(rig: Rig) -> dict[str, ev.StepEnded]:
    return {e.step: e for e in of_type(rig.listener.records, ev.StepEnded)}


class Looked(dict[str, ActionSpec]):
    """Actions that remember the names under which they were looked for."""

    def __init__(self, actions: Mapping[str, ActionSpec]) -> None:
        super().__init__(actions)
        self.names: list[str] = []

    def get(self, name: str, default: object = None) -> Any:
        self.names.append(name)
        return super().get(name, default)


async def test_a_step_that_uses_no_action_is_looked_for_in_no_package(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps=STEPS)
    looked = Looked(rig.toolbox.actions)
    rig.toolbox = Toolbox(looked, rig.toolbox.disposers)
    assert await rig.run() is EndReason.COMPLETED
    assert set(looked.names) == {"thing.make"}


async def test_a_death_at_a_question_withdraws_it_and_is_made_good_from_where_it_was_made(
    tmp_path: Path,
) -> None:
    operator = ScriptedOperator(failures=[RETRY], hold=asyncio.Event())
    rig = Rig(tmp_path, steps=STEPS, operator=operator)
    task = rig.start()
    await rig.listener.until_type("gate.opened")
    kill(rig)
    await rig.listener.until_type("steps.reopened")
    assert operator.hold is not None
    operator.hold.set()
    assert await task is EndReason.COMPLETED
    (failure,) = operator.failed
    assert (failure.reason, failure.starts_over) == ("The thing died.", ("make", "look", "use"))
    assert [n.text for n in of_type(rig.listener.records, ev.NoteAdded)] == ["The thing died."]
    answers = [a.answer for a in of_type(rig.listener.records, ev.GateAnswered)]
    assert answers == ["cancelled", "approved"], "nobody signs for what is dead, and all sign anew"
    made = [(a.step, a.attempt) for a in of_type(rig.listener.records, ev.AttemptEnded)]
    assert made == [("make", 1), ("look", 1), ("make", 2), ("look", 2), ("use", 1), ("after", 1)]
    assert set(rig.results().values()) == {"passed"}
    report = fold(rig.journal())
    assert (report.verdict, [len(s.attempts) for s in report.steps]) == ("pass", [2, 2, 1, 1])


async def test_an_answer_that_comes_after_the_death_does_not_count(tmp_path: Path) -> None:
    def too_late(gate: GateOpened) -> GateAnswer:
        kill(rig)
        return approve(gate)

    operator = ScriptedOperator(gates=[too_late])
    rig = Rig(tmp_path, steps=STEPS, operator=operator)
    assert await rig.run() is EndReason.COMPLETED
    came = ended(rig)
    assert (came["use"].outcome, came["use"].reason) == (Outcome.ERROR, "The thing died.")
    assert came["after"].result is Result.UNPROVEN
    assert came["after"].reason == "not run: step use (Use it) ended in an error: The thing died."
    report = fold(rig.journal())
    assert (report.verdict, report.failure_reason) == (
        "error",
        "step use (Use it) ended in an error: The thing died.",
    )


async def test_a_step_that_fails_because_of_the_death_says_so_and_is_no_verdict(tmp_path: Path) -> None:
    steps = STEPS.replace(
        "confirm, prompt: Use it?}, run: 'true'", "confirm, prompt: Use it?}, run: 'rm -r thing; exit 1'"
    )
    rig = Rig(tmp_path, steps=steps)
    assert await rig.run() is EndReason.COMPLETED
    came = ended(rig)["use"]
    assert (came.outcome, came.result) == (Outcome.ERROR, Result.ERROR)
    assert came.reason == "The thing died. The step itself said: exit code 1"
    assert fold(rig.journal()).verdict == "error"


async def test_what_does_not_rely_on_it_goes_on(tmp_path: Path) -> None:
    steps = "  - {id: make, title: Make it, uses: thing.make}\n  - {id: b, title: B, run: 'rm -r thing'}\n"
    rig = Rig(tmp_path, steps=f"{steps}  - {{id: c, title: C, run: 'true'}}")
    assert await rig.run() is EndReason.COMPLETED
    assert set(rig.results().values()) == {"passed"}


def test_a_step_that_was_opened_again_asks_its_gate_again_after_a_crash() -> None:
    state = RunState(run_id="r")
    for event in (
        ev.StepStarted(step="use", phase=ev.Phase.STEPS),
        ev.GateAnswered(step="use", answer="approved"),
        ev.AttemptStarted(step="use", attempt=1, command="", log=""),
        ev.StepsReopened(steps=("use",), reason="The thing died."),
    ):
        state.apply(event, 1.0)
    run = state.step("use")
    assert (run.gate_passed, run.started_at, run.ended) == (False, 0.0, None)
    assert (run.attempts, run.attempts_before) == (1, 1)

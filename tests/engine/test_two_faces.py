"""Guided and `--auto` are one engine: the same plan, the same events, but for who answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.ports import GateAnswer, Operator
from drill_tui.engine.record import events as ev
from drill_tui.engine.run.gates import AutoOperator
from drill_tui.runbook.mode import Mode
from tests.engine.rig import Rig
from tests.engine.stand_ins import ScriptedOperator

STEPS = """
  - {id: make, title: Make, uses: thing.make}
  - id: work
    title: Work
    gate: {kind: signoff, prompt: Go?, min: 2, auto: approve}
    connect: make
    run: 'echo "x=$DB_HOST" >>"$DRILL_OUTPUT"; [ "$DRILL_ATTEMPT" = 2 ]'
    retry: {attempts: 2}
    outputs: {x: {}}
    check: [{that: x, equals: thing.invalid}]
  - id: typed
    title: Typed
    gate: {kind: type, prompt: Type, text: '${steps.work.outputs.x}', auto: approve}
  - id: note
    title: Note
    gate: {kind: note, prompt: What?, auto: approve, fields: {a: {label: A, auto: b}}}
  - id: asked
    title: Asked
    gate: {kind: type, prompt: Type, when: {param: target, is: external}, text: '${params.database}'}
    uses: thing.see
  - {id: bad, title: Bad, run: 'exit 1', on_failure: continue}
"""
CLEANUP = "  - {id: drop, title: Drop, uses: thing.drop, with: {of: make}, after: make}"


def comparable(rig: Rig) -> list[ev.Event]:
    """The events without what may differ: run, time, process, and who answered with which words."""
    return [_neutral(event) for event in rig.listener.events]


def _neutral(event: ev.Event) -> ev.Event:
    match event:
        case ev.DrillStarted():
            return replace(event, mode=Mode.AUTO, runbook_path="", project_dir="", versions={})
        case ev.ProcessStarted():
            return replace(event, pid=0, start_ticks=0)
        case ev.AttemptEnded():
            return replace(event, duration_s=0.0)
        case ev.StepEnded():
            return replace(event, duration_s=0.0, wait_s=0.0)
        case ev.GateAnswered():
            return replace(event, by=(), values={}, wait_s=0.0)
        case ev.ResourceClaimed() | ev.ResourceReleased():
            return replace(event, ref="")
        case ev.OutputsRecorded(outputs=outputs):
            return replace(event, outputs=dict.fromkeys(outputs, ""))
        case _:
            return event


HEAD = """params:
  target: {default: local, choices: [local, external]}
  database: {default: copy}
"""


@pytest.mark.parametrize("target", ["local", "external"])
@pytest.mark.parametrize("end", ["to the end", "rejected"])
async def test_the_same_plan_gives_the_same_events(tmp_path: Path, end: str, target: str) -> None:
    steps = STEPS if end == "to the end" else STEPS.replace("min: 2, auto: approve", "min: 2, auto: fail")
    plan = {"steps": steps, "cleanup": CLEANUP, "head": HEAD, "given": {"target": target}}
    auto = Rig(tmp_path / "auto", **plan, mode=Mode.AUTO)  # type: ignore[arg-type]
    auto.operator = AutoOperator(auto.setup.book, SystemClock().now, ["copy"])
    guided = Rig(tmp_path / "guided", **plan, operator=_team(end))  # type: ignore[arg-type]
    assert await auto.run() is await guided.run()
    assert comparable(auto) == comparable(guided)
    asked = [event.step for event in auto.listener.events if isinstance(event, ev.GateOpened)]
    assert ("asked" in asked) is (target == "external" and end == "to the end")


@pytest.mark.parametrize("typed", ["", "Copy", "copy "])
async def test_what_is_typed_must_be_the_very_text(tmp_path: Path, typed: str) -> None:
    steps = "  - {id: a, title: A, gate: {kind: type, prompt: Type, text: copy}, run: 'touch ran'}"
    rig = Rig(tmp_path, steps=steps)
    answer = GateAnswer(answer="approved", values={"text": typed})
    rig.operator = ScriptedOperator(gates=[answer])
    assert await rig.run() is ev.EndReason.REJECTED
    assert not (tmp_path / "ran").exists()


def _team(end: str) -> Operator:
    why = "the runbook says auto: fail"
    return ScriptedOperator(gates=[] if end == "to the end" else [GateAnswer(answer="rejected", reason=why)])

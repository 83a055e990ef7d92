"""The engine's own fold of its journal and the verdict's fold agree on what they both tell."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.journal import read_journal
from drill_tui.engine.run.run_state import RunState
from drill_tui.verdict.state import DrillState
from tests.tui.storyteller import Storyteller
from tests.unit.verdict.drills import STEPS, Drill, whole_drill

RECORDED = Path(__file__).parents[1] / "data" / "journals"
PEOPLE = (("lead", "second"), ("Ann", "Ben", ""), ("Ann", "Ben"))
"""Roles, who may have had one, and who has it then."""
NAMES = st.sampled_from(["backup", "note", "size_bytes"])
VALUES = st.dictionaries(NAMES, st.sampled_from(["1", "2"]), max_size=2)


def assert_agreement(records: list[ev.Record]) -> None:
    engine, verdict = RunState(), DrillState.of(records)
    for record in records:
        engine.apply(record.event, record.at)
    assert (engine.started, engine.ended) == (verdict.started, verdict.ended)
    assert engine.participants == verdict.participants
    assert set(engine.claims) == set(verdict.claims)
    assert engine.abort == verdict.abort
    started = engine.started.params if engine.started else {}
    assert {**started, **engine.params} == verdict.params
    assert engine.cleanup == (verdict.cleanup.reason if verdict.cleanup else None)
    assert engine.paused_since == (verdict.pause.started_at if verdict.pause else None)
    for name in {*engine.steps, *verdict.steps}:
        _same_step(engine, verdict, name)


def _same_step(engine: RunState, verdict: DrillState, name: str) -> None:
    run, shown = engine.step(name), verdict.steps[name]
    assert run.ended == shown.ended, name
    assert run.attempts == (shown.attempts[-1].number if shown.attempts else 0), name
    assert run.over_budget == shown.budget_exceeded, name
    last = [found for found in shown.evidence if found.attempt == run.attempts]
    if run.attempts > run.attempts_before:  # a step that was opened again is shown as it was until it runs
        assert {**run.answers, **shown.outputs} == run.outputs, name
        assert run.env == shown.env, name
        assert run.missed == any(found.result is ev.Finding.MISSED for found in last), name
        assert run.unproven == any(found.result is ev.Finding.UNPROVEN for found in last), name


def test_on_every_beginning_of_recorded_drills() -> None:
    journals = [read_journal(path) for path in sorted(RECORDED.glob("*.jsonl"))]
    stories = [Storyteller().whole().records, Storyteller().failed().records, whole_drill().records]
    assert journals
    for records in (*journals, *stories):
        for count in range(1, len(records) + 1):
            assert_agreement(list(records[:count]))


@st.composite
def drills(draw: st.DrawFn) -> Drill:
    """With gates, retries that put out less than the attempt before, and steps that are opened again."""
    drill = Drill().start().say(ev.ParticipantJoined(name="Ann", roles=("lead",)))
    for index, step in enumerate(STEPS):
        if draw(st.booleans()):
            role, had, has = (draw(st.sampled_from(PEOPLE[place])) for place in range(3))
            drill.say(ev.RoleHandedOver(role=role, had=had, has=has, by="Ann"))
        drill.open(step)
        if draw(st.booleans()):
            drill.say(ev.GateOpened(step=step, kind="note", prompt="?"))
            drill.say(ev.GateAnswered(step=step, answer="approved", values=draw(VALUES)))
        for number in range(1, draw(st.integers(1, 3)) + 1):
            found = {"checksums_verify": draw(st.sampled_from(ev.Finding))}
            drill.attempt(step, number=number, outputs=draw(VALUES), evidence=found)
        if draw(st.booleans()):
            params = draw(VALUES)
            drill.say(
                ev.FailureAnswered(step=step, choice="retry", by="Ann", reason="", wait_s=1, params=params)
            )
        drill.close(step)
        if index and draw(st.integers(0, 4)) == 0:
            drill.say(ev.StepsReopened(steps=STEPS[index - 1 : index + 1], reason="lost"))
    return drill


@settings(max_examples=60, deadline=None)
@given(drills(), st.data())
def test_on_any_drill_that_was_cut_off_anywhere(drill: Drill, data: st.DataObject) -> None:
    records = drill.records
    assert_agreement(list(records[: data.draw(st.integers(1, len(records)))]))

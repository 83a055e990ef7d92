"""Criteria that are a stretch of time, such as the recovery time.

A time counts as met only if everything that was timed succeeded, on settings that production would use.
A time past its limit is missed, but the clock stops where the first step went wrong: how long people then
looked at it, or what came after it took, says nothing of the recovery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drill_tui.engine.record.vocabulary import Finding, Phase, Result
from drill_tui.verdict.cause import found_bad, gave_out, told_end, trouble_at
from drill_tui.verdict.step_facts import fetched_in
from drill_tui.verdict.wording import duration_words

if TYPE_CHECKING:
    from drill_tui.runbook.model import Criterion
    from drill_tui.verdict.spans import SpanState
    from drill_tui.verdict.state import DrillState, StepState

DURABLE = "durable"
FAST = "fast"


def profile_of(state: DrillState) -> str:
    """The settings that the target ran with: `durable`, `fast`, or `unknown` if no target said."""
    return state.target.get("profile", "unknown")


def measured(criterion_id: str, criterion: Criterion, state: DrillState) -> tuple[Finding, str, str]:
    """Finding, detail and coverage of a criterion with `measure`."""
    between = _between(criterion, state)
    span = state.clock(criterion_id, state.last_at)
    sound = state.clock(criterion_id, state.last_at, until=trouble_at(between))
    measure = criterion.measure
    assert measure is not None  # noqa: S101 - state.clock has just made sure
    steps = fetched_in(measure, state)
    plus = f", and the time of {' and '.join(steps)}" if steps else ""
    coverage = f"From {measure.start} to {measure.end}{plus}, {criterion.clock} time."
    if not span.began:
        return Finding.UNPROVEN, f"not measured: {measure.start} was not reached", coverage
    taken_s = span.wall_s if criterion.clock == "wall" else span.machine_s
    taken = _taken(span, taken_s)
    if span.objective_s is None:
        return Finding.UNPROVEN, f"{taken}, but there is no limit to compare with", coverage
    limit = duration_words(span.objective_s)
    sound_s = sound.wall_s if criterion.clock == "wall" else sound.machine_s
    if sound_s > span.objective_s:
        by = duration_words(sound_s - span.objective_s)
        return Finding.MISSED, f"{_taken(sound, sound_s)}, {by} more than {limit}", coverage
    if not span.ended:
        culprits = [step for step in between if found_bad(step) or gave_out(step)]
        why = f"because {told_end(culprits[0])}" if culprits else f"{measure.end} was not reached"
        return Finding.UNPROVEN, f"not measured: {why}", coverage
    failed = [step.title for step in between if step.result in (Result.FAIL, Result.ERROR)]
    if failed:
        return Finding.UNPROVEN, f"{taken}, but what was timed did not succeed: {failed[0]}", coverage
    unmade = [step.title for step in between if step.result is Result.UNPROVEN and step.started_at is None]
    if unmade:
        return Finding.UNPROVEN, f"{taken}, but a part of it was not run: {unmade[0]}", coverage
    if profile_of(state) == FAST:
        detail = f"{taken} under the profile fast; its time is never called RTO"
        return Finding.UNPROVEN, detail, coverage
    return Finding.MET, f"{taken}, at most {limit}", coverage


def _taken(span: SpanState, taken_s: float) -> str:
    parts = [("machine", span.machine_s), ("people", span.human_s), ("down", span.down_s)]
    split = ", ".join(f"{name} {duration_words(s)}" for name, s in parts if s)
    return f"{duration_words(taken_s)} ({split})" if span.human_s or span.down_s else duration_words(taken_s)


def _between(criterion: Criterion, state: DrillState) -> list[StepState]:
    """The steps that are timed."""
    measure = criterion.measure
    steps = list(state.in_phase(Phase.STEPS))
    ids = [step.id for step in steps]
    if measure is None:
        return []
    first, last = measure.start.rpartition("."), measure.end.rpartition(".")
    if first[0] not in ids or last[0] not in ids:
        return steps
    start = ids.index(first[0]) + (first[2] == "end")
    before = [step for step in steps[:start] if step.id in measure.plus]
    return [*before, *steps[start : ids.index(last[0]) + (last[2] == "end")]]

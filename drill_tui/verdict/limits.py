"""What a drill does not show, said by the report itself so that nobody reads more into it than it proves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from drill_tui.engine.record.events import Finding, Phase
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.plays import Plays
from drill_tui.verdict.measured import FAST, profile_of
from drill_tui.verdict.report import CriterionReport
from drill_tui.verdict.state import DrillState
from drill_tui.verdict.step_facts import fetched
from drill_tui.verdict.wording import sentence, waiver_words

LEFT_OUT: Final = ("Not covered: ", "Could not be checked: ")
"""How a step's coverage begins to say what it did not look at (docs/artifacts.md)."""
FETCHING: Final = "Fetching the backup from far away: the drill reads it from a disk of this machine."
_PARTS: Final = re.compile(r"(?=Not covered: |Could not be checked: |Note: )")


def left_out_of_recovery_time(
    state: DrillState, measured_from: str, counted: Collection[str] = ()
) -> tuple[str, ...]:
    """What a real recovery would spend on top of the measured time; `counted` are steps in it before that."""
    sentences = [
        "Noticing that the database is gone, and finding out why.",
        "Deciding to restore, and getting the people together.",
        *([] if any(step.id in counted for step in fetched(state)) else [FETCHING]),
        "Getting a machine: the target ran on the machine of the drill, which may be faster or slower.",
        "Switching over: addresses, connection pools, passwords, application restarts and cold caches.",
    ]
    before = [title for step_id, title in _before(state, measured_from) if step_id not in counted]
    if before:
        sentences.append(f"Steps of this drill before {measured_from}: {', '.join(before)}.")
    return tuple(sentences)


def _before(state: DrillState, point: str) -> list[tuple[str, str]]:
    """Ids and titles of the steps that ran before the measured span began."""
    ids = [step.id for step in state.in_phase(Phase.STEPS)]
    step_id, _, edge = point.rpartition(".")
    if step_id not in ids:
        return []
    stop = ids.index(step_id) + (edge == "end")
    return [(i, state.steps[i].title) for i in ids[:stop] if state.steps[i].started_at is not None]


def not_tested(state: DrillState, criteria: tuple[CriterionReport, ...]) -> tuple[str, ...]:
    """Sentences for the report's `coverage`, without repetition."""
    every = [*_about_the_drill(state), *_about_the_criteria(criteria)]
    return tuple(dict.fromkeys(sentence(text) for text in every if text.strip()))


def _about_the_drill(state: DrillState) -> Iterator[str]:
    if state.is_demo:
        yield "The generated demo database was drilled: set DB_HOST or DATABASE_URL to drill your own"
    if state.started and state.started.mode is Mode.TRAINING:
        yield "This was a training run: it does not count as a drill"
    if state.started and state.started.mode is Mode.RECOVERY:
        yield "This was a real recovery: it does not count as a drill"
    if any(step.plays is Plays.BACKUP for step in state.steps.values()):
        yield "The drill took its own backup: whether last night's backup restores needs a drill of that one"
    if profile_of(state) == FAST:
        yield "The target ran with the profile fast (no fsync): its times say nothing about a real recovery"
    if not any("isolation_proof" in step.outputs for step in state.steps.values()):
        yield "That the target could reach nothing outside it was not proven"
    yield "One database was drilled: other databases of the same cluster need drills of their own"
    yield "Roles come back without passwords, so logins after a real restore were not tried"
    yield "No application was connected to the restored database"
    if state.recoveries:
        yield f"The drill was taken over {len(state.recoveries)} time(s) after a crash"


def _about_the_criteria(criteria: tuple[CriterionReport, ...]) -> Iterator[str]:
    for criterion in criteria:
        if criterion.result is Finding.UNPROVEN:
            yield f"Not proven: {criterion.title} – {criterion.detail}"
        if criterion.waiver is not None and criterion.waiver.state != "not_needed":
            yield waiver_words(criterion)
        for item in criterion.evidence:
            yield from (f"{criterion.title}: {left_out}" for left_out in _left_out_of(item.coverage))


def _left_out_of(coverage: str) -> Iterator[str]:
    """What a step's coverage says it did not look at; the rest of it stands beside the criterion."""
    for part in _PARTS.split(coverage):
        if part.startswith(LEFT_OUT):
            yield part.strip()

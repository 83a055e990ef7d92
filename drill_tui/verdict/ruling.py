"""The verdict: one word about the whole drill, and the sentence that says why.

| verdict | is said of | when |
|---|---|---|
| fail | the backup | a required criterion was missed, or a step that counts found something bad |
| error | what we could not do | a step broke, was cut off or timed out before anybody stopped the drill |
| aborted | a person | a person, or a signal, ended it before anything had gone wrong |
| error | the machinery | the engine or the machine broke, the deadline passed, the process died |
| unproven | what nobody could know | something required stayed unproven, or the drill ended early |
| pass | the backup | every required criterion met or waived, every step that counts passed, ended completed |

The first that holds decides: whatever a person did afterwards, a failure stays one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drill_tui.engine.record.events import CleanupResult, EndReason, Finding, Outcome, Phase, Result
from drill_tui.engine.record.exit_codes import COULD_NOT_TELL, NOTHING_PROVEN
from drill_tui.verdict.cause import found_bad, told_end
from drill_tui.verdict.report import CriterionReport, Report, Verdict
from drill_tui.verdict.state import DrillState, StepState
from drill_tui.verdict.wording import listed

EXIT_PASS, EXIT_FAIL, EXIT_ERROR, EXIT_ABORTED, EXIT_LEFTOVERS = 0, 1, 3, 4, 5
EXIT_UNPROVEN = NOTHING_PROVEN
EXITS: dict[Verdict, int] = {
    "fail": EXIT_FAIL,
    "unproven": EXIT_UNPROVEN,
    "error": EXIT_ERROR,
    "aborted": EXIT_ABORTED,
}
BY_PERSON = frozenset({EndReason.ABORTED, EndReason.SIGNAL, EndReason.REJECTED, EndReason.EXPIRED})
BY_MACHINERY = frozenset({EndReason.ERROR, EndReason.CRASHED, EndReason.DEADLINE})
POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Ruling:
    verdict: Verdict
    reason: str | None
    """None for a pass."""


def rule(state: DrillState, criteria: tuple[CriterionReport, ...]) -> Ruling:
    """Weigh the criteria and the steps."""
    required = [c for c in criteria if c.required]
    missed = [_said(c) for c in required if c.result is Finding.MISSED]
    failed = [told_end(s) for s in _counting(state) if found_bad(s)]
    if missed or failed:
        return Ruling("fail", listed(missed + failed))
    end = end_reason(state)
    broken = [told_end(s) for s in _counting(state) if _broke(s)]
    if broken:
        return Ruling("error", listed(broken))
    if end in BY_PERSON and not _refused_by_policy(state):
        return Ruling("aborted", _aborted_because(state, end))
    if end in BY_MACHINERY:
        return Ruling("error", _broken_because(state, end))
    if state.runbook is None:
        return Ruling("error", f"the recorded runbook cannot be read: {state.runbook_problem}")
    unproven = [c for c in required if c.result is Finding.UNPROVEN and not c.is_waived]
    return _by_proof(state, unproven, end)


def _by_proof(state: DrillState, unproven: list[CriterionReport], end: EndReason) -> Ruling:
    """The verdict on a drill in which nothing went wrong: whether it proved all that it must."""
    steps = [s for s in state.in_phase(Phase.STEPS) if s.result is Result.UNPROVEN and not _is_told(s, state)]
    if unproven:
        return Ruling("unproven", f"not proven: {listed(list(_together(unproven)))}")
    if steps:
        return Ruling("unproven", f"not proven: {listed([told_end(s) for s in steps])}")
    if end is not EndReason.COMPLETED:
        return Ruling("unproven", _detail(state) or f"the drill ended early: {end}")
    return Ruling("pass", None)


def _is_told(step: StepState, state: DrillState) -> bool:
    """Whether all that a step could not prove is a criterion, which decides by itself or is waived."""
    unproven = [e.criterion for e in step.evidence if e.result is Finding.UNPROVEN]
    known = state.runbook.criteria if state.runbook else {}
    return step.outcome is Outcome.UNPROVEN and bool(unproven) and all(name in known for name in unproven)


def exit_code(report: Report) -> int:
    """What the process returns (docs/exit-codes.md)."""
    if report.verdict == "pass":
        return EXIT_LEFTOVERS if report.cleanup is CleanupResult.LEFTOVERS else EXIT_PASS
    return EXITS[report.verdict]


def end_reason(state: DrillState) -> EndReason:
    """Why it stopped; a journal without an end belongs to a process that died."""
    return state.ended.reason if state.ended else EndReason.CRASHED


def _counting(state: DrillState) -> list[StepState]:
    """Steps that were meant to pass and did not, whatever cleanup did later."""
    bad = (Result.FAIL, Result.ERROR)
    return [s for s in state.in_phase(Phase.STEPS) if s.result in bad]


def _broke(step: StepState) -> bool:
    """Whether a step could not do its work; stopped and refused ones are a person's doing."""
    by_outcome = step.outcome in (Outcome.ERROR, Outcome.INTERRUPTED, Outcome.TIMED_OUT)
    return by_outcome or step.result is Result.ERROR or step.exit_code == COULD_NOT_TELL


def _refused_by_policy(state: DrillState) -> bool:
    """Whether the gate that ended the drill was answered by the runbook's `auto`, by nobody."""
    answers = [gate.answered for gate in state.gates if gate.answered]
    refused = [a for a in answers if a.answer == "rejected"]
    return bool(refused) and all(s.attested == POLICY for s in refused[-1].by) and bool(refused[-1].by)


def _said(criterion: CriterionReport) -> str:
    return f"{criterion.title}: {criterion.result} – {criterion.detail or 'no detail was recorded'}"


def _together(criteria: list[CriterionReport]) -> Iterable[str]:
    """Criteria with the same reason in one sentence: what follows from one step is told once."""
    titles: dict[str, list[str]] = {}
    for criterion in criteria:
        titles.setdefault(criterion.detail or "no detail was recorded", []).append(criterion.title)
    return (f"{', '.join(names)} – {detail}" for detail, names in titles.items())


def _detail(state: DrillState) -> str:
    return state.ended.detail if state.ended else ""


def _aborted_because(state: DrillState, end: EndReason) -> str:
    if state.abort:
        reason = f": {state.abort.reason}" if state.abort.reason else ""
        return f"stopped by {_with_roles(state, state.abort.by)}{reason}"
    refused = [s for s in state.in_phase(Phase.STEPS) if s.outcome in (Outcome.REJECTED, Outcome.EXPIRED)]
    if refused and end in (EndReason.REJECTED, EndReason.EXPIRED):
        return told_end(refused[-1])
    return _detail(state) or f"ended by a person: {end}"


def _with_roles(state: DrillState, name: str) -> str:
    """Who stopped it: a person with the roles that they signed in with, else whatever did."""
    roles = state.participants.get(name, ())
    return f"{name} ({', '.join(roles)})" if roles else name


def _broken_because(state: DrillState, end: EndReason) -> str:
    if state.ended is None:
        return "the journal has no end: the process that ran the drill died"
    return state.ended.detail or f"the machinery ended the drill: {end}"

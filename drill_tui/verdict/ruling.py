"""The verdict: one word about the whole drill, and the sentence that says why.

| verdict | when |
|---|---|
| fail | a required criterion was missed, or a step that counts failed – whatever a person did afterwards |
| aborted | a person, or a signal, ended it before anything had failed |
| error | the machinery broke, so that the drill cannot tell |
| fail | it ended early, or something required stayed unproven |
| pass | every required criterion met or waived, every step that counts passed, ended completed |
"""

from __future__ import annotations

from dataclasses import dataclass

from drill_tui.engine.record.events import CleanupResult, EndReason, Finding, Outcome, Phase, Result
from drill_tui.verdict.report import CriterionReport, Report, Verdict
from drill_tui.verdict.state import DrillState, StepState
from drill_tui.verdict.wording import listed

EXIT_PASS, EXIT_FAIL, EXIT_ERROR, EXIT_ABORTED, EXIT_LEFTOVERS = 0, 1, 3, 4, 5
COULD_NOT_TELL = 3
"""Exit code of a script that could not do its work, as opposed to one that found something bad."""

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
    failed = [_step_said(s) for s in _counting(state) if _found_bad(s)]
    if missed or failed:
        return Ruling("fail", listed(missed + failed))
    end = end_reason(state)
    if end in BY_PERSON and not _refused_by_policy(state):
        return Ruling("aborted", _aborted_because(state, end))
    broken = [_step_said(s) for s in _counting(state) if _broke(s)]
    if end in BY_MACHINERY or broken:
        return Ruling("error", listed(broken) or _broken_because(state, end))
    unproven = [_said(c) for c in required if c.result is Finding.UNPROVEN and not c.is_waived]
    if end is not EndReason.COMPLETED:
        return Ruling("fail", listed(unproven) or _detail(state) or f"the drill ended early: {end}")
    if unproven:
        return Ruling("fail", f"not proven: {listed(unproven)}")
    if state.runbook is None:
        return Ruling("error", f"the recorded runbook cannot be read: {state.runbook_problem}")
    return Ruling("pass", None)


def exit_code(report: Report) -> int:
    """What the process returns (docs/exit-codes.md)."""
    if report.verdict == "pass":
        return EXIT_LEFTOVERS if report.cleanup is CleanupResult.LEFTOVERS else EXIT_PASS
    return {"fail": EXIT_FAIL, "error": EXIT_ERROR, "aborted": EXIT_ABORTED}[report.verdict]


def end_reason(state: DrillState) -> EndReason:
    """Why it stopped; a journal without an end belongs to a process that died."""
    return state.ended.reason if state.ended else EndReason.CRASHED


def _counting(state: DrillState) -> list[StepState]:
    """Steps that were meant to pass and did not, whatever cleanup did later."""
    bad = (Result.FAIL, Result.ERROR)
    return [s for s in state.in_phase(Phase.STEPS) if s.result in bad]


def _found_bad(step: StepState) -> bool:
    if step.result is Result.ERROR or step.exit_code == COULD_NOT_TELL:
        return False
    return step.outcome in (Outcome.FAILED, Outcome.TIMED_OUT)


def _broke(step: StepState) -> bool:
    by_outcome = step.outcome in (Outcome.ERROR, Outcome.INTERRUPTED) or step.result is Result.ERROR
    return by_outcome or step.exit_code == COULD_NOT_TELL


def _refused_by_policy(state: DrillState) -> bool:
    """Whether the gate that ended the drill was answered by the runbook's `auto`, by nobody."""
    answers = [gate.answered for gate in state.gates if gate.answered]
    refused = [a for a in answers if a.answer == "rejected"]
    return bool(refused) and all(s.attested == POLICY for s in refused[-1].by) and bool(refused[-1].by)


def _said(criterion: CriterionReport) -> str:
    return f"{criterion.title}: {criterion.result} – {criterion.detail or 'no detail was recorded'}"


def _step_said(step: StepState) -> str:
    outcome = step.outcome or Outcome.FAILED
    ended = "ended in an error" if outcome is Outcome.ERROR else outcome.replace("_", " ")
    return f"step {step.id} ({step.title}) {ended}" + (f": {step.reason}" if step.reason else "")


def _detail(state: DrillState) -> str:
    return state.ended.detail if state.ended else ""


def _aborted_because(state: DrillState, end: EndReason) -> str:
    if state.abort:
        reason = f": {state.abort.reason}" if state.abort.reason else ""
        return f"stopped by {state.abort.by} ({state.abort.via}){reason}"
    return _detail(state) or f"ended by a person: {end}"


def _broken_because(state: DrillState, end: EndReason) -> str:
    if state.ended is None:
        return "the journal has no end: the process that ran the drill died"
    return state.ended.detail or f"the machinery ended the drill: {end}"

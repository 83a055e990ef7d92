"""What each criterion of the runbook came to: met, missed or unproven.

Only what was recorded counts.  Bad news counts from any step; good news only from a step that came to its
end, so a check that could not run never counts as passed (design, promise 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from drill_tui.engine.record.events import EvidenceRecorded, Finding, Outcome
from drill_tui.runbook.model import Criterion, Waiver
from drill_tui.verdict.cause import because, found_bad, told_end
from drill_tui.verdict.measured import measured
from drill_tui.verdict.quantity import filled, plain, quantity, sources_of
from drill_tui.verdict.report import CriterionReport, EvidenceItem, WaiverReport
from drill_tui.verdict.state import DrillState, StepState
from drill_tui.verdict.wording import duration_words, listed

FINISHED = frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.UNPROVEN})
"""Outcomes of a step that ran to an end of its own."""


@dataclass(frozen=True, slots=True)
class Judgement:
    result: Finding
    detail: str
    coverage: str = ""
    evidence: tuple[EvidenceItem, ...] = ()


def judge_all(state: DrillState) -> tuple[CriterionReport, ...]:
    """Every criterion of the runbook, as the journal stands."""
    if state.runbook is None:
        return ()
    return tuple(judge(cid, criterion, state) for cid, criterion in state.runbook.criteria.items())


def judge(criterion_id: str, criterion: Criterion, state: DrillState) -> CriterionReport:
    """One criterion, by the kind of proof that it asks for."""
    if criterion.evidence:
        judged = _by_evidence(criterion_id, criterion, state)
    elif criterion.measure:
        judged = Judgement(*measured(criterion_id, criterion, state))
    elif criterion.value is not None:
        judged = _by_value(criterion, criterion.value, state)
    else:
        judged = _by_steps(criterion, state)
    return CriterionReport(
        id=criterion_id,
        title=criterion.title,
        result=judged.result,
        detail=judged.detail,
        coverage=judged.coverage,
        required=criterion.required,
        evidence=judged.evidence,
        waiver=_waiver(criterion.waiver, judged.result, state),
    )


def _waiver(waiver: Waiver | None, result: Finding, state: DrillState) -> WaiverReport | None:
    """Judged by the day on which the drill began, so that a report says the same whenever it is made."""
    if waiver is None:
        return None
    began = datetime.fromtimestamp(state.started_at or 0.0, UTC).date()
    if result is not Finding.UNPROVEN:
        now: Literal["holds", "expired", "not_needed"] = "not_needed"
    else:
        now = "holds" if began <= waiver.until else "expired"
    return WaiverReport(reason=waiver.reason, owner=waiver.owner, until=waiver.until.isoformat(), state=now)


def worst(findings: list[Finding]) -> Finding:
    """Missed before unproven before met; nothing at all is unproven."""
    if Finding.MISSED in findings:
        return Finding.MISSED
    return Finding.UNPROVEN if Finding.UNPROVEN in findings or not findings else Finding.MET


def _by_evidence(criterion_id: str, criterion: Criterion, state: DrillState) -> Judgement:
    items: list[EvidenceItem] = []
    for step_id in criterion.evidence:
        items += _evidence_of(step_id, criterion_id, state)
    result = worst([item.result for item in items])
    telling = [item.detail for item in items if item.result is result and item.detail]
    coverage = dict.fromkeys(item.coverage for item in items if item.coverage)
    return Judgement(result, listed(telling), " ".join(coverage), tuple(items))


def _evidence_of(step_id: str, criterion_id: str, state: DrillState) -> Iterator[EvidenceItem]:
    step = state.steps.get(step_id)
    recorded = step.last_evidence(criterion_id) if step else []
    if step is None or not recorded:
        yield EvidenceItem(
            step=step_id, result=Finding.UNPROVEN, detail=_why_silent(step_id, step, state), coverage=""
        )
        return
    for item in recorded:
        yield _weighed(item, step, state)


def _weighed(item: EvidenceRecorded, step: StepState, state: DrillState) -> EvidenceItem:
    """What was recorded, with good news from a step that was cut off taken back.

    What a step could not look at because of one before it is told once, as that one's fault.
    """
    result, detail = item.result, item.detail
    if result is Finding.UNPROVEN and step.outcome not in FINISHED:
        detail = because(step, state) or detail
    if result is Finding.MET and step.outcome not in FINISHED:
        ended = step.outcome.replace("_", " ") if step.outcome else "not ended"
        result, detail = Finding.UNPROVEN, f"recorded as met, but the step was {ended}: {detail}"
    earlier = [e.attempt for e in step.evidence if e.criterion == item.criterion and e.attempt < item.attempt]
    if earlier and result is Finding.MET:
        detail = f"{detail} (attempt {item.attempt}; see the step for the earlier ones)"
    return EvidenceItem(step=item.step, result=result, detail=detail, coverage=item.coverage)


def _why_silent(step_id: str, step: StepState | None, state: DrillState) -> str:
    if step is None or not step.takes_place:
        return f"step {step_id} does not take place in this mode"
    if step.outcome in (Outcome.PASSED, Outcome.UNPROVEN):
        return f"step {step_id} recorded no evidence for this"
    if blamed := because(step, state):
        return blamed
    if step.outcome is Outcome.SKIPPED or step.started_at is None:
        return f"step {step_id} did not run"
    if step.outcome is None:
        return f"step {step_id} did not end"
    return f"because {told_end(step)}" if step.ended else f"step {step_id} did not end"


def _by_value(criterion: Criterion, expression: str, state: DrillState) -> Judgement:
    try:
        text = filled(expression, state)
        missed = _broken_limit(criterion, text, state)
    except ValueError as problem:
        return Judgement(Finding.UNPROVEN, str(problem))
    shown = _shown(text, criterion)
    if missed:
        return Judgement(Finding.MISSED, f"{shown}, {missed}")
    doubtful = [s.id for s in sources_of(expression, state) if s.outcome is not Outcome.PASSED]
    if doubtful:
        return Judgement(Finding.UNPROVEN, f"{shown}, but step {doubtful[0]}, which says so, did not pass")
    return Judgement(Finding.MET, f"{shown}, {_limits(criterion)}")


def _broken_limit(criterion: Criterion, text: str, state: DrillState) -> str:
    """The limit that `text` breaks, in words; raises ValueError if the two cannot be compared."""
    if criterion.equals is not None:
        expected = filled(criterion.equals, state)
        return "" if text.strip() == expected else f"not {expected}"
    if criterion.max is not None and quantity(text) > quantity(filled(criterion.max, state)):
        return f"more than {_shown(filled(criterion.max, state), criterion)}"
    if criterion.min is not None and quantity(text) < quantity(filled(criterion.min, state)):
        return f"less than {_shown(filled(criterion.min, state), criterion)}"
    if criterion.max is None and criterion.min is None:
        raise ValueError("the criterion has no max, min or equals to compare with")
    return ""


def _limits(criterion: Criterion) -> str:
    limits = [("at least", criterion.min), ("at most", criterion.max), ("as expected:", criterion.equals)]
    return " and ".join(
        f"{word} {_shown(plain(limit), criterion)}" for word, limit in limits if limit is not None
    )


def _shown(text: str, criterion: Criterion) -> str:
    """A number of seconds reads better as a duration where its limit is one."""
    limit = criterion.max if criterion.max is not None else criterion.min
    is_length = isinstance(limit, str) and limit[-1:] in "smhd" and limit[:1].isdigit()
    try:
        return duration_words(quantity(text)) if is_length else text
    except ValueError:
        return text


def _by_steps(criterion: Criterion, state: DrillState) -> Judgement:
    items = [_step_as_evidence(step_id, state.steps.get(step_id), state) for step_id in criterion.steps]
    result = worst([item.result for item in items])
    telling = [f"{item.step}: {item.detail}" for item in items if item.result is result]
    return Judgement(result, listed(telling), "", tuple(items))


def _step_as_evidence(step_id: str, step: StepState | None, state: DrillState) -> EvidenceItem:
    if step is not None and step.outcome is Outcome.PASSED:
        finding, detail = Finding.MET, "passed"
    elif step is not None and found_bad(step):
        finding, detail = Finding.MISSED, step.reason or "failed"
    else:
        finding = Finding.UNPROVEN
        detail = _why_silent(step_id, step, state)
    return EvidenceItem(step=step_id, result=finding, detail=detail, coverage="")

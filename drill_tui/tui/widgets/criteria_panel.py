"""What the drill must prove, and what is proven so far."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from drill_tui.engine.record.events import Finding
from drill_tui.runbook.model import Criterion
from drill_tui.tui import looks
from drill_tui.tui.watched import WatchedDrill
from drill_tui.tui.widgets.steady import SteadyText
from drill_tui.tui.words import fit, line, lines, muted, shown, tinted
from drill_tui.verdict.criteria import judge
from drill_tui.verdict.state import DrillState

_WORST_FIRST = (Finding.MISSED, Finding.UNPROVEN, Finding.MET)


class CriteriaPanel(SteadyText):
    """One line for each criterion; the verdict itself is made elsewhere, when the drill is over."""

    def show(self, drill: WatchedDrill) -> None:
        self.say(proven_so_far(drill.state, max(20, self.size.width)))


def proven_so_far(state: DrillState, width: int) -> Content:
    """What steps recorded, and what can be judged by now without: times, values, steps that have ended."""
    if state.runbook is None:
        return Content("")
    rows = [Content.styled("Criteria" if state.over else "To prove", "bold $text-secondary")]
    for criterion_id, criterion in state.runbook.criteria.items():
        standing = _standing(state, criterion_id, criterion)
        rows.append(fit(_row(criterion, standing), width))
        if standing and standing.detail and width >= 30:
            rows.append(fit(muted("  " + standing.detail), width))
    return lines(*rows)


@dataclass(frozen=True, slots=True)
class _Standing:
    result: Finding
    detail: str


def _standing(state: DrillState, criterion_id: str, criterion: Criterion) -> _Standing | None:
    """None while nobody knows; that something is unproven is said when the drill is over."""
    recorded = [e for step in state.steps.values() for e in step.last_evidence(criterion_id)]
    if recorded and not state.over:
        worst = min((e.result for e in recorded), key=_WORST_FIRST.index)
        return _Standing(worst, recorded[-1].detail)
    judged = judge(criterion_id, criterion, state)
    if judged.result is Finding.UNPROVEN and not state.over:
        return None
    return _Standing(judged.result, judged.detail)


def _row(criterion: Criterion, standing: _Standing | None) -> Content:
    if standing is None:
        return line(muted(f"· {criterion.title}"))
    look = looks.of_finding(standing.result)
    return line(
        shown(look, with_word=False), " ", tinted(criterion.title, look.tone), muted(f"  {look.word}")
    )

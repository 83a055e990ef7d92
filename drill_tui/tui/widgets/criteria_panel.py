"""What the drill must prove, and what is proven so far."""

from __future__ import annotations

from textual.content import Content

from drill_tui.engine.record.events import EvidenceRecorded, Finding
from drill_tui.runbook.model import Criterion
from drill_tui.tui import looks
from drill_tui.tui.watched import WatchedDrill
from drill_tui.tui.widgets.steady import SteadyText
from drill_tui.tui.words import fit, line, lines, muted, shown, tinted
from drill_tui.verdict.state import DrillState

_WORST_FIRST = (Finding.MISSED, Finding.UNPROVEN, Finding.MET)


class CriteriaPanel(SteadyText):
    """One line for each criterion; the verdict itself is made elsewhere, when the drill is over."""

    def show(self, drill: WatchedDrill) -> None:
        self.say(proven_so_far(drill.state, max(20, self.size.width)))


def proven_so_far(state: DrillState, width: int) -> Content:
    if state.runbook is None:
        return Content("")
    rows = [Content.styled("To prove", "bold $text-secondary")]
    for criterion_id, criterion in state.runbook.criteria.items():
        rows.append(fit(_row(state, criterion_id, criterion), width))
        detail = _evidence(state, criterion_id)
        if detail and width >= 30:
            rows.append(fit(muted("  " + detail[-1].detail), width))
    return lines(*rows)


def _row(state: DrillState, criterion_id: str, criterion: Criterion) -> Content:
    recorded = _evidence(state, criterion_id)
    if not recorded:
        return line(muted(f"· {criterion.title}"))
    worst = min((e.result for e in recorded), key=_WORST_FIRST.index)
    look = looks.of_finding(worst)
    return line(
        shown(look, with_word=False), " ", tinted(criterion.title, look.tone), muted(f"  {look.word}")
    )


def _evidence(state: DrillState, criterion_id: str) -> list[EvidenceRecorded]:
    return [e for step in state.steps.values() for e in step.last_evidence(criterion_id)]

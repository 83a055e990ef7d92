"""The people's part of the report: gates, signatures, notes, pauses, who took part."""

from __future__ import annotations

from drill_tui.engine.events import Signature
from drill_tui.verdict.report import GateReport, NoteReport, Participant, PauseReport, SignatureReport
from drill_tui.verdict.state import DrillState, GateState
from drill_tui.verdict.wording import iso

UNANSWERED = "unanswered"


def gate_reports(state: DrillState) -> tuple[GateReport, ...]:
    """Every gate that was opened, in order; one that nobody answered says so."""
    return tuple(_gate_report(gate, state) for gate in state.gates)


def _gate_report(gate: GateState, state: DrillState) -> GateReport:
    answer = gate.answered
    until = gate.answered_at or state.ended_at or state.last_at
    return GateReport(
        step=gate.opened.step,
        kind=gate.opened.kind,
        prompt=gate.opened.prompt,
        opened_at=iso(gate.opened_at),
        answer=answer.answer if answer else UNANSWERED,
        by=tuple(_signature(signature) for signature in answer.by) if answer else (),
        values=answer.values if answer else {},
        reason=answer.reason if answer else "",
        wait_s=round(max(0.0, until - gate.opened_at), 3),
    )


def _signature(signature: Signature) -> SignatureReport:
    return SignatureReport(
        name=signature.name,
        role=signature.role,
        at=iso(signature.at),
        via=signature.via,
        attested=signature.attested,
    )


def note_reports(state: DrillState) -> tuple[NoteReport, ...]:
    return tuple(
        NoteReport(at=iso(n.at), clock_s=round(n.clock_s, 3), by=n.by, step=n.step, text=n.text)
        for n in state.notes
    )


def pause_reports(state: DrillState) -> tuple[PauseReport, ...]:
    return tuple(
        PauseReport(
            at=iso(pause.started_at),
            by=pause.by,
            reason=pause.reason,
            duration_s=round((pause.ended_at or state.last_at) - pause.started_at, 3),
        )
        for pause in state.pauses
    )


def participant_reports(state: DrillState) -> tuple[Participant, ...]:
    return tuple(Participant(name=name, roles=roles) for name, roles in state.participants.items())

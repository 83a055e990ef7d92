"""The people's part of the report: gates, signatures, notes, pauses, who took part."""

from __future__ import annotations

import contextlib

from drill_tui.engine.record.agreed import read_agreed
from drill_tui.engine.record.events import Signature
from drill_tui.verdict.report import (
    AbortReport,
    AgreedReport,
    ChoiceReport,
    GateReport,
    NoteReport,
    PauseReport,
    RecoveryReport,
    SignatureReport,
)
from drill_tui.verdict.roles_report import HandoverReport, Participant
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
        login=signature.login,
        uid=signature.uid,
    )


def agreed_reports(state: DrillState) -> tuple[AgreedReport, ...]:
    """What was agreed on at gates that were passed; a text that holds no actions is left out."""
    texts = [
        gate.answered.values.get(field.id, "")
        for gate in state.gates
        if gate.answered and gate.answered.answer == "approved"
        for field in gate.opened.fields
        if field.type == "actions"
    ]
    found: list[AgreedReport] = []
    for text in texts:
        with contextlib.suppress(ValueError):
            found += [
                AgreedReport(what=a.what, owner=a.owner, until=a.until.isoformat()) for a in read_agreed(text)
            ]
    return tuple(found)


def note_reports(state: DrillState) -> tuple[NoteReport, ...]:
    return tuple(
        NoteReport(
            at=iso(note.at),
            clock_s=round(note.clock_s, 3),
            by=note.added.by,
            step=note.added.step,
            text=note.added.text,
            kind=note.added.kind,
            login=note.added.login,
            uid=note.added.uid,
        )
        for note in state.notes
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


def handover_reports(state: DrillState) -> tuple[HandoverReport, ...]:
    return tuple(
        HandoverReport(
            at=iso(handover.at),
            clock_s=round(handover.clock_s, 3),
            role=handover.told.role,
            had=handover.told.had,
            has=handover.told.has,
            by=handover.told.by,
            login=handover.told.login,
            uid=handover.told.uid,
        )
        for handover in state.handovers
    )


def choice_reports(state: DrillState) -> tuple[ChoiceReport, ...]:
    """What the operator chose after failures."""
    return tuple(
        ChoiceReport(
            at=iso(choice.at),
            step=choice.answered.step,
            choice=choice.answered.choice,
            by=choice.answered.by,
            reason=choice.answered.reason,
            wait_s=round(choice.answered.wait_s, 3),
            params=choice.answered.params,
        )
        for choice in state.choices
    )


def recovery_reports(state: DrillState) -> tuple[RecoveryReport, ...]:
    return tuple(
        RecoveryReport(at=iso(r.at), how=r.recovered.how, down_s=round(r.recovered.down_s, 3))
        for r in state.recoveries
    )


def abort_report(state: DrillState) -> AbortReport | None:
    asked = state.abort
    return AbortReport(by=asked.by, via=asked.via, reason=asked.reason) if asked else None

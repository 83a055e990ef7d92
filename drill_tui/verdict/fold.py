"""The report of a drill, from its records and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from drill_tui.engine.record.endings import LeftFile
from drill_tui.engine.record.events import CleanupResult, Finding, Record
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Measure
from drill_tui.runbook.plays import Plays
from drill_tui.verdict.criteria import judge_all
from drill_tui.verdict.limits import left_out_of_recovery_time, not_tested
from drill_tui.verdict.measured import profile_of
from drill_tui.verdict.people import (
    abort_report,
    agreed_reports,
    choice_reports,
    gate_reports,
    handover_reports,
    note_reports,
    participant_reports,
    pause_reports,
    recovery_reports,
)
from drill_tui.verdict.quantity import filled, quantity
from drill_tui.verdict.report import CriterionReport, Report, RpoReport, RtoReport, RunbookRef
from drill_tui.verdict.ruling import end_reason, exit_code, rule
from drill_tui.verdict.state import DrillState
from drill_tui.verdict.step_facts import backup_facts, fetched_in, isolation_facts
from drill_tui.verdict.step_reports import step_reports
from drill_tui.verdict.trainees import trainee_reports
from drill_tui.verdict.wording import iso

__all__ = ["EmptyRunError", "exit_code", "fold", "report_of"]

FINGERPRINTS = ("procedure_sha256", "schema_sha256")
"""Outputs of any step that `due` compares between drills; repeated in the report's `tools`."""
VERSIONS = ("client_version", "server_version")
"""The same, but only of the steps that speak of the source: targets have versions too."""
SPEAK_OF_THE_SOURCE = frozenset({Plays.SOURCE, Plays.SHELF})


class EmptyRunError(ValueError):
    """Records without a `drill.started`: there is no drill to report on."""


def fold(records: Iterable[Record]) -> Report:
    """The report.  A journal without an end gives one too: its verdict is then error.

    Raises EmptyRunError if the drill did not even start.
    """
    return report_of(DrillState.of(records))


def report_of(state: DrillState) -> Report:
    """The report of a state.  Raises EmptyRunError for one without a start."""
    started, began_at = state.started, state.started_at
    if started is None or began_at is None:
        raise EmptyRunError("the journal does not begin with drill.started: there is nothing to report on")
    criteria = judge_all(state)
    ruling = rule(state, criteria)
    return Report(
        drill_type=_drill_type(state, started.mode),
        proves=_proves(state),
        run_id=state.run_id,
        timestamp=iso(began_at),
        finished_at=iso(state.ended_at or state.last_at),
        duration_s=round(state.elapsed_s(state.last_at), 3),
        mode=started.mode,
        training=started.mode is Mode.TRAINING,
        runbook=RunbookRef(
            id=started.runbook_id,
            title=started.runbook_title,
            sha256=started.runbook_sha256,
            path=started.runbook_path,
        ),
        verdict=ruling.verdict,
        passed=ruling.verdict == "pass",
        failure_reason=ruling.reason,
        freezes=state.runbook is not None and ruling.verdict in state.runbook.freeze_on,
        end_reason=end_reason(state),
        criteria=criteria,
        rto=_rto(state, criteria),
        rpo=_rpo(state, criteria),
        steps=step_reports(state),
        gates=gate_reports(state),
        notes=note_reports(state),
        agreed=agreed_reports(state),
        pauses=pause_reports(state),
        choices=choice_reports(state),
        recoveries=recovery_reports(state),
        abort=abort_report(state),
        participants=participant_reports(state),
        handovers=handover_reports(state),
        trainees=trainee_reports(state),
        params=state.params,
        source=state.source,
        target=state.target,
        score=state.outputs_of_part(Plays.SCORE),
        isolation=isolation_facts(state),
        backup=backup_facts(state),
        tools={**started.versions, **_fingerprints(state)},
        host=started.host,
        user=started.user,
        cleanup=_cleanup(state),
        leftovers=_leftovers(state),
        recovered=len(state.recoveries),
        coverage=not_tested(state, criteria),
        earlier=started.earlier,
        follows=started.follows,
        files=_files(state),
    )


def _drill_type(state: DrillState, mode: Mode) -> Literal["restore_drill", "check", "recovery"]:
    if mode is Mode.RECOVERY:
        return "recovery"
    return "restore_drill" if _restores(state) else "check"


def _restores(state: DrillState) -> bool:
    """A runbook that cannot be read is taken for what most of them are."""
    return state.runbook is None or state.runbook.restores


def _proves(state: DrillState) -> str:
    said = state.runbook.proves.strip().rstrip(".") if state.runbook else ""
    return said or ("The backup restores" if _restores(state) else "What this runbook checks holds")


def _rto(state: DrillState, criteria: tuple[CriterionReport, ...]) -> RtoReport:
    """The criterion `rto`, else the first measured one."""
    found = _measured(state, "rto")
    if found is None:
        return RtoReport(
            objective_s=None,
            wall_s=None,
            machine_s=None,
            human_s=None,
            met=None,
            profile=profile_of(state),
            leaves_out=(),
        )
    criterion_id, measure = found
    span = state.clock(criterion_id, state.last_at)
    plus = fetched_in(measure, state)
    moments = (*(f"{step}.start" for step in plus), measure.start)
    began_at = min((at for point in moments if (at := state.moment(point)) is not None), default=None)
    return RtoReport(
        objective_s=span.objective_s,
        wall_s=round(span.wall_s, 3) if span.ended else None,
        machine_s=round(span.machine_s, 3) if span.ended else None,
        human_s=round(span.human_s, 3) if span.ended else None,
        down_s=round(span.down_s, 3) if span.ended else 0.0,
        met=_met(criterion_id, criteria),
        profile=profile_of(state),
        leaves_out=left_out_of_recovery_time(state, measure.start, plus),
        measured_from=measure.start,
        measured_to=measure.end,
        measured_plus=plus,
        started_at=iso(began_at) if began_at is not None else None,
    )


def _rpo(state: DrillState, criteria: tuple[CriterionReport, ...]) -> RpoReport:
    criterion = state.runbook.criteria.get("rpo") if state.runbook else None
    if criterion is None or criterion.value is None:
        return RpoReport(objective_s=None, actual_s=None, met=None)
    return RpoReport(
        objective_s=_number(criterion.max, state),
        actual_s=_number(criterion.value, state),
        met=_met("rpo", criteria),
    )


def _number(text: str | int | float | None, state: DrillState) -> float | None:
    try:
        return None if text is None else quantity(filled(text, state))
    except ValueError:
        return None


def _met(criterion_id: str, criteria: tuple[CriterionReport, ...]) -> bool | None:
    result = next((c.result for c in criteria if c.id == criterion_id), Finding.UNPROVEN)
    return None if result is Finding.UNPROVEN else result is Finding.MET


def _measured(state: DrillState, preferred: str) -> tuple[str, Measure] | None:
    criteria = state.runbook.criteria if state.runbook else {}
    measured = {criterion_id: c.measure for criterion_id, c in criteria.items() if c.measure}
    if preferred in measured:
        return preferred, measured[preferred]
    return next(iter(measured.items()), None)


def _fingerprints(state: DrillState) -> dict[str, str]:
    found: dict[str, str] = {}
    for step in state.steps.values():
        names = (*FINGERPRINTS, *VERSIONS) if step.plays in SPEAK_OF_THE_SOURCE else FINGERPRINTS
        found.update({name: step.outputs[name] for name in names if step.outputs.get(name)})
    return found


def _files(state: DrillState) -> tuple[LeftFile, ...] | None:
    """None also where somebody took the run over after its end, and has not ended it again."""
    if state.ended is None or any(r.at > (state.ended_at or 0.0) for r in state.recoveries):
        return None
    return state.ended.files


def _cleanup(state: DrillState) -> CleanupResult:
    """Without a word from cleanup, whatever was claimed and not released is left over."""
    if state.cleanup and state.cleanup.result:
        return state.cleanup.result
    return CleanupResult.LEFTOVERS if state.claims or state.ended is None else CleanupResult.CLEAN


def _leftovers(state: DrillState) -> tuple[str, ...]:
    if state.cleanup and state.cleanup.result:
        return state.cleanup.leftovers
    return tuple(f"{claim.kind} {claim.ref}" for claim in state.claims.values())

"""After a crash: find runs that were cut off, go on with one, or clean up after it.

Everything is read back from the run's own journal.  A run is cut off when its lock is free and its journal
does not close with `drill.ended`.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.ports import Clock, Operator, Sink, Toolbox
from drill_tui.engine.processes.process import Grace
from drill_tui.engine.record import events as ev
from drill_tui.engine.recovery.orphans import find_orphans
from drill_tui.engine.recovery.resuming import give_up, go_on
from drill_tui.engine.recovery.stray_answers import stray_confirmations
from drill_tui.engine.recovery.takeover import (
    RecoveryError,
    RecoveryRefusedError,
    fold,
    params_again,
    params_as_recorded,
    recovered,
    taken_over,
)
from drill_tui.engine.run.cleanup import CleanupOutcome
from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.run.gates import AutoOperator, unanswered
from drill_tui.engine.run.plan import DrillRefusedError, DrillSetup, check_setup
from drill_tui.engine.run.recorder import ENGINE
from drill_tui.engine.run.run_state import RunState
from drill_tui.engine.run.runner import finish
from drill_tui.runbook.mode import Mode

__all__ = [
    "RecoveryError",
    "RecoveryRefusedError",
    "clean_run",
    "find_orphans",
    "leftovers_of",
    "resume_drill",
]


async def resume_drill(
    run_dir: Path,
    *,
    environment: Mapping[str, str],
    toolbox: Toolbox,
    operator: Operator | None,
    sinks: Sequence[Sink],
    control: DrillControl,
    clock: Clock,
    grace: Grace | None = None,
    confirmations: Collection[str] = (),
) -> ev.EndReason:
    """Go on with a run from its last finished step; cleanup is over when this returns.

    Without an operator the runbook's `auto` policy answers, and `confirmations` its type-to-confirm gates.
    Secrets are taken from `environment` again.  Raises RecoveryError: another host, a changed runbook, a
    run that is over or being driven, a gate ahead that nobody would answer, a damaged journal.
    """
    with taken_over(run_dir) as (state, tail, setup):
        setup = replace(setup, params=params_again(setup, state, environment), environment=environment)
        setup = replace(setup, grace=grace or setup.grace)
        _refuse_resume(state, setup, toolbox)
        if operator is None:
            _refuse_without_people(setup)
            _refuse_open_gates(setup, state, confirmations)
        asked = operator or AutoOperator(setup.book, clock.now, confirmations)
        core = recovered(setup, toolbox, asked, sinks, control, clock, state, tail, how="resume")
        try:
            return await go_on(core)
        finally:
            control.end()
            core.recorder.close()


async def clean_run(
    run_dir: Path,
    toolbox: Toolbox,
    log: Callable[[str], None],
    *,
    environment: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> CleanupOutcome:
    """Remove what a run that is over, or was cut off, left behind: exactly what its journal claims.

    Raises RecoveryError for a run that is being driven, and for a damaged journal.
    """
    with taken_over(run_dir) as (state, tail, setup):
        if _nothing_left(state):
            log("nothing is left of this run")
            return CleanupOutcome(result=ev.CleanupResult.CLEAN)
        env = dict(os.environ) if environment is None else environment
        setup = replace(setup, params=params_as_recorded(state), environment=env, keep=False)
        clock = clock or SystemClock()
        control = DrillControl()
        operator = AutoOperator(setup.book, clock.now)
        core = recovered(setup, toolbox, operator, [_Lines(log)], control, clock, state, tail, how="clean")
        reason = state.ended.reason if state.ended else state.cleanup or ev.EndReason.CRASHED
        try:
            control.attach(core)
            await give_up(core)
            await finish(core, reason, "cleaned up afterwards")
        finally:
            control.end()
            core.recorder.close()
        ended = state.cleanup_ended
        return CleanupOutcome(
            result=ended.result if ended else ev.CleanupResult.LEFTOVERS,
            leftovers=ended.leftovers if ended else state.leftovers(),
        )


def leftovers_of(run_dir: Path) -> tuple[str, ...]:
    """What a run claimed and did not release, in words.  Raises RecoveryError for a damaged journal."""
    return fold(run_dir)[0].leftovers()


def _refuse_resume(state: RunState, setup: DrillSetup, toolbox: Toolbox) -> None:
    started = state.started
    if state.ended is not None:
        raise RecoveryRefusedError(_over(state, setup))
    if started is not None and started.host != socket.gethostname():
        raise RecoveryError(
            f"run {setup.run_id} began on host {started.host}, where its resources are; resume it there"
        )
    with contextlib.suppress(OSError):
        if sha256(setup.runbook.path.read_bytes()).hexdigest() != setup.runbook.sha256:
            raise RecoveryError(
                f"{setup.runbook.path} has changed since run {setup.run_id} began; put it back, or clean"
                " the run and start a new one"
            )
    try:
        check_setup(setup, toolbox)
    except DrillRefusedError as error:
        raise RecoveryError(str(error)) from error


def _refuse_without_people(setup: DrillSetup) -> None:
    if setup.mode is Mode.RECOVERY:
        raise RecoveryRefusedError(
            f"run {setup.run_id} is a real recovery, which goes on only with people: "
            f"drill-tui resume {setup.run_id}, without --auto, on a terminal"
        )


def _over(state: RunState, setup: DrillSetup) -> str:
    """Why there is nothing to go on with, and what can be done instead."""
    reason = state.ended.reason.value if state.ended else ""
    said = f"run {setup.run_id} is over ({reason}); there is nothing to go on with"
    also = "" if _nothing_left(state) else f"; `drill-tui clean {setup.run_id}` removes what it left"
    return f"{said}. `drill-tui replay {setup.run_id}` tells what it came to{also}"


def _refuse_open_gates(setup: DrillSetup, state: RunState, confirmations: Collection[str]) -> None:
    if state.cleanup is not None or state.abort is not None:
        return
    for stray in stray_confirmations(setup, confirmations, state):
        raise RecoveryRefusedError(". ".join(filter(None, (stray.problem, stray.advice))))
    for gate in unanswered(setup, confirmations, state):
        raise RecoveryError(
            f"{gate.problem}. {gate.advice} Or remove the run with drill-tui clean {setup.run_id}"
        )


def _nothing_left(state: RunState) -> bool:
    ended = state.cleanup_ended
    return state.ended is not None and ended is not None and ended.result is ev.CleanupResult.CLEAN


class _Lines:
    """Tells a cleanup as lines of text."""

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log

    def on_record(self, record: ev.Record) -> None:
        match record.event:
            case ev.StepEnded(step=step, outcome=outcome, reason=reason):
                self._log(f"{step}: {outcome}" + (f" ({reason})" if reason else ""))
            case ev.NoteAdded(by=by, text=text) if by == ENGINE:
                self._log(text)
            case ev.ResourceReleased(kind=kind, ref=ref):
                self._log(f"removed {kind} {ref}")

    def on_log(self, chunk: ev.LogChunk) -> None:
        for line in chunk.lines:
            self._log(line)

    def on_progress(self, progress: ev.Progress) -> None:
        pass

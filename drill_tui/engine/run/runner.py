"""A drill from its first event to its last: the steps, and cleanup whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import socket
import traceback
from collections.abc import Coroutine, Sequence

from drill_tui.engine.ports import Clock, Operator, Sink, Toolbox
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.journal import JOURNAL_NAME, Journal, JournalError, Tail
from drill_tui.engine.record.left_files import left_files
from drill_tui.engine.record.lock import RunBusyError, boot_id, run_lock
from drill_tui.engine.run.cleanup import clean_up, dispose
from drill_tui.engine.run.closing import close_open, end_steps
from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.run.core import Core
from drill_tui.engine.run.limits import StoppedError, limited
from drill_tui.engine.run.lookout import keep_looking
from drill_tui.engine.run.lookup import Values
from drill_tui.engine.run.losses import StartOver, steps_since
from drill_tui.engine.run.plan import DrillRefusedError, DrillSetup, check_setup
from drill_tui.engine.run.recorder import Recorder
from drill_tui.engine.run.run_state import RunState
from drill_tui.engine.run.steps import run_step, skip_step
from drill_tui.engine.run.watches import background
from drill_tui.engine.text.os_words import os_words
from drill_tui.engine.text.redact import MASK, Redactor, secret_values
from drill_tui.runbook.durations import format_duration
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Step

ABORTED_VIA = {
    "operator": ev.EndReason.ABORTED,
    "signal": ev.EndReason.SIGNAL,
    "deadline": ev.EndReason.DEADLINE,
}
_STOPPED_BY = {
    ev.Outcome.REJECTED: ev.EndReason.REJECTED,
    ev.Outcome.EXPIRED: ev.EndReason.EXPIRED,
    ev.Outcome.ERROR: ev.EndReason.ERROR,
    ev.Outcome.INTERRUPTED: ev.EndReason.CRASHED,
}


REFUSED = frozenset({ev.Outcome.REJECTED, ev.Outcome.EXPIRED})


async def run_drill(
    setup: DrillSetup,
    *,
    toolbox: Toolbox,
    operator: Operator,
    sinks: Sequence[Sink],
    control: DrillControl,
    clock: Clock,
) -> ev.EndReason:
    """Run a drill; cleanup is over when this returns, also when it is cancelled.

    Raises DrillRefusedError before anything is started: the runbook names what does not exist, or the run's
    directory cannot be written.
    """
    check_setup(setup, toolbox)
    state = RunState(run_id=setup.run_id)
    with contextlib.ExitStack() as stack:
        try:
            make_run_dir(setup)
            stack.enter_context(run_lock(setup.run_dir))
            core = build_core(setup, toolbox, operator, sinks, control, clock, state)
            stack.callback(core.recorder.close)
            stack.callback(control.end)
            core.record(drill_started(setup))
            for name, roles in setup.participants.items():
                core.record(ev.ParticipantJoined(name=name, roles=roles))
        except (OSError, JournalError, RunBusyError) as error:
            raise DrillRefusedError(
                f"the drill's records cannot be written in {setup.run_dir.parent}: {os_words(error)}\n"
                "  Mend this, or keep the evidence elsewhere: --artifacts DIR"
            ) from error
        return await drive(core, forward(core, setup.book.steps))


def make_run_dir(setup: DrillSetup) -> None:
    setup.run_dir.mkdir(parents=True, exist_ok=True)
    setup.private_dir.mkdir(mode=0o700, exist_ok=True)


def build_core(
    setup: DrillSetup,
    toolbox: Toolbox,
    operator: Operator,
    sinks: Sequence[Sink],
    control: DrillControl,
    clock: Clock,
    state: RunState,
    tail: Tail | None = None,
) -> Core:
    """Put the collaborators together.  Raises JournalError."""
    secrets = secret_values(setup.environment) | {p.value for p in setup.params.values() if p.secret}
    journal = Journal(setup.run_dir / JOURNAL_NAME, setup.run_id, tail)
    recorder = Recorder(journal, clock, sinks, Redactor(secrets), setup.run_id)
    return Core(
        setup=setup,
        toolbox=toolbox,
        operator=operator,
        recorder=recorder,
        control=control,
        clock=clock,
        state=state,
        values=Values(setup, state),
    )


async def drive(core: Core, ahead: Coroutine[None, None, ev.EndReason]) -> ev.EndReason:
    """What is ahead, then cleanup.  When cancelled, the drill is ended in order before this returns."""
    core.control.attach(core)
    whole = asyncio.ensure_future(_ahead_and_cleanup(core, ahead))
    cancelled = False
    while not whole.done():
        try:
            await asyncio.shield(whole)
        except asyncio.CancelledError:
            cancelled = True
            core.control.abort("drill-tui", "signal", "the program around the drill ended")
    reason = whole.result()
    if cancelled:
        raise asyncio.CancelledError
    return reason


async def _ahead_and_cleanup(core: Core, ahead: Coroutine[None, None, ev.EndReason]) -> ev.EndReason:
    detail = ""
    try:
        async with background(_watchdog(core)), background(keep_looking(core)):
            reason = await ahead
    except JournalError as error:
        reason, detail = ev.EndReason.ERROR, str(error)
        _break_off(core, detail)
    except Exception as error:
        reason, detail = ev.EndReason.ERROR, f"unexpected {type(error).__name__}: {error}"
        with contextlib.suppress(OSError):
            log = core.open_log("drill-tui")
            log.line("".join(traceback.format_exception(error)).rstrip())
            log.close()
        _break_off(core, detail)
    return await finish(core, reason, detail)


def _break_off(core: Core, why: str) -> None:
    close_open(core, ev.Outcome.ERROR, why, core.now)
    end_steps(core, ev.Outcome.ERROR, why)


async def finish(core: Core, reason: ev.EndReason, detail: str = "") -> ev.EndReason:
    """Cleanup and the last event."""
    await clean_up(core, reason, keep=core.setup.keep)
    abort = core.control.abort_request
    detail = detail or core.recorder.why_lost or (abort.reason if abort else "")
    files = await asyncio.to_thread(left_files, core.setup.run_dir, core.state.told)
    core.tell(ev.DrillEnded(reason=reason, detail=detail, files=files))
    return reason


async def forward(core: Core, steps: Sequence[Step], index: int = 0) -> ev.EndReason:
    """Step after step from `index` on, until the last one or a reason to end.  Raises JournalError."""
    while index < len(steps):
        step = steps[index]
        reason = await _until_next(core)
        why = "the drill was stopped before it"
        if reason is None:
            try:
                ended = await run_step(core, step)
            except StartOver as over:
                index = await reopen(core, steps, index, over)
                continue
            reason = end_after(core, step, ended)
            why = f"not reached: step {step.id} ended the drill"
            index += 1
        if reason is not None:
            skip_rest(core, steps[index:], why)
            return reason
    return ev.EndReason.COMPLETED


async def reopen(core: Core, steps: Sequence[Step], index: int, over: StartOver) -> int:
    """Remove what is left of what was lost, and open the steps since then again.  Returns where to go on."""
    first, again = steps_since(steps, over.step, index)
    reason = core.losses.reason(over.step)
    claims = [claim for claim in core.state.claims.values() if claim.step == over.step]
    await dispose(core, claims[::-1])
    core.record(ev.StepsReopened(steps=again, reason=reason))
    core.losses.forget(over.step)
    return first


async def _until_next(core: Core) -> ev.EndReason | None:
    """Waits out a pause; the reason, if the drill must end here."""
    stop = core.control.stop_steps
    if not stop.is_set():
        with contextlib.suppress(StoppedError):
            await limited(core.control.until_resumed(), clock=core.clock, stop=stop)
    return aborted(core)


def skip_rest(core: Core, steps: Sequence[Step], why: str) -> None:
    for step in steps:
        skip_step(core, step, why)


def end_after(core: Core, step: Step, ended: ev.StepEnded) -> ev.EndReason | None:
    """Why the drill ends after this step, if it does."""
    if core.recorder.journal_lost:
        return ev.EndReason.ERROR
    if (stopped := aborted(core)) is not None:
        return stopped
    if ended.outcome in {ev.Outcome.PASSED, ev.Outcome.SKIPPED, ev.Outcome.UNPROVEN}:
        return None
    if ended.outcome in REFUSED and _refusal_ends(core, step, ended.outcome):
        return _STOPPED_BY[ended.outcome]
    if step.on_failure != "stop" or core.state.step(step.id).chosen == "continue":
        return None
    return _STOPPED_BY.get(ended.outcome, ev.EndReason.FAILED)


def _refusal_ends(core: Core, step: Step, outcome: ev.Outcome) -> bool:
    """A "no" ends the drill, whatever `on_failure` says of a failure: nothing was done that could fail.

    Only where the step does not count anyway is a gate that nobody answered passed over.
    """
    by_a_person = outcome is ev.Outcome.REJECTED and core.setup.mode is not Mode.AUTO
    return by_a_person or step.on_failure != "ignore"


def aborted(core: Core) -> ev.EndReason | None:
    abort = core.control.abort_request
    return ABORTED_VIA.get(abort.via, ev.EndReason.ERROR) if abort else None


async def _watchdog(core: Core) -> None:
    """Ends a drill past its deadline, which counts from its very start."""
    left_s = deadline_left_s(core)
    if left_s is not None:
        await core.clock.sleep(max(0.0, left_s))
        stop_at_deadline(core)


def deadline_left_s(core: Core) -> float | None:
    """Seconds until the deadline, a time without a process included; None without one."""
    deadline_s = core.setup.book.deadline
    return None if deadline_s is None else core.state.started_at + deadline_s - core.now


def stop_at_deadline(core: Core) -> str:
    """Ends the drill; returns why."""
    reason = f"longer than the runbook's deadline of {format_duration(core.setup.book.deadline or 0.0)}"
    if core.state.down_s:
        reason += f", {format_duration(round(core.state.down_s))} of it without a process"
    core.control.abort("deadline", "deadline", reason)
    return reason


def drill_started(setup: DrillSetup) -> ev.DrillStarted:
    book = setup.book
    return ev.DrillStarted(
        runbook_id=book.id,
        runbook_title=book.title,
        runbook_path=str(setup.runbook.path),
        runbook_sha256=setup.runbook.sha256,
        runbook_text=setup.runbook.text,
        mode=setup.mode,
        params={name: MASK if p.secret else p.value for name, p in setup.params.items()},
        project_dir=str(setup.project_dir),
        host=socket.gethostname(),
        user=_user(),
        pid=os.getpid(),
        boot_id=boot_id(),
        versions=dict(setup.versions),
        deadline_s=book.deadline,
        keep=setup.keep,
        earlier=setup.earlier,
        follows=setup.follows,
        objectives=dict(setup.runbook.objectives),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())

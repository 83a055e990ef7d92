"""Going on with a run whose process died: close what was open, bring back what died, run the rest."""

from __future__ import annotations

from drill_tui.engine.processes.process_group import RUN_MARK, end_marked, listed
from drill_tui.engine.record import events as ev
from drill_tui.engine.run.cleanup import dispose
from drill_tui.engine.run.closing import close_open, end_steps
from drill_tui.engine.run.core import Core
from drill_tui.engine.run.execution import arguments_of, make_context
from drill_tui.engine.run.limits import StoppedError, limited
from drill_tui.engine.run.losses import StartOver
from drill_tui.engine.run.recorder import ENGINE
from drill_tui.engine.run.run_state import StepRun
from drill_tui.engine.run.runner import (
    ABORTED_VIA,
    aborted,
    deadline_left_s,
    drive,
    end_after,
    forward,
    reopen,
    stop_at_deadline,
)
from drill_tui.engine.run.steps import does_something, resume_step
from drill_tui.engine.text.sanitise import one_line
from drill_tui.runbook.model import Step

DIED = "drill-tui died while it ran"


async def go_on(core: Core) -> ev.EndReason:
    """The rest of a recovered run, cleanup included."""
    return await drive(core, _ahead(core))


async def end_processes(core: Core) -> None:
    """End what interrupted steps may have left running; a process is ours if its environment says so."""
    if ended := await end_marked({RUN_MARK: core.setup.run_id}):
        core.tell(ev.NoteAdded(by=ENGINE, text=f"Ended what was still running: {listed(ended)}"))


async def give_up(core: Core) -> None:
    """Close what was open when the process died, for a run that only needs its cleanup."""
    await end_processes(core)
    _close_open(core)
    if core.state.cleanup is None:
        _end_steps(core)


def _close_open(core: Core) -> None:
    close_open(core, ev.Outcome.INTERRUPTED, DIED, core.state.died_at)


def _end_steps(core: Core) -> None:
    end_steps(core, ev.Outcome.INTERRUPTED, DIED)


async def _ahead(core: Core) -> ev.EndReason:
    core.losses.to_be_revived.update(step.id for step in core.setup.book.steps)
    await end_processes(core)
    _close_open(core)
    if core.state.cleanup is not None:
        return core.state.cleanup
    steps = core.setup.book.steps
    abort = core.state.abort
    reason = ABORTED_VIA.get(abort.via, ev.EndReason.ERROR) if abort else None
    for index, step in enumerate(steps):
        run = core.state.step(step.id)
        if reason is None and run.ended is None:
            return await _from(core, steps, index)
        if reason is None and run.ended is not None:
            reason = end_after(core, step, run.ended)
        if reason is not None:
            _end_steps(core)
            return reason
    return ev.EndReason.COMPLETED


async def _from(core: Core, steps: tuple[Step, ...], index: int) -> ev.EndReason:
    step, run = steps[index], core.state.step(steps[index].id)
    left_s = deadline_left_s(core)
    if left_s is not None and left_s <= 0:
        why = stop_at_deadline(core)
        end_steps(core, ev.Outcome.INTERRUPTED, f"{DIED}, and then the run was {why}")
        return ev.EndReason.DEADLINE
    reason: ev.EndReason | None = None
    if (run.started_at and not await _may_go_on(core, step, run)) or not await _revive(core, steps[:index]):
        reason = aborted(core) or ev.EndReason.CRASHED
    elif run.started_at:
        try:
            reason = end_after(core, step, await resume_step(core, step))
            index += 1
        except StartOver as over:
            index = await reopen(core, steps, index, over)
    if reason is None:
        return await forward(core, steps, index)
    _end_steps(core)
    return reason


async def _may_go_on(core: Core, step: Step, run: StepRun) -> bool:
    """Whether an interrupted step may run again: it is idempotent, had done nothing, or a person says so."""
    last = run.last_attempt
    cut_off = last is not None and last.outcome is ev.Outcome.INTERRUPTED
    if cut_off and does_something(step) and not step.idempotent:
        try:
            allowed = await limited(
                core.operator.may_rerun(step.id), clock=core.clock, stop=core.control.stop_steps
            )
        except StoppedError:
            return False
        if not allowed:
            return False
    if cut_off:
        await dispose(core, [claim for claim in core.state.claims.values() if claim.step == step.id])
    return True


async def _revive(core: Core, finished: tuple[Step, ...]) -> bool:
    """Bring back what died with the process, step by step; False, with a note, where that fails."""
    for step in finished:
        run = core.state.step(step.id)
        spec = core.toolbox.actions.get(step.uses or "")
        if spec is None or spec.revive is None or run.ended is None:
            continue
        if run.ended.outcome is not ev.Outcome.PASSED:
            continue
        log = core.open_log(step.id)
        try:
            context = make_context(core, step, run.attempts, log, arguments_of(core, step))
            work = spec.revive(context)
            result = await limited(
                work, clock=core.clock, stop=core.control.stop_steps, timeout_s=step.timeout
            )
        except Exception as error:
            what = (
                f"What step {step.id} had started could not be brought back: {error or type(error).__name__}"
            )
            core.record(ev.NoteAdded(by=ENGINE, text=one_line(what, 1_000), step=step.id))
            return False
        finally:
            log.close()
        core.record(
            ev.OutputsRecorded(
                step=step.id, attempt=run.attempts, outputs=dict(result.outputs), env=dict(result.env)
            )
        )
    core.losses.to_be_revived.clear()
    return True

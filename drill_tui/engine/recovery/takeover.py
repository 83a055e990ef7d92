"""Taking over a run whose process is gone: its lock, its journal, its runbook as it was."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from drill_tui.engine.ports import Clock, Operator, Sink, Toolbox
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.journal import JOURNAL_NAME, JournalError, Tail, read_with_tail
from drill_tui.engine.record.lock import RunBusyError, boot_id, run_lock
from drill_tui.engine.record.vocabulary import SEATS_NAME
from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.run.core import Core
from drill_tui.engine.run.plan import DrillSetup
from drill_tui.engine.run.run_state import RunState
from drill_tui.engine.run.runner import build_core, make_run_dir
from drill_tui.engine.text.os_words import os_words
from drill_tui.engine.text.redact import MASK
from drill_tui.runbook.document import Document
from drill_tui.runbook.load import LoadedRunbook, parse_text
from drill_tui.runbook.problems import RunbookError
from drill_tui.runbook.settings import with_objectives
from drill_tui.runbook.values import ParamError, ResolvedParam, resolve_params


class RecoveryError(Exception):
    """A run that cannot be taken over; says why, and what can be done."""


class RecoveryRefusedError(RecoveryError):
    """What was asked for does not fit the run: the command must change, or is not needed."""


@contextlib.contextmanager
def taken_over(run_dir: Path) -> Iterator[tuple[RunState, Tail, DrillSetup]]:
    """Holds the run's lock and reads its journal.  Where its process listened for seats, nobody does now."""
    try:
        with run_lock(run_dir):
            (run_dir / SEATS_NAME).unlink(missing_ok=True)
            state, tail = fold(run_dir)
            yield state, tail, _setup(run_dir, state)
    except (RunBusyError, JournalError, OSError) as error:
        raise RecoveryError(os_words(error)) from error


def fold(run_dir: Path) -> tuple[RunState, Tail]:
    try:
        records, tail = read_with_tail(run_dir / JOURNAL_NAME)
    except JournalError as error:
        raise RecoveryError(str(error)) from error
    state = RunState(run_id=run_dir.name)
    for record in records:
        if record.run != run_dir.name:
            raise RecoveryError(f"{run_dir / JOURNAL_NAME}: belongs to run {record.run}; it was moved here")
        state.apply(record.event, record.at)
    if state.started is None:
        raise RecoveryError(f"{run_dir}: died before its first event; delete the directory")
    return state, tail


def _setup(run_dir: Path, state: RunState) -> DrillSetup:
    started = state.started
    assert started is not None  # noqa: S101 - _fold refuses a journal without it
    try:
        runbook = parse_text(started.runbook_text, started.runbook_path)
    except RunbookError as error:
        raise RecoveryError(f"this drill-tui cannot read the runbook of that run: {error}") from error
    return DrillSetup(
        runbook=LoadedRunbook(
            runbook=with_objectives(runbook, started.objectives),
            text=started.runbook_text,
            sha256=started.runbook_sha256,
            path=Path(started.runbook_path),
            project_dir=Path(started.project_dir),
            positions=Document(data=None, values={}, keys={}),
            objectives=started.objectives,
        ),
        mode=started.mode,
        params={},
        run_dir=run_dir.resolve(),
        project_dir=Path(started.project_dir),
        environment={},
        participants=dict(state.participants),
        keep=started.keep,
        versions=started.versions,
    )


def params_again(
    setup: DrillSetup, state: RunState, environment: Mapping[str, str]
) -> dict[str, ResolvedParam]:
    """Parameters as recorded, secrets from the environment.  Raises RecoveryError."""
    recorded = params_as_recorded(state)
    masked = [name for name, param in recorded.items() if MASK in param.value and not param.secret]
    if masked:
        raise RecoveryError(f"parameter {masked[0]} held a secret, which the journal does not keep")
    given = {name: param.value for name, param in recorded.items() if not param.secret}
    try:
        return resolve_params(setup.book, given, environment)
    except ParamError as error:
        raise RecoveryError(f"the run's secrets are needed again: {error}") from error


def params_as_recorded(state: RunState) -> dict[str, ResolvedParam]:
    """What the journal holds; a secret is its mask."""
    recorded = state.started.params if state.started else {}
    return {name: ResolvedParam(value, secret=value == MASK) for name, value in recorded.items()}


def recovered(
    setup: DrillSetup,
    toolbox: Toolbox,
    operator: Operator,
    sinks: Sequence[Sink],
    control: DrillControl,
    clock: Clock,
    state: RunState,
    tail: Tail,
    *,
    how: str,
) -> Core:
    """The drill as its journal tells it, with the take-over recorded."""
    make_run_dir(setup)
    core = build_core(setup, toolbox, operator, sinks, control, clock, state, tail)
    down_s = max(0.0, core.now - state.last_at)
    core.record(ev.DrillRecovered(how=how, down_s=down_s, pid=os.getpid(), boot_id=boot_id()))
    return core

"""What a step does: a command in a process of its own, or a built-in action in this one."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.processes.process import Command, run_process
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.talkback import Talkback
from drill_tui.engine.run.context import EngineContext
from drill_tui.engine.run.core import Core
from drill_tui.engine.run.lookup import NoValueError
from drill_tui.engine.run.outputs import reads_stdout
from drill_tui.engine.run.watches import progress_watch
from drill_tui.runbook.model import Action, Step

SQL_ACTION: Final = "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """What came out of a command or an action, before it is judged."""

    exit_code: int | None = None
    stdout: str = ""
    outputs: Mapping[str, str]
    env: Mapping[str, str]
    last_words: str = ""
    """Of a command that ended with another exit code than 0."""


def command_line(core: Core, action: Action) -> str:
    """The command as a person would type it, with its environment in front."""
    try:
        connection = core.connection_of(action)
        variables = {
            name: text for name, text in connection.items() if name.startswith(("DB_", "PGPASSFILE"))
        }
        variables |= core.own_variables(action)
        body = _body(core, action)
    except NoValueError:
        variables, body = {}, str(action.run or action.uses or "")
    front = [f"{name}={shlex.quote(text)}" for name, text in variables.items()] if action.run else []
    return " ".join([*front, body])


async def do_command(core: Core, action: Action, number: int, log: StepLog) -> Produced:
    """Run the step's `run`.  Raises NoValueError, ProcessError, OSError and JournalError."""
    directory = core.setup.run_dir / "steps" / f"{action.id}.{number}"
    environment = core.step_environment(action) | {"DRILL_ATTEMPT": str(number)}
    talkback = Talkback(directory, action.id, log.line)
    command = Command(
        argv=_argv(core, action),
        environment=environment | talkback.environment,
        working_dir=core.setup.project_dir,
        capture_stdout=_reads_stdout(action),
    )

    def started(pid: int, ticks: int) -> None:
        core.record(ev.ProcessStarted(step=action.id, attempt=number, pid=pid, start_ticks=ticks))

    try:
        async with progress_watch(core, talkback):
            exited = await run_process(command, log, started, core.setup.grace)
        said = log.last_words() if exited.exit_code else ""
        outputs = talkback.outputs()
    finally:
        _record_evidence(core, action, number, talkback)
        shutil.rmtree(directory, ignore_errors=True)
    return Produced(
        exit_code=exited.exit_code, stdout=exited.stdout, outputs=outputs, env={}, last_words=said
    )


async def do_action(core: Core, action: Action, number: int, log: StepLog) -> Produced:
    """Run the step's `uses` or `sql`.  Raises what the action raises, and NoValueError."""
    name, arguments = _call(core, action)
    context = make_context(core, action, number, log, arguments)
    result = await core.toolbox.actions[name].run(context)
    return Produced(outputs=result.outputs, env=result.env)


def make_context(
    core: Core, action: Action, number: int, log: StepLog, arguments: Mapping[str, str]
) -> EngineContext:
    """Raises NoValueError."""
    environment = core.base_environment(action) if action.connect else dict(core.setup.environment)
    return EngineContext(core, log, action.id, number, arguments, environment | core.own_variables(action))


def arguments_of(core: Core, action: Action) -> dict[str, str]:
    """A step's `with:`, filled in.  Raises NoValueError."""
    return {name: core.values.fill(value) for name, value in action.arguments.items()}


def _call(core: Core, action: Action) -> tuple[str, dict[str, str]]:
    if isinstance(action, Step) and action.sql is not None:
        bound = {f"params.{name}": core.values.fill(value) for name, value in action.sql.params.items()}
        return SQL_ACTION, {"query": action.sql.query} | bound
    return str(action.uses), arguments_of(core, action)


def _body(core: Core, action: Action) -> str:
    if isinstance(action.run, str):
        return action.run
    if action.run is not None:
        program, *rest = (core.values.fill(part) for part in action.run)
        return shlex.join([_as_typed(core, program), *rest])
    if isinstance(action, Step) and action.sql is not None:
        return f"sql: {action.sql.query}"
    filled = (f"{name}={shlex.quote(text)}" for name, text in arguments_of(core, action).items())
    return " ".join([str(action.uses), *filled])


def _argv(core: Core, action: Action) -> tuple[str, ...]:
    if action.run is None or isinstance(action.run, str):
        return ("/bin/sh", "-c", action.run or "")
    first, *rest = (core.values.fill(part) for part in action.run)
    return (str(core.setup.runbook.procedure_file(first)) if "/" in first else first, *rest)


def _as_typed(core: Core, program: str) -> str:
    """A program by the path that its runbook says; by its whole path where the project has no such file."""
    if "/" not in program:
        return program
    path = core.setup.runbook.procedure_file(program)
    return program if path == core.setup.project_dir / program else str(path)


def _reads_stdout(action: Action) -> bool:
    if not isinstance(action, Step):
        return False
    return reads_stdout(action.outputs) or any(check.that == "stdout" for check in action.check)


def _record_evidence(core: Core, action: Action, number: int, talkback: Talkback) -> None:
    for line in talkback.evidence():
        core.record(
            ev.EvidenceRecorded(
                step=action.id,
                attempt=number,
                criterion=line.criterion,
                result=line.result,
                detail=line.detail,
                coverage=line.coverage,
            )
        )

"""One attempt of one step: do it, within its limits, then judge what came out."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError, NotOursError
from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.processes.process import ProcessError
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.exit_codes import COULD_NOT_RUN, COULD_NOT_TELL, NOTHING_PROVEN
from drill_tui.engine.record.journal import JournalError
from drill_tui.engine.run.checks import evaluate
from drill_tui.engine.run.core import Core
from drill_tui.engine.run.execution import Produced, command_line, do_action, do_command
from drill_tui.engine.run.limits import StoppedError, TimeLimitError, limited
from drill_tui.engine.run.lookup import NoValueError
from drill_tui.engine.run.outputs import take_outputs
from drill_tui.engine.run.watches import budget_watch
from drill_tui.engine.text.sanitise import one_line, shorten, strip_controls
from drill_tui.runbook.durations import format_duration
from drill_tui.runbook.model import Action, Step
from drill_tui.runbook.plays import Plays

MAX_COMMAND_CHARS: Final = 20_000
MAX_QUOTE_CHARS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How an attempt came out."""

    number: int
    outcome: ev.Outcome
    exit_code: int | None = None
    reason: str = ""
    left_alone: str = ""
    """The step whose claims must not be touched: what is there is not this run's."""


async def make_attempt(core: Core, action: Action, number: int, stop: asyncio.Event) -> Attempt:
    """Run an attempt to its end, whatever it comes to.  Raises only JournalError."""
    began = core.now
    core.record(
        ev.AttemptStarted(
            step=action.id,
            attempt=number,
            command=shorten(strip_controls(command_line(core, action)).strip(), MAX_COMMAND_CHARS),
            log=core.log_name(action.id),
            plays=_part_of(core, action),
        )
    )
    attempt = await _Trial(core, action, number).run(stop)
    core.record(
        ev.AttemptEnded(
            step=action.id,
            attempt=number,
            outcome=attempt.outcome,
            exit_code=attempt.exit_code,
            reason=attempt.reason,
            duration_s=core.now - began,
        )
    )
    return attempt


class _Trial:
    def __init__(self, core: Core, action: Action, number: int) -> None:
        self._core = core
        self._action = action
        self._number = number

    async def run(self, stop: asyncio.Event) -> Attempt:
        try:
            log = self._core.open_log(self._action.id)
        except OSError as error:
            return self._ended(ev.Outcome.ERROR, f"cannot write its log: {error.strerror}")
        try:
            return await self._run_logged(stop, log)
        finally:
            with contextlib.suppress(OSError):
                log.close()

    async def _run_logged(self, stop: asyncio.Event, log: StepLog) -> Attempt:
        do = do_action if self._action.run is None else do_command
        if self._number > 1:
            log.line(f"drill-tui: attempt {self._number}")
        work = do(self._core, self._action, self._number, log)
        timeout_s = self._action.timeout
        try:
            async with budget_watch(self._core, self._action):
                made = await limited(work, clock=self._core.clock, stop=stop, timeout_s=timeout_s)
            return self._judge(made, log)
        except StoppedError:
            return self._ended(ev.Outcome.CANCELLED, self._why_stopped())
        except TimeLimitError:
            limit = format_duration(timeout_s or 0.0)
            return self._ended(ev.Outcome.TIMED_OUT, f"not done within its time-out of {limit}")
        except NotOursError as error:
            return replace(self._ended(ev.Outcome.ERROR, str(error)), left_alone=error.step)
        except ActionError as error:
            missed = self._core.state.step(self._action.id).missed
            return self._ended(ev.Outcome.FAILED if missed else ev.Outcome.ERROR, str(error))
        except (NoValueError, ProcessError) as error:
            return self._ended(ev.Outcome.ERROR, str(error))
        except JournalError:
            raise
        except OSError as error:
            where = error.filename or "its log or its files"
            return self._ended(ev.Outcome.ERROR, f"{error.strerror or error} ({where})")
        except Exception as error:
            log.line("".join(traceback.format_exception(error)).rstrip())
            what = f"unexpected {type(error).__name__}: {error}; the log holds the details, please report it"
            return self._ended(ev.Outcome.ERROR, what)

    def _judge(self, made: Produced, log: StepLog) -> Attempt:
        outputs, problems = self._outputs(made, log)
        if outputs or made.env:
            event = ev.OutputsRecorded(
                step=self._action.id, attempt=self._number, outputs=outputs, env=dict(made.env)
            )
            self._core.record(event, told=replace(event, outputs=self._without_secrets(outputs)))
        exit_judged, failures = self._check(made, outputs)
        if made.exit_code and not exit_judged:
            outcome, why = self._by_exit_code(made.exit_code, made.last_words)
            if outcome is not ev.Outcome.FAILED:
                return self._ended(outcome, why, made.exit_code)
            failures.insert(0, why)
        elif not failures:
            failures = problems
        outcome = ev.Outcome.FAILED if failures else ev.Outcome.PASSED
        return self._ended(outcome, "; ".join(failures), made.exit_code)

    def _by_exit_code(self, code: int, last_words: str) -> tuple[ev.Outcome, str]:
        """What an exit code other than 0 says, with the program's own words where no evidence speaks."""
        run = self._core.state.step(self._action.id)
        quote = shorten(last_words, MAX_QUOTE_CHARS)
        if code == COULD_NOT_TELL:
            outcome = ev.Outcome.FAILED if run.missed else ev.Outcome.ERROR
            return outcome, quote or f"it could not tell (exit code {code})"
        if code in COULD_NOT_RUN and not run.missed:
            return ev.Outcome.ERROR, f"exit code {code}" + (f": {quote}" if quote else "")
        if code == NOTHING_PROVEN and run.unproven and not run.missed:
            return ev.Outcome.UNPROVEN, "it ran to its end, and could not prove all that it must"
        return (
            ev.Outcome.FAILED,
            f"exit code {code}: {quote}" if quote and not run.missed else f"exit code {code}",
        )

    def _outputs(self, made: Produced, log: StepLog) -> tuple[dict[str, str], list[str]]:
        declared = self._action.outputs if isinstance(self._action, Step) else {}
        taken, problems = take_outputs(declared, made.outputs, made.stdout)
        if self._action.run is None:
            return dict(made.outputs) | taken, problems
        for name in sorted(made.outputs.keys() - declared.keys()):
            log.line(f"drill-tui: output {name} is not declared in the runbook, and not kept")
        return taken, problems

    def _without_secrets(self, outputs: Mapping[str, str]) -> dict[str, str]:
        """What the journal keeps.  Masks would break `resume`, so what holds no secret is kept exact.

        That is what a built-in action puts out, and a path that exists: a password such as `postgres` must
        not mask a user's name or a part of a path.
        """
        clean = self._core.recorder.clean
        if self._action.uses is not None:
            return {name: strip_controls(value) for name, value in outputs.items()}
        declared = self._action.outputs if isinstance(self._action, Step) else {}
        paths = {name for name, output in declared.items() if output.type == "path"}
        return {
            name: value if name in paths and _exists(value) else clean(value)
            for name, value in outputs.items()
        }

    def _check(self, made: Produced, outputs: Mapping[str, str]) -> tuple[bool, list[str]]:
        """Whether the runbook itself judges the exit code, and what did not hold."""
        checks = self._action.check if isinstance(self._action, Step) else ()
        values = {"stdout": made.stdout, **outputs}
        if made.exit_code is not None:
            values["exit"] = str(made.exit_code)
        failures = []
        for check in checks:
            found = evaluate(check, values, self._core.values.fill)
            self._core.record(
                ev.CheckEvaluated(
                    step=self._action.id,
                    attempt=self._number,
                    that=found.that,
                    ok=found.ok,
                    message=found.message,
                )
            )
            if not found.ok:
                failures.append(found.message)
        return any(check.that == "exit" for check in checks), failures

    def _ended(self, outcome: ev.Outcome, reason: str, exit_code: int | None = None) -> Attempt:
        return Attempt(
            number=self._number, outcome=outcome, exit_code=exit_code, reason=one_line(reason, 2_000)
        )

    def _why_stopped(self) -> str:
        abort = self._core.control.abort_request
        if self._core.state.cleanup is not None or abort is None:
            return "skipped during cleanup"
        return f"stopped by {abort.by}" + (f": {abort.reason}" if abort.reason else "")


def _exists(path: str) -> bool:
    try:
        return Path(path).is_absolute() and Path(path).exists()
    except (OSError, ValueError):
        return False


def _part_of(core: Core, action: Action) -> Plays | None:
    """What the built-in action says of itself, else what the runbook says of its command."""
    if action.uses is not None:
        return core.toolbox.actions[action.uses].plays
    return action.plays if isinstance(action, Step) else None

"""Asking a runbook's check again, about a copy: the same command, and the same way to judge what it says."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drill_tui.demo.by_hand import HandContext
from drill_tui.engine.ports import ActionError
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.talkback import Talkback
from drill_tui.engine.run.checks import evaluate
from drill_tui.engine.run.outputs import take_outputs
from drill_tui.faults.asked import Asked
from drill_tui.faults.score.checks import Clean, Subject
from drill_tui.faults.score.programs import TIMED_OUT, Program, Programs
from drill_tui.postgres.actions import query_sql
from drill_tui.postgres.archive.latest import latest_backup
from drill_tui.runbook.model import Step
from drill_tui.verdict.criteria import judge_all
from drill_tui.verdict.state import DrillState


@dataclass(frozen=True, slots=True)
class CheckDone:
    exit_code: int | None
    stdout: str
    outputs: Mapping[str, str]
    evidence: Sequence[ev.EvidenceRecorded] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What each criterion came to, and the steps that did not pass."""

    findings: Mapping[str, ev.Finding]
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks the checks of one drill; `records` is its journal so far."""

    clean: Clean
    records: Sequence[ev.Record]
    project_dir: Path
    programs: Programs
    find: Callable[[str], Path]
    """Where a file lies that the runbook names by a relative path."""

    async def ask(self, steps: Sequence[Step], subject: Subject, place: Path) -> Answer:
        """Every criterion of the runbook, as it would stand had these steps been asked about this subject."""
        state = DrillState(runbook=self.clean.runbook)
        for record in self.records:
            state.apply(record)
        seq = len(self.records)
        for step in steps:
            for event in await self._ask(step, subject, place / step.id):
                seq += 1
                state.apply(ev.Record(seq=seq, at=state.last_at, run=state.run_id, event=event))
        return Answer(
            findings={report.id: report.result for report in judge_all(state)},
            failed=tuple(step.id for step in steps if state.steps[step.id].outcome is not ev.Outcome.PASSED),
        )

    async def _ask(self, step: Step, subject: Subject, place: Path) -> list[ev.Event]:
        await asyncio.to_thread(place.mkdir, parents=True)
        number = len(self.clean.state.steps[step.id].attempts) + 1
        try:
            done = await self._do(step, subject, place, number)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return [
            ev.StepStarted(step=step.id, phase=ev.Phase.STEPS),
            ev.AttemptStarted(step=step.id, attempt=number, command="", log=""),
            *done.evidence,
            *self._judge(step, number, done),
        ]

    async def _do(self, step: Step, subject: Subject, place: Path, number: int) -> CheckDone:
        environment = {name: subject.put(text) for name, text in self.clean.environment_of(step).items()}
        if step.sql is not None:
            return await self._query(step, environment, place)
        if step.uses is not None:
            return await self._look_for_backup(step, number, subject, place)
        talkback = Talkback(place / "talkback", step.id, lambda line: None)
        environment |= talkback.environment | {
            "DRILL_ARTIFACTS_DIR": str(place),
            "DRILL_RUN_ID": self.clean.state.run_id,
            "DRILL_RUN_DIR": str(place),
            "DRILL_STEP": step.id,
            "DRILL_ATTEMPT": str(number),
            "DRILL_MODE": "auto",
            "DRILL_PYTHON": sys.executable,
        }
        program = Program(
            argv=[subject.put(part) for part in self._argv(step)],
            environment=environment,
            working_dir=self.project_dir,
            place=place,
            timeout_s=step.timeout,
        )
        code = await self.programs.run(program)
        evidence = [
            ev.EvidenceRecorded(
                step=step.id,
                attempt=number,
                criterion=line.criterion,
                result=line.result,
                detail=line.detail,
                coverage=line.coverage,
            )
            for line in talkback.evidence()
        ]
        stdout = program.stdout.read_text("utf-8", "replace") if program.stdout.exists() else ""
        return CheckDone(code, stdout, talkback.outputs(), evidence)

    async def _query(self, step: Step, environment: Mapping[str, str], place: Path) -> CheckDone:
        assert step.sql is not None  # noqa: S101 - the caller has looked
        bound = {f"params.{name}": self.clean.fill(value) for name, value in step.sql.params.items()}
        context = HandContext(place, environment, lambda line: None, {"query": step.sql.query, **bound})
        try:
            result = await query_sql(context)
        except ActionError as error:
            return CheckDone(None, "", {}, error=str(error))
        return CheckDone(None, "", result.outputs)

    async def _look_for_backup(self, step: Step, number: int, subject: Subject, place: Path) -> CheckDone:
        context = Asked(
            place,
            {},
            lambda line: None,
            {"directory": subject.put(subject.backup)},
            step=step.id,
            attempt=number,
        )
        try:
            result = await latest_backup(context)
        except ActionError as error:
            return CheckDone(None, "", {}, context.found, error=str(error))
        return CheckDone(None, "", result.outputs, context.found)

    def _argv(self, step: Step) -> list[str]:
        if not isinstance(step.run, tuple):
            return ["/bin/sh", "-c", step.run or ""]
        first, *rest = (self.clean.fill(part) for part in step.run)
        return [str(self.find(first)) if "/" in first else first, *rest]

    def _judge(self, step: Step, number: int, done: CheckDone) -> list[ev.Event]:
        """As the engine judges an attempt: the runbook's own checks, then the exit code."""
        outputs, problems = take_outputs(step.outputs, done.outputs, done.stdout)
        if step.run is None:
            outputs = {**done.outputs, **outputs}
        values = {"stdout": done.stdout, **outputs}
        if done.exit_code is not None:
            values["exit"] = str(done.exit_code)
        checked = [evaluate(check, values, self.clean.fill) for check in step.check]
        failed = [found.message for found in checked if not found.ok]
        if done.exit_code and not any(check.that == "exit" for check in step.check):
            failed.append(f"exit code {done.exit_code}")
        outcome = _outcome(done, bool(failed or problems))
        return [
            ev.OutputsRecorded(step=step.id, attempt=number, outputs=outputs),
            ev.AttemptEnded(
                step=step.id,
                attempt=number,
                outcome=outcome,
                exit_code=done.exit_code,
                reason="; ".join(failed),
                duration_s=0.0,
            ),
            ev.StepEnded(
                step=step.id,
                phase=ev.Phase.STEPS,
                outcome=outcome,
                result=ev.Result.PASS if outcome is ev.Outcome.PASSED else ev.Result.FAIL,
                reason="; ".join(failed),
                duration_s=0.0,
                wait_s=0.0,
            ),
        ]


def _outcome(done: CheckDone, failed: bool) -> ev.Outcome:
    if done.error:
        return ev.Outcome.ERROR
    if done.exit_code == TIMED_OUT:
        return ev.Outcome.TIMED_OUT
    return ev.Outcome.FAILED if failed else ev.Outcome.PASSED

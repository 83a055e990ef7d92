"""The checks that a trainee may run, as a drill does: its scripts, on this backup and database."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError, ActionSpec
from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.processes.process import Command, Grace, ProcessError, run_process
from drill_tui.engine.record.events import Finding
from drill_tui.engine.record.talkback import Talkback
from drill_tui.engine.text.redact import Redactor, secret_values
from drill_tui.faults.asked import Asked
from drill_tui.verdict.wording import duration_words

OLDEST_S: Final = 24 * 3600.0
"""The objective of the shipped runbooks for the age of the data."""
AGE: Final = "snapshot_age_s"
SIGNS: Final = {Finding.MET: "✓", Finding.MISSED: "✗", Finding.UNPROVEN: "?"}


@dataclass(frozen=True, slots=True)
class Check:
    """A script, relative to the project, or a built-in action; `name` says what it looks at."""

    name: str
    title: str
    script: str = ""
    options: tuple[str, ...] = ()
    uses: str = ""


CHECKS: Final = (
    Check(
        "backup",
        "Read the backup: every checksum, then the archive to its end",
        "scripts/restore.sh",
        ("--check-only", "--input"),
    ),
    Check(
        "restored",
        "Compare what was restored with what the backup says of itself",
        "scripts/verify.sh",
        ("--backup",),
    ),
)


FOLLOW_THE_WAL: Final = Check(
    "backup", "Find the base backup, and follow the WAL after it", uses="physical.find"
)
CHECKS_OF_A_COPY: Final = (
    FOLLOW_THE_WAL,
    Check("restored", "Check keys, indexes and pages of the copy that was recovered", uses="copy.check"),
)
ARCHIVED_WAL: Final = "wal"
"""The folder beside the base backups that holds it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check said."""

    check: Check
    objected: bool
    said: str
    log: Path


@dataclass(kw_only=True)
class Asking:
    """Runs checks.  `find` tells where a script lies; `logs` is where what they say is kept."""

    backup: Path
    environment: Mapping[str, str]
    directory: Path
    logs: Path
    find: Callable[[str], Path]
    actions: Mapping[str, ActionSpec] = field(default_factory=dict)
    """The built-in ones that a check may use."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def ask(self, check: Check) -> Checked:
        """Run a check to its end; cancelled, it is ended.  Raises OSError, ProcessError."""
        name = f"check-{next(self._numbers)}-{check.name}"
        log = StepLog(
            self.logs / f"{name}.log", Redactor(secret_values(self.environment)), lambda lines: None
        )
        try:
            objected = await (self._act(check, log) if check.uses else self._run(check, log, name))
        finally:
            log.close()
        return Checked(check, objected, log.path.read_text("utf-8", "replace"), log.path)

    async def _run(self, check: Check, log: StepLog, name: str) -> bool:
        """Whether a script objects."""
        place = self.logs / f"{name}.talkback"
        try:
            talkback = Talkback(place, name, log.line)
            argv = (str(self.find(check.script)), *check.options, str(self.backup))
            command = Command(
                argv=argv,
                environment={**self.environment, **talkback.environment, "DRILL_STEP": name},
                working_dir=self.directory,
            )
            exited = await run_process(command, log, lambda pid, ticks: None, Grace())
            age = _age(talkback)
            if age is not None:
                log.line(f"The data in it is {duration_words(age)} old; at most 24 h is the objective.")
        finally:
            shutil.rmtree(place, ignore_errors=True)
        return exited.exit_code != 0 or (age is not None and age > OLDEST_S)

    async def _act(self, check: Check, log: StepLog) -> bool:
        """Whether an action objects: it misses a criterion, or cannot be done."""
        of_backups = {"kind": "basebackup", "place": str(self.backup), "wal": str(self.backup / ARCHIVED_WAL)}
        asked = Asked(
            run_dir=self.logs,
            environment=self.environment,
            say=log.line,
            arguments={**of_backups, "witness": "none"} if check is FOLLOW_THE_WAL else {},
        )
        problem = ""
        try:
            await self.actions[check.uses].run(asked)
        except ActionError as error:
            problem = str(error)
            log.line(problem)
        for found in asked.found:
            log.line(f"{SIGNS[found.result]} {found.result}  {found.criterion}: {found.detail}")
        return bool(problem) or any(found.result is Finding.MISSED for found in asked.found)


def _age(talkback: Talkback) -> float | None:
    try:
        return float(talkback.outputs()[AGE])
    except (KeyError, ValueError):
        return None


__all__ = ["AGE", "CHECKS", "CHECKS_OF_A_COPY", "OLDEST_S", "Asking", "Check", "Checked", "ProcessError"]

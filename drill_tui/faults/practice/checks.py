"""The checks that a trainee may run, as a drill does: its scripts, on this backup and database."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.processes.process import Command, Grace, ProcessError, run_process
from drill_tui.engine.record.talkback import Talkback
from drill_tui.engine.text.redact import Redactor, secret_values
from drill_tui.verdict.wording import duration_words

OLDEST_S: Final = 24 * 3600.0
"""The objective of the shipped runbooks for the age of the data."""
AGE: Final = "snapshot_age_s"


@dataclass(frozen=True, slots=True)
class Check:
    """`script` is relative to the project; `backup` and `database` say what it looks at."""

    name: str
    title: str
    script: str
    options: tuple[str, ...] = ()


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
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def ask(self, check: Check) -> Checked:
        """Run a check to its end; cancelled, it is ended.  Raises OSError, ProcessError."""
        number = next(self._numbers)
        name = f"check-{number}-{check.name}"
        place = self.logs / f"{name}.talkback"
        log = StepLog(
            self.logs / f"{name}.log", Redactor(secret_values(self.environment)), lambda lines: None
        )
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
            log.close()
            shutil.rmtree(place, ignore_errors=True)
        said = log.path.read_text("utf-8", "replace")
        objected = exited.exit_code != 0 or (age is not None and age > OLDEST_S)
        return Checked(check, objected, said, log.path)


def _age(talkback: Talkback) -> float | None:
    try:
        return float(talkback.outputs()[AGE])
    except (KeyError, ValueError):
        return None


__all__ = ["AGE", "CHECKS", "OLDEST_S", "Asking", "Check", "Checked", "ProcessError"]

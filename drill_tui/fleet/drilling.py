"""One whole drill as a process of its own: `drill-tui --auto`, as people and cron type it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal

from drill_tui.engine.record.lock import is_driven
from drill_tui.engine.record.vocabulary import JOURNAL_NAME
from drill_tui.engine.recovery.orphans import find_orphans
from drill_tui.engine.text.sanitise import one_line
from drill_tui.fleet.gather import LOG_NAME
from drill_tui.fleet.homecoming import Note, has_left_something, note_down, run_of, runs_in
from drill_tui.fleet.inventory import Database
from drill_tui.fleet.ledger import Began, Outcome, Over
from drill_tui.postgres.client.source import GROUP_VARIABLES, SETTINGS_ORIGIN, URL_VARIABLE, WHERE

LEASH: Final = Path(__file__).with_name("leash.py")
FOUND_BY: Final = frozenset({"PGSERVICEFILE"})
"""Says where services are named, not which one."""
MOST_WORDS: Final = 300


@dataclass(slots=True, kw_only=True)
class Drilling:
    """A drill that runs: its process, and what was there before it."""

    database: Database
    number: int
    work: Path
    began_at: float
    process: asyncio.subprocess.Process
    runs_before: frozenset[str]
    stopped_for: str = ""
    """Why it was asked to end; empty where nobody did."""
    outcome: Outcome = "ended"

    def stop(self, outcome: Outcome, why: str) -> None:
        """Ask it to end: it cleans up first.  Only the first asking counts: cleanup must not be cut short."""
        if not self.stopped_for and self.process.returncode is None:
            self.stopped_for, self.outcome = why, outcome
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)

    def over(self, host: str, now: float) -> Over:
        """What became of it, once its process has ended; one that passed had ended before it was asked to."""
        run_id, drill = run_of(self.work, self.runs_before)
        passed = drill is not None and drill.passed
        stopped_for = "" if passed else self.stopped_for
        reason = stopped_for or (drill.failure_reason if drill else _last_words(self.work / LOG_NAME))
        return Over(
            number=self.number,
            database=self.database.name,
            host=host,
            outcome="ended" if passed else self.outcome,
            began_at=self.began_at,
            ended_at=now,
            verdict=drill.verdict if drill else "error",
            exit_code=self.process.returncode,
            run_id=run_id,
            reason=reason,
            left_something=has_left_something(self.work, run_id),
        )


async def begin(
    database: Database, began: Began, runbook: Path, project: Path | None, work: Path
) -> Drilling:
    """Start the drill; its folder is there.  Raises OSError."""
    before = runs_in(work)
    note_down(
        work,
        Note(
            number=began.number,
            database=began.database,
            host=began.host,
            began_at=began.at,
            runs_before=tuple(sorted(before)),
        ),
    )
    with _log(work, "wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid())),
            *command(database, runbook, project, work),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(database.service, os.environ),
            start_new_session=True,
        )
    return Drilling(
        database=database,
        number=began.number,
        work=work,
        began_at=began.at,
        process=process,
        runs_before=before,
    )


def command(database: Database, runbook: Path, project: Path | None, work: Path) -> list[str]:
    """What a person would type, with absolute places."""
    where = _places(project, work)
    return [
        sys.executable,
        "-m",
        "drill_tui",
        "--auto",
        "--audience",
        "--runbook",
        str(runbook),
        *where,
        *database.param_words,
    ]


def environment(service: str, base: Mapping[str, str]) -> dict[str, str]:
    """The worker's own environment, with this connection and no other."""
    others = ({*GROUP_VARIABLES, URL_VARIABLE, SETTINGS_ORIGIN} | WHERE) - FOUND_BY
    kept = {name: value for name, value in base.items() if name not in others}
    return {**kept, "PGSERVICE": service}


async def clean(work: Path, project: Path | None) -> int:
    """Remove what drills left whose process died, by their marks.  Returns how many could not be cleaned."""
    orphans = find_orphans(work)
    for run in orphans:
        with _log(work, "ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "drill_tui", "clean", run.name),
                *_places(project, work),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            await process.wait()
    return len(find_orphans(work)) if orphans else 0


def _log(work: Path, mode: Literal["wb", "ab"]) -> IO[bytes]:
    return (work / LOG_NAME).open(mode)


def _places(project: Path | None, work: Path) -> list[str]:
    named = [] if project is None else ["--project", str(project)]
    return [*named, "--artifacts", str(work)]


def still_driven(work: Path) -> bool:
    """Whether a drill of an earlier worker still runs here, most likely its cleanup."""
    return any(is_driven(path.parent) for path in work.glob(f"*/{JOURNAL_NAME}"))


def _last_words(log: Path) -> str:
    """What a drill that never began said: its mistake, without the name of the program."""
    try:
        lines = log.read_bytes()[-4096:].decode(errors="replace").splitlines()
    except OSError:
        return ""
    said = next((line for line in lines if line.startswith("drill-tui: ")), lines[-1] if lines else "")
    return one_line(said.removeprefix("drill-tui: "), MOST_WORDS)

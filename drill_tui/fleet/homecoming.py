"""How a drill comes home: its attempt is closed once, and its evidence goes where the fleet's is.

A worker may die beside a drill that then ends by itself.  A note in the drill's folder lets the next worker
of this host tell what became of it.  Where the fleet had given it up before, it stays lost: a run of it that
passed is set aside, for another drill has taken its place.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from drill_tui.engine.record.vocabulary import JOURNAL_NAME, CleanupResult
from drill_tui.engine.recovery.orphans import last_cleanup
from drill_tui.fleet import gather
from drill_tui.fleet.keeper import PLAIN_FOLDER, Keeper
from drill_tui.fleet.ledger import Ledger, Over, Record
from drill_tui.programme.shelf import PastDrill, read_shelf
from drill_tui.sinks.atomic import write_atomically

NOTE_NAME: Final = ".attempt.json"
SAID: Final = frozenset({"pass", "fail", "unproven"})
"""Verdicts of drills that came to their own end: a worker that died has cut off none of these."""


class Note(Record):
    """Of the attempt that runs in a folder, or ran there last; `began_at` is in seconds since the epoch."""

    number: int
    database: str
    host: str
    began_at: float
    runs_before: tuple[str, ...]


def runs_in(work: Path) -> frozenset[str]:
    return frozenset(path.parent.name for path in work.glob(f"*/{JOURNAL_NAME}"))


def note_down(work: Path, note: Note) -> None:
    """Before the drill begins.  Raises OSError."""
    write_atomically(work / NOTE_NAME, note.model_dump_json() + "\n")


def run_of(work: Path, runs_before: frozenset[str]) -> tuple[str, PastDrill | None]:
    """The run that an attempt made, empty where it made none, and its report where there is one."""
    run_id = max(runs_in(work) - runs_before, default="")
    return run_id, next((drill for drill in read_shelf(work).drills if drill.run_id == run_id), None)


def has_left_something(work: Path, run_id: str) -> bool:
    """Whether the cleanup of a run could not remove everything, whatever the drill came to."""
    return bool(run_id) and last_cleanup(work / run_id) is CleanupResult.LEFTOVERS


def bring_home(work: Path, evidence: Path, over: Over, by: Keeper = PLAIN_FOLDER) -> Over:
    """Close the attempt, then leave its evidence.  Returns what counts.  Raises OSError, LedgerError.

    In this order: a report that is there without its attempt would prove a drill that another host may give
    up, while an attempt without its report proves nothing.
    """
    by.refresh(evidence)
    closed = Ledger(evidence, by).close(over)
    if closed.outcome == "lost" and over.verdict == "pass":
        gather.set_aside(work, over.run_id)
    gather.leave(work, evidence, by)
    (work / NOTE_NAME).unlink(missing_ok=True)
    return closed


def bring_home_abandoned(work: Path, evidence: Path, by: Keeper = PLAIN_FOLDER) -> Over | None:
    """The same for what a dead worker left; None where it left no attempt.  Raises OSError, LedgerError."""
    try:
        note = Note.model_validate_json((work / NOTE_NAME).read_bytes())
    except (FileNotFoundError, ValidationError):
        by.refresh(evidence)
        gather.leave(work, evidence, by)
        return None
    run_id, drill = run_of(work, frozenset(note.runs_before))
    ended = drill is not None and drill.verdict in SAID
    return bring_home(
        work,
        evidence,
        Over(
            number=note.number,
            database=note.database,
            host=note.host,
            outcome="ended" if ended else "lost",
            began_at=note.began_at,
            ended_at=time.time(),
            verdict=drill.verdict if drill else "",
            run_id=run_id,
            reason=(drill.failure_reason if drill else "") if ended else f"its worker on {note.host} is gone",
            left_something=has_left_something(work, run_id),
        ),
        by,
    )

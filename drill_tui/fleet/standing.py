"""Where each database of a fleet stands, from the evidence alone: proven, due or failing, and when next."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Literal

from drill_tui.fleet.inventory import Database, Fleet
from drill_tui.fleet.ledger import Began, LedgerError, Outcome, Over
from drill_tui.fleet.schedule import UNKNOWN_S, Want
from drill_tui.programme.due import RunbookDue, judge
from drill_tui.programme.forecast import Span, at_last_size
from drill_tui.programme.freeze import what_freezes
from drill_tui.programme.incident_store import incidents_of
from drill_tui.programme.shelf import PastDrill, Shelf, read_shelf
from drill_tui.programme.today import of_the_procedure
from drill_tui.runbook.load import LoadedRunbook
from drill_tui.runbook.model import Runbook

ROOM_FOR_A_COPY = 3
"""A drill holds a backup and a restored copy at once, with indexes that grow while they are built."""
TIMED = 5
"""How many of the last drills tell how long the next one takes."""

TRIED: frozenset[Outcome] = frozenset({"ended", "cancelled"})
"""What counts as an attempt: after one that did not pass, the next one waits."""
State = Literal["proven", "due", "overdue", "failing", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One database.  Times of day are seconds since the epoch, spans are seconds."""

    database: Database
    state: State
    """`failing`: its last drill did not pass; `unknown`: its evidence cannot be read."""
    why: str
    shelf: Shelf
    proof: PastDrill | None
    """The last drill that passed."""
    next_at: float
    """When the next one is made, window aside."""
    next_number: int = 1
    last: Over | None = None
    """The newest attempt that is over."""
    tried: Over | None = None
    """The newest that counts as one: neither lost nor stopped with its worker."""
    under_way: Began | None = None
    forecast: Span | None = None
    freezes: tuple[str, ...] = ()
    """What holds production, a sentence each."""
    problems: tuple[str, ...] = ()
    told: RunbookDue | None = None
    """What `due` says of it; None where the evidence cannot be read."""

    def want(self) -> Want:
        """What its next drill asks of a host."""
        needed = self.database.disk_bytes
        return Want(
            database=self.database.name,
            source=self.database.source,
            takes_s=self.takes_s or UNKNOWN_S,
            overdue=self.state in ("overdue", "failing"),
            labels=self.database.labels,
            cores=self.database.cores,
            disk_bytes=ROOM_FOR_A_COPY * (self.size_bytes or 0) if needed is None else needed,
            window=self.database.window,
        )

    @property
    def size_bytes(self) -> int | None:
        sizes = [drill.size_bytes for drill in self.shelf.drills if drill.size_bytes]
        return sizes[-1] if sizes else None

    @property
    def takes_s(self) -> float | None:
        """The longest of the last drills that passed; None before one has."""
        times = [sum(drill.steps.values()) for drill in self.shelf.drills if drill.passed]
        return max(times[-TIMED:], default=None)


Look = Callable[[Container[str] | None], tuple[Standing, ...]]
"""Reads where every database stands now, or only these."""


def standings(
    fleet: Fleet,
    runbooks: Mapping[str, LoadedRunbook],
    now: float,
    version: str,
    only: Container[str] | None = None,
) -> tuple[Standing, ...]:
    """Every database of the fleet, or `only` some, in the file's order."""
    current = {name: of_the_procedure(loaded, version) for name, loaded in runbooks.items()}
    return tuple(
        standing(fleet, database, runbooks[database.runbook].runbook, current[database.runbook], now)
        for database in fleet.databases
        if only is None or database.name in only
    )


def standing(
    fleet: Fleet, database: Database, runbook: Runbook, current: Mapping[str, str], now: float
) -> Standing:
    """`current` holds today's fingerprints of the procedure."""
    folder = fleet.folder_of(database.name)
    shelf = read_shelf(folder)
    drills = shelf.of(runbook.id)
    proof = next((drill for drill in reversed(drills) if drill.passed), None)
    frozen = what_freezes(incidents_of(folder))
    ledger = fleet.ledger_of(database.name)
    try:
        number, under_way = ledger.next_number(), ledger.under_way()
        last, ended = ledger.last(), ledger.last(TRIED)
    except (OSError, LedgerError) as error:
        return Standing(
            database=database,
            state="unknown",
            why=str(error),
            shelf=shelf,
            proof=proof,
            next_at=float("inf"),
            problems=(str(error), *shelf.broken),
        )
    open_ones = frozen.incidents
    told = judge(
        _asking(runbook, database),
        drills,
        now=now,
        current=current,
        open_incident=open_ones[-1].id if open_ones else None,
    )
    failed = next((drill for drill in reversed(drills) if drill.counts), None)
    failing = _failing(failed, last)
    return Standing(
        database=database,
        state="failing" if failing else "proven" if told.state == "satisfied" else told.state,
        why=failing or _why(told, is_proven=proof is not None),
        shelf=shelf,
        proof=proof,
        next_at=_next_at(database, proof, ended, told),
        next_number=number,
        last=last,
        tried=ended,
        under_way=under_way,
        forecast=told_time.total if (told_time := at_last_size(drills)) else None,
        freezes=frozen.reasons,
        problems=shelf.broken,
        told=told,
    )


def _asking(runbook: Runbook, database: Database) -> Runbook:
    """The runbook with the fleet's rhythm: guided drills are people's own, and not a worker's."""
    changed = {"auto": database.cadence_s, "guided": None}
    return runbook.model_copy(update={"cadence": runbook.cadence.model_copy(update=changed)})


def _failing(drill: PastDrill | None, last: Over | None) -> str:
    """What the last attempt came to, where it did not pass; empty else.

    Attempts are numbered; a report has the time of its host, whose clock may be ahead of another's.
    """
    if last is not None and last.outcome == "ended" and last.verdict == "pass":
        return ""
    if last is not None and last.outcome == "ended":
        if drill is None or drill.run_id == last.run_id or drill.at < last.began_at:
            return f"its last drill ended with {last.verdict or 'error'}: {last.reason or 'see its log'}"
        return ""
    if drill is not None and not drill.passed and drill.verdict != "aborted":
        return f"its last drill ended with {drill.verdict}: {drill.failure_reason or 'see its report'}"
    return ""


def _why(told: RunbookDue, *, is_proven: bool) -> str:
    """Without what was not compared: a fleet asks no source, and `fleet due` says the whole of it.

    That nothing has passed yet is said once.
    """
    pressing = [duty for duty in told.duties if duty.state == told.state]
    if not is_proven:
        pressing = [duty for duty in pressing if duty.kind != "after_change"] or pressing
    return "; ".join(duty.why.partition("; not compared")[0] for duty in pressing)


def _next_at(database: Database, proof: PastDrill | None, ended: Over | None, told: RunbookDue) -> float:
    """When the next drill is made: at once (0) where one is due, but never again at once after a failure."""
    rested = ended.ended_at + database.again_s if ended is not None and ended.verdict != "pass" else 0.0
    if proof is None or told.state != "satisfied":
        return rested
    return max(rested, proof.at + database.cadence_s)

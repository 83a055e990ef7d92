"""Runbooks in the order in which a team should look at them, and when each is due next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drill_tui.postgres.content.source_today import SourceToday
from drill_tui.programme.due import SEVERITY, RunbookDue, rhythms
from drill_tui.programme.shelf import PastDrill, Shelf
from drill_tui.programme.today import Today, due_today, proven_today, year_today
from drill_tui.programme.year import Year
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Runbook
from drill_tui.runbook.requirements import Lacking
from drill_tui.tui.places import Places, RunbookOnShelf


@dataclass(frozen=True, slots=True)
class NextDrill:
    """`at` is in seconds since the epoch."""

    mode: Mode
    at: float


@dataclass(frozen=True, slots=True)
class RunbookEntry:
    """A runbook with what is due of it; `due` is None where the runbook is not valid."""

    book: RunbookOnShelf
    due: RunbookDue | None
    lacking: tuple[Lacking, ...] = ()
    """What it requires and is not there."""
    proof: PastDrill | None = None
    """The last drill that proves something of today's database."""
    year: Year | None = None
    """None where nothing has been drilled."""
    following: NextDrill | None = None
    """What the cadence asks for next."""

    @property
    def can_run(self) -> bool:
        return self.due is not None and not self.lacking

    @property
    def is_for_drills(self) -> bool:
        return self.book.loaded is None or self.book.loaded.runbook.is_for_drills


def agenda(places: Places, shelf: Shelf, now: float, source: SourceToday | None = None) -> list[RunbookEntry]:
    """Overdue first, then due; of each what can run here, and what requires nothing before the rest.

    What is no drill comes last but for what is not valid.
    """
    day = places.today(shelf, now, source)
    return in_order(_entry(book, day) for book in places.runbooks())


def _entry(book: RunbookOnShelf, day: Today) -> RunbookEntry:
    loaded = book.loaded
    if loaded is None:
        return RunbookEntry(book, None)
    passed = proven_today(loaded, day)
    return RunbookEntry(
        book,
        due_today(loaded, day),
        book.lacking(),
        proof=passed[-1] if passed else None,
        year=year_today(loaded, day),
        following=next_drill(loaded.runbook, passed),
    )


def in_order(entries: Iterable[RunbookEntry]) -> list[RunbookEntry]:
    return sorted(entries, key=_place)


def _place(entry: RunbookEntry) -> tuple[int, bool, bool, str]:
    if entry.due is None or entry.book.loaded is None:
        return 1, True, True, entry.book.path.name.casefold()
    requires = entry.book.loaded.runbook.requires
    return (
        -SEVERITY[entry.due.state],
        not (entry.can_run and entry.is_for_drills),
        bool(requires.programs or requires.paths),
        entry.due.title.casefold(),
    )


def next_drill(runbook: Runbook, passed: Sequence[PastDrill]) -> NextDrill | None:
    """The first drill that the cadence asks for, counted from the last passing one of its mode.

    None without a cadence, and where a mode has never passed: that drill is due now.
    """
    wanted = rhythms(runbook.cadence)
    found: list[NextDrill] = []
    for mode, every_s in wanted:
        of_mode = [drill.at for drill in passed if drill.mode == mode]
        if of_mode:
            found.append(NextDrill(mode, of_mode[-1] + every_s))
    return min(found, key=lambda drill: drill.at) if len(found) == len(wanted) and found else None

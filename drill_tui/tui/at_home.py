"""What the home screen tells, read at once and away from the screen: ten thousand reports take a second."""

from __future__ import annotations

from dataclasses import dataclass, field

from drill_tui.postgres.content.source_today import SourceToday
from drill_tui.programme.freeze import Frozen, what_freezes
from drill_tui.programme.shelf import Shelf
from drill_tui.tui.agenda import RunbookEntry, agenda
from drill_tui.tui.cut_off import CutOffRun, cut_off_runs
from drill_tui.tui.places import Places


@dataclass(frozen=True, slots=True)
class AtHome:
    """At one moment."""

    shelf: Shelf = field(default_factory=Shelf)
    entries: tuple[CutOffRun | RunbookEntry, ...] = ()
    """What was interrupted first, then the runbooks in the order in which they are due."""
    frozen: Frozen = field(default_factory=Frozen)

    @property
    def has_runbooks(self) -> bool:
        return any(isinstance(entry, RunbookEntry) for entry in self.entries)


def at_home(places: Places, now: float, source: SourceToday | None) -> AtHome:
    """`now` in seconds since the epoch; `source` is what the source answered, once it has."""
    shelf = places.shelf()
    cut_off, runbooks = cut_off_runs(places.artifacts_dir), agenda(places, shelf, now, source)
    return AtHome(shelf, (*cut_off, *runbooks), what_freezes(places.incidents()))

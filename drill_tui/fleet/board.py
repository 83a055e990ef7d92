"""The board of a fleet: a row for each database, and what is done for it now.

Reads files and blocks, so it belongs into a thread.  It asks no queue: what runs is in the evidence, and what
a drill of this machine is at is in its journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from drill_tui.engine.record.journal import JournalError, JournalReader
from drill_tui.engine.record.lock import is_driven
from drill_tui.engine.record.vocabulary import JOURNAL_NAME
from drill_tui.fleet.gather import INCIDENTS
from drill_tui.fleet.inventory import Fleet
from drill_tui.fleet.ledger import FOLDER, Began
from drill_tui.fleet.overview import NOBODY, STATES
from drill_tui.fleet.standing import Look, Standing
from drill_tui.verdict.state import DrillState

ANEW_S: Final = 30.0
"""After so long a database is read again although no file of it has changed: it may have become due."""
AT_ONCE: Final = 20
"""Of those, in one reading, so that none takes long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A drill that is under way; `since` is in seconds since the epoch, by its host's clock."""

    host: str
    since: float
    is_here: bool = False
    """Whether the folder in which it works is on this machine."""
    run_dir: Path | None = None
    """Of the process that drives it here; None where there is none, or not yet."""
    step: str = ""
    """The title of what it is at; empty where that cannot be known from here."""
    step_since: float | None = None


@dataclass(frozen=True, slots=True)
class BoardRow:
    standing: Standing
    doing: Doing | None = None

    @property
    def name(self) -> str:
        return self.standing.database.name

    @property
    def owner(self) -> str:
        return self.standing.database.owner or NOBODY

    @property
    def rank(self) -> tuple[int, float, str]:
        """The most urgent is the smallest."""
        return -STATES.index(self.standing.state), self.standing.next_at, self.name


@dataclass
class _Followed:
    """The journal of a drill that runs here, as far as it was read."""

    run_dir: Path
    reader: JournalReader
    state: DrillState = field(default_factory=DrillState)

    def read_on(self) -> None:
        """A journal that cannot be read tells nothing more; the drill's own report will say it."""
        try:
            for record in self.reader:
                self.state.apply(record)
        except JournalError:
            return


class BoardReader:
    """Reads again what has changed since the last time.  Belongs to one thread."""

    def __init__(self, fleet: Fleet, look: Look, work_of: Callable[[str], Path]) -> None:
        """`look` reads standings; `work_of` says where a host of that name would work on this machine."""
        self._fleet, self._look, self._work_of = fleet, look, work_of
        self._standings: dict[str, Standing] = {}
        self._signs: dict[str, tuple[int, ...]] = {}
        self._read_at: dict[str, float] = {}
        self._followed: dict[str, _Followed] = {}

    def read(self, now: float) -> tuple[BoardRow, ...]:
        """Every database, the most urgent first; `now` is in seconds since the epoch."""
        wanted = self._changed()
        old = sorted(self._read_at, key=lambda name: self._read_at[name])
        wanted |= {name for name in old[:AT_ONCE] if now - self._read_at[name] >= ANEW_S}
        for standing in self._look(wanted) if wanted else ():
            self._standings[standing.database.name] = standing
            self._read_at[standing.database.name] = now
        rows = [BoardRow(standing, self._doing(standing)) for standing in self._standings.values()]
        return tuple(sorted(rows, key=lambda row: row.rank))

    def _changed(self) -> set[str]:
        """A folder that got or lost a file, or has another in the place of one, says so by its time."""
        signs = {d.name: tuple(map(_time_of, self._folders(d.name))) for d in self._fleet.databases}
        changed = {name for name, sign in signs.items() if self._signs.get(name) != sign}
        self._signs = signs
        return changed

    def _folders(self, name: str) -> Iterator[Path]:
        evidence = self._fleet.folder_of(name)
        yield from (evidence, evidence / FOLDER, evidence / INCIDENTS)

    def _doing(self, standing: Standing) -> Doing | None:
        begun, name = standing.under_way, standing.database.name
        if begun is None:
            self._followed.pop(name, None)
            return None
        followed = self._follow(begun, name)
        if followed is None:
            is_here = (self._work_of(begun.host) / name).is_dir()
            return Doing(host=begun.host, since=begun.at, is_here=is_here)
        state = followed.state
        step = state.steps.get(state.current or "")
        return Doing(
            host=begun.host,
            since=begun.at,
            is_here=True,
            run_dir=followed.run_dir,
            step=step.title if step else "",
            step_since=step.started_at if step else None,
        )

    def _follow(self, begun: Began, name: str) -> _Followed | None:
        known = self._followed.get(name)
        if known is None or not is_driven(known.run_dir):
            work = self._work_of(begun.host) / name
            runs = sorted((path.parent for path in work.glob(f"*/{JOURNAL_NAME}")), reverse=True)
            run_dir = next(filter(is_driven, runs), None)
            if run_dir is None:
                self._followed.pop(name, None)
                return None
            known = _Followed(run_dir, JournalReader(run_dir / JOURNAL_NAME))
            self._followed[name] = known
        known.read_on()
        return known


def _time_of(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0

"""Which drills of a fleet were tried: a file for each that began, and one for each that is over.

    <evidence>/<database>/attempts/0007.began.json     who runs it, written before the drill starts
    <evidence>/<database>/attempts/0007.json           what became of it, written once and never again

Numbers, not times of day, tell which attempt is the last: hosts' clocks differ, and jump.  Whoever writes the
second file first decides: a drill that the fleet has given up as lost stays lost.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from drill_tui.fleet.keeper import PLAIN_FOLDER, Keeper

FOLDER: Final = "attempts"
BEGAN: Final = re.compile(r"(\d{4,})\.began\.json")
OVER: Final = re.compile(r"(\d{4,})\.json")
Outcome = Literal["ended", "cancelled", "stopped", "lost"]
"""`ended`: by itself, whatever its verdict. `cancelled`: a person wanted it so. `stopped`: with its worker,
which was told to. `lost`: its worker is gone, or lost its lease.  The last two are made anew at once."""


class LedgerError(Exception):
    """A record that cannot be read: which, and why."""


class Record(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


Kind = TypeVar("Kind", bound=Record)


class Began(Record):
    """`at` is in seconds since the epoch, by the host's clock."""

    number: int
    database: str
    host: str
    at: float
    run_id: str = ""


class Over(Record):
    """What became of an attempt; times are seconds since the epoch, by the host's clock."""

    number: int
    database: str
    host: str
    outcome: Outcome
    began_at: float
    ended_at: float
    verdict: str = ""
    """The report's word; empty where there is no report."""
    exit_code: int | None = None
    run_id: str = ""
    reason: str = ""
    left_something: bool = False
    """Whether its cleanup could not remove everything."""


class Ledger:
    """The attempts of one database.  Every method raises OSError, and LedgerError for what it cannot read."""

    def __init__(self, folder: Path, by: Keeper = PLAIN_FOLDER) -> None:
        self.folder, self._by = folder / FOLDER, by

    def next_number(self) -> int:
        """The number of the next attempt: one more than the last that is over."""
        return max(self._numbers(OVER), default=0) + 1

    def under_way(self) -> Began | None:
        """The attempt that began and is not over."""
        number = self.next_number()
        path = self._began(number)
        return _read(path, Began) if path.is_file() else None

    def last(self, outcomes: frozenset[Outcome] | None = None) -> Over | None:
        """The newest attempt that is over, or the newest that came to one of these outcomes."""
        for number in sorted(self._numbers(OVER), reverse=True):
            over = _read(self._over(number), Over)
            if outcomes is None or over.outcome in outcomes:
                return over
        return None

    def begin(self, began: Began) -> None:
        self._by.write(self._began(began.number), _text(began))

    def give_up(self, database: str, number: int) -> Over:
        """Close an attempt that nobody drives any more as lost, unless it was closed before."""
        now, begun = time.time(), self.under_way()
        if begun is None or begun.number != number:
            begun = Began(number=number, database=database, host="", at=now)
        reason = (
            f"its worker on {begun.host} is gone" if begun.host else "its worker was gone before it began"
        )
        return self.close(
            Over(
                number=number,
                database=database,
                host=begun.host,
                outcome="lost",
                began_at=begun.at,
                ended_at=now,
                reason=reason,
            )
        )

    def close(self, over: Over) -> Over:
        """Say what became of an attempt.  Returns what was said first, which stays."""
        if self._by.write_new(self._over(over.number), _text(over)):
            return over
        return _read(self._over(over.number), Over)

    def _began(self, number: int) -> Path:
        return self.folder / f"{number:04}.began.json"

    def _over(self, number: int) -> Path:
        return self.folder / f"{number:04}.json"

    def _numbers(self, pattern: re.Pattern[str]) -> list[int]:
        try:
            names = [path.name for path in self.folder.iterdir()]
        except FileNotFoundError:
            return []
        return [int(match[1]) for name in names if (match := pattern.fullmatch(name))]


def _text(record: Record) -> str:
    return record.model_dump_json(indent=2) + "\n"


def _read(path: Path, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        why = error.errors()[0]["msg"]
        raise LedgerError(f"{path} cannot be read: {why}. Mend it, or move it away.") from None

"""A whole fleet as one value: what `fleet status` prints, and `fleet report` writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from drill_tui.fleet.standing import Standing, State
from drill_tui.programme.incident import stamp

STATES: Final[tuple[State, ...]] = ("proven", "due", "overdue", "failing", "unknown")
MARKS: Final[dict[State, str]] = {"proven": "✓", "due": "!", "overdue": "✗", "failing": "✗", "unknown": "?"}
NOBODY: Final = "nobody"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FleetDatabase(Part):
    """One database; times of day are in UTC, and null where there is none."""

    name: str
    owner: str
    service: str
    runbook: str
    state: State
    why: str
    proven_at: str | None
    proven_by: str | None
    """The run that passed last."""
    last_outcome: str | None
    """Of the last attempt: `ended`, `cancelled`, `stopped` or `lost`."""
    last_verdict: str | None
    last_host: str | None
    next_at: str | None
    """When its next drill is made, window aside; null where that is not known."""
    size_bytes: int | None
    forecast_low_s: float | None
    forecast_likely_s: float | None
    forecast_high_s: float | None
    running_on: str | None
    """The host that has begun a drill of it that is not over."""
    running_since: str | None
    freezes: tuple[str, ...]
    problems: tuple[str, ...]


class FleetOwner(Part):
    """How many databases of one owner are in which state."""

    owner: str
    databases: int
    proven: int
    due: int
    overdue: int
    failing: int
    unknown: int


class FleetReport(Part):
    schema_version: int = 1
    at: str
    fleet: str
    """The file that names the databases."""
    databases: tuple[FleetDatabase, ...]
    owners: tuple[FleetOwner, ...]
    """Who has most to do first."""

    @property
    def proven(self) -> bool:
        return all(database.state == "proven" for database in self.databases)

    def count(self, *states: State) -> int:
        return sum(database.state in states for database in self.databases)


def fleet_report(fleet: str, standings: Sequence[Standing], now: float) -> FleetReport:
    """What needs somebody stands first."""
    rows = [_database(standing, now) for standing in standings]
    rows.sort(key=lambda row: (-STATES.index(row.state), row.name))
    owners = [_owner(owner, rows) for owner in dict.fromkeys(row.owner for row in rows)]
    owners.sort(key=lambda one: (-one.failing - one.unknown, -one.overdue, -one.due, one.owner))
    return FleetReport(at=stamp(now), fleet=fleet, databases=tuple(rows), owners=tuple(owners))


def short(moment: str | None) -> str:
    """A moment to the minute, for a table; empty for none."""
    return moment.replace("T", " ")[:16] if moment else ""


def _owner(owner: str, rows: Iterable[FleetDatabase]) -> FleetOwner:
    states = [row.state for row in rows if row.owner == owner]
    return FleetOwner(owner=owner, databases=len(states), **{state: states.count(state) for state in STATES})


def _database(standing: Standing, now: float) -> FleetDatabase:
    proof, last, begun, span = standing.proof, standing.last, standing.under_way, standing.forecast
    return FleetDatabase(
        name=standing.database.name,
        owner=standing.database.owner or NOBODY,
        service=standing.database.service,
        runbook=standing.database.runbook,
        state=standing.state,
        why=standing.why,
        proven_at=stamp(proof.at) if proof else None,
        proven_by=proof.run_id if proof else None,
        last_outcome=last.outcome if last else None,
        last_verdict=(last.verdict or None) if last else None,
        last_host=last.host if last else None,
        next_at=None if standing.state == "unknown" else stamp(max(now, standing.next_at)),
        size_bytes=standing.size_bytes,
        forecast_low_s=span.low_s if span else None,
        forecast_likely_s=span.likely_s if span else None,
        forecast_high_s=span.high_s if span else None,
        running_on=begun.host if begun else None,
        running_since=stamp(begun.at) if begun else None,
        freezes=standing.freezes,
        problems=standing.problems,
    )

"""What a fleet would drill next, when and where, and what it would not, and why."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from drill_tui.fleet.inventory import Fleet, HostSpec
from drill_tui.fleet.schedule import Room, Want, why_not
from drill_tui.fleet.simulate import simulate
from drill_tui.fleet.standing import Standing
from drill_tui.programme.incident import stamp


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlannedDrill(Part):
    """Times of day are in UTC; `takes_s` is what it took before, or is taken to last."""

    database: str
    host: str
    starts_at: str
    takes_s: float
    is_measured: bool
    """Whether a drill that passed tells how long it takes."""
    why: str


class Unplanned(Part):
    database: str
    why: str


class FleetPlan(Part):
    schema_version: int = 1
    at: str
    hosts: tuple[str, ...]
    drills: tuple[PlannedDrill, ...]
    """By their start; each database's next drill."""
    not_planned: tuple[Unplanned, ...]


def fleet_plan(fleet: Fleet, standings: Sequence[Standing], here: HostSpec, now: float) -> FleetPlan:
    """The hosts are those of fleet.toml, or this one where it names none."""
    rooms = [as_room(host) for host in fleet.hosts or (here,)]
    known = {standing.database.name: standing for standing in standings}
    sound = [standing for standing in standings if standing.state != "unknown"]
    turns, left = simulate([(standing.next_at, standing.want()) for standing in sound], rooms, now)
    return FleetPlan(
        at=stamp(now),
        hosts=tuple(room.host for room in rooms),
        drills=tuple(
            PlannedDrill(
                database=turn.want.database,
                host=turn.host,
                starts_at=stamp(turn.starts_at),
                takes_s=round(turn.want.takes_s, 1),
                is_measured=known[turn.want.database].takes_s is not None,
                why=known[turn.want.database].why,
            )
            for turn in turns
        ),
        not_planned=(
            *(Unplanned(database=want.database, why=_nowhere(want, rooms, now)) for want in left),
            *(
                Unplanned(database=standing.database.name, why=standing.why)
                for standing in standings
                if standing.state == "unknown"
            ),
        ),
    )


def as_room(host: HostSpec) -> Room:
    return Room(
        host=host.name, labels=host.labels, drills=host.drills, cores=host.cores, disk_bytes=host.disk_bytes
    )


def _nowhere(want: Want, rooms: Sequence[Room], now: float) -> str:
    """Every host's own reason, each once."""
    return "; ".join(dict.fromkeys(why_not(want, room, (), now) for room in rooms))

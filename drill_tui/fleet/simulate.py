"""A fleet's days on a fake clock: what would start when and where, if each drill took what it did before."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from drill_tui.fleet.schedule import Backlog, Room, Want
from drill_tui.fleet.window import DAY_S, Window

Choose = Callable[[Backlog, Room, Container[str], float], Want | None]
LONGEST_S: Final = 40 * DAY_S
"""How long a drill that waits for its window is looked at after everything else is over."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One drill on one host; times are seconds since the epoch."""

    want: Want
    host: str
    starts_at: float
    ends_at: float


@dataclass
class _Day:
    """What happens next, and what is free."""

    backlog: Backlog
    free: dict[str, Room]
    busy: set[str]
    events: list[tuple[float, int, Turn | Want | Window]]
    order: count[int]

    def at(self, when: float, event: Turn | Want | Window) -> None:
        heapq.heappush(self.events, (when, next(self.order), event))


def simulate(
    wants: Iterable[tuple[float, Want]],
    rooms: Sequence[Room],
    now: float,
    choose: Choose = Backlog.best_for,
) -> tuple[list[Turn], list[Want]]:
    """Every drill's turn by its start, and those that no host takes; each want with when it is due.

    `choose` stands in for the scheduler, for whoever measures it.
    """
    later = [(when, want) for when, want in wants if when > now]
    waiting = Backlog(want for when, want in wants if when <= now)
    day = _Day(waiting, {room.host: room for room in rooms}, set(), [], count())
    for when, want in later:
        day.at(when, want)
    for window in {want.window for want in waiting if want.window is not None}:
        day.at(window.next_opening(now), window)
    turns: list[Turn] = []
    end = max([now, *(when for when, _ in later)]) + LONGEST_S
    hosts = list(day.free)
    while True:
        for host in hosts:
            while (chosen := choose(day.backlog, day.free[host], day.busy, now)) is not None:
                turns.append(_begin(day, chosen, host, now))
        if not day.events or not (len(day.backlog) or later):
            break
        now, _, event = heapq.heappop(day.events)
        if now > end:
            break
        hosts = _hosts_after(day, event, now)
    return turns, sorted(day.backlog, key=lambda want: want.rank)


def _begin(day: _Day, want: Want, host: str, now: float) -> Turn:
    day.backlog.remove(want)
    day.busy.add(want.source)
    day.free[host] = day.free[host].without(want)
    turn = Turn(want, host, now, now + want.takes_s)
    day.at(turn.ends_at, turn)
    return turn


def _hosts_after(day: _Day, event: Turn | Want | Window, now: float) -> list[str]:
    """The hosts that may take something since that happened; the one that became free is first."""
    idle = [host for host, room in day.free.items() if room.drills > 0]
    match event:
        case Turn(want=want, host=host):
            day.free[host] = _with(day.free[host], want)
            day.busy.discard(want.source)
            return [host, *(other for other in idle if other != host)]
        case Want(window=window):
            day.backlog.add(event)
            if window is not None:
                day.at(window.next_opening(now), window)
        case Window() if any(want.window == event for want in day.backlog):
            day.at(now + DAY_S, event)
    return idle


def _with(room: Room, want: Want) -> Room:
    """What the host has once the drill is over."""
    return replace(
        room,
        drills=room.drills + 1,
        cores=None if room.cores is None else room.cores + want.cores,
        disk_bytes=None if room.disk_bytes is None else room.disk_bytes + want.disk_bytes,
    )

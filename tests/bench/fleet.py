"""A fleet of 10,000 databases and 200 workers on a fake clock: how near to the best, how quick a choice."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from drill_tui.fleet.schedule import Backlog, Room, Want
from drill_tui.fleet.simulate import simulate
from tests.bench.measure import Goal

DATABASES, WORKERS, SEED = 10_000, 200, 7
RECORDED = Path(__file__).with_name("fleet_seconds.json")
"""Seconds of each of the 200 drills of `make soak-fleet` that passed, as its DRILL_SOAK_RECORD wrote them."""
SIZES = (1, 10, 100, 1_000)
"""Its databases are tiny, so a drill of the simulation takes one of these times as long as a recorded one."""
MAKESPAN, DISPATCH_MS = 1.15, 5.0


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    for name, sizes in (("as recorded", (1,)), ("of all sizes", SIZES)):
        yield from _one_fleet(name, sizes)


def _one_fleet(name: str, sizes: Sequence[int]) -> Iterator[Goal]:
    chance = random.Random(SEED)  # noqa: S311 - a fleet, not a secret
    recorded_s = json.loads(RECORDED.read_text())
    rooms = [_room(number) for number in range(WORKERS)]
    wants = [
        _want(number, chance.choice(recorded_s) * chance.choice(sizes), chance) for number in range(DATABASES)
    ]
    worst_s = 0.0

    def choose(backlog: Backlog, room: Room, busy: Container[str], now: float) -> Want | None:
        nonlocal worst_s
        began = time.thread_time()
        chosen = backlog.best_for(room, busy, now)
        worst_s = max(worst_s, time.thread_time() - began)
        return chosen

    turns, left = simulate([(0.0, want) for want in wants], rooms, 0.0, choose)
    if left or len(turns) != DATABASES:
        raise SystemExit(f"{len(turns)} of {DATABASES} drills had their turn")
    took_s, bound_s = max(turn.ends_at for turn in turns), _bound_s(wants, rooms)
    detail = f"{took_s / 60:,.1f} min; no order takes less than {bound_s / 60:,.1f} min"
    yield Goal(f"fleet, drills {name}: makespan / lower bound", took_s / bound_s, MAKESPAN, detail)
    detail = f"{DATABASES:,} databases, {WORKERS} workers"
    yield Goal(f"fleet, drills {name}: the slowest choice, ms", worst_s * 1000, DISPATCH_MS, detail)


def _room(number: int) -> Room:
    labels = {"eu" if number % 2 else "us"} | ({"big"} if number % 8 == 0 else set())
    return Room(host=f"h{number:03}", labels=frozenset(labels), cores=8, disk_bytes=2 * 10**12)


def _want(number: int, takes_s: float, chance: random.Random) -> Want:
    """A tenth needs a big host, half of them one continent, every twentieth shares its source."""
    labels = {"big"} if chance.random() < 0.1 else {chance.choice(("eu", "us"))} if number % 2 else set()
    return Want(
        database=f"d{number:05}",
        source=f"s{number // 40 if number % 20 == 0 else number + DATABASES}",
        takes_s=takes_s,
        labels=frozenset(labels),
        cores=chance.choice((1, 2, 4)),
        disk_bytes=int(chance.uniform(1e8, 1e12)),
        overdue=chance.random() < 0.02,
    )


def _bound_s(wants: Sequence[Want], rooms: Sequence[Room]) -> float:
    """The longest drill, the busiest source, and the work of those that only some hosts can do."""
    able = {labels: {r.host for r in rooms if labels <= r.labels} for labels in {w.labels for w in wants}}
    shares = [
        sum(want.takes_s for want in wants if able[want.labels] <= hosts) / len(hosts)
        for hosts in able.values()
    ]
    by_source: dict[str, float] = {}
    for want in wants:
        by_source[want.source] = by_source.get(want.source, 0.0) + want.takes_s
    return max(*shares, *by_source.values())

"""How well the forecast foretells: databases of a series of sizes are drilled, each foretold from the others.

Against two rules of thumb: bytes per second over all drills, and the last drill scaled by the size.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from drill_tui.programme.forecast import Span, forecast
from drill_tui.programme.shelf import PastDrill, read_shelf
from tests import servers
from tests.bench.big_database import BYTES_PER_EVENT, DATABASE, SCHEMA, SERVER
from tests.bench.measure import PROJECT, Goal, clean_environment, timed

DRILLS = 16


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    """Sizes from a thirty-second of the big database to twice it, drilled in an order that is no trend."""
    largest_mb = 2.0 * options.megabytes
    sizes_mb = [largest_mb / 64.0 ** (1.0 - number / (DRILLS - 1)) for number in range(DRILLS)]
    random.Random(7).shuffle(sizes_mb)  # noqa: S311 - an order, no secret
    artifacts = work / "backtest"
    source = servers.start_cluster(servers.binaries(15), settings=SERVER)
    try:
        for number, size_mb in enumerate(sizes_mb, start=1):
            _drill(source, size_mb, artifacts)
            print(f"drill {number} of {DRILLS}: {size_mb:,.0f} MB", flush=True)
    finally:
        source.stop()
    yield from _judged(read_shelf(artifacts).drills)


def _drill(source: servers.Server, size_mb: float, artifacts: Path) -> None:
    events = int(size_mb * 1_000_000 / 2 / BYTES_PER_EVENT)
    source.create_database(DATABASE)
    source.sql(DATABASE, SCHEMA.format(events=events, lines=2 * events, small=5))
    source.sql(DATABASE, "vacuum (freeze, analyze)")
    drill = [str(PROJECT / ".venv/bin/drill-tui"), "--auto", "--artifacts", str(artifacts)]
    timed(drill, clean_environment(**source.environment(DATABASE)))
    source.drop_database(DATABASE)


def _judged(drills: Sequence[PastDrill]) -> Iterator[Goal]:
    if len(drills) != DRILLS or not all(drill.passed for drill in drills):
        raise SystemExit(f"{len(drills)} of {DRILLS} drills left a report: {[d.verdict for d in drills]}")
    held, errors, by_rate, by_last = 0, [], [], []
    for number, drill in enumerate(drills):
        others = [*drills[:number], *drills[number + 1 :]]
        truth_s, size = _took_s(drill), float(drill.size_bytes or 1)
        span: Span = forecast(others, int(size)).total
        held += span.low_s <= truth_s <= span.high_s
        rate = sum(_took_s(d) for d in others) / sum(d.size_bytes or 1 for d in others)
        errors.append(abs(span.likely_s / truth_s - 1.0))
        by_rate.append(abs(rate * size / truth_s - 1.0))
        last = others[-1]
        by_last.append(abs(_took_s(last) * size / (last.size_bytes or 1) / truth_s - 1.0))
    share = 100.0 * held / len(drills)
    error, rate_error, last_error = map(statistics.mean, (errors, by_rate, by_last))
    detail = f"{held} of {len(drills)}"
    yield Goal("forecast: % of cases that the 80 % interval holds", share, 75.0, detail, at_least=True)
    yield Goal("forecast: the same, at most", share, 95.0, detail)
    yield Goal(
        "forecast error / bytes per second", error / rate_error, 1.0, f"{error:.1%} to {rate_error:.1%}"
    )
    yield Goal(
        "forecast error / last drill scaled", error / last_error, 1.0, f"{error:.1%} to {last_error:.1%}"
    )


def _took_s(drill: PastDrill) -> float:
    return sum(drill.recovery_s.values())

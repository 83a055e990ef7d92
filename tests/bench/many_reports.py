"""How long the history of many drills takes to read."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from drill_tui.programme.history import history
from drill_tui.programme.shelf import read_shelf
from tests.bench.measure import Goal
from tests.unit.programme.past import report

REPORTS = 10_000
LIMIT_S = 1.0


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    folder = work / "reports"
    folder.mkdir()
    text = report().model_dump_json(indent=2)
    for number in range(REPORTS):
        (folder / f"restore_drill_{number:06d}.json").write_text(text)
    seconds = min(_read(folder) for _ in range(options.repeat))
    yield Goal("seconds to read 10,000 reports", seconds, LIMIT_S, f"{len(text):,} bytes each")


def _read(folder: Path) -> float:
    started = time.perf_counter()
    past = history(read_shelf(folder), runbook=None, limit=None)
    if len(past.drills) != REPORTS:
        raise SystemExit(f"read {len(past.drills)} of {REPORTS} reports: {past.broken[:3]}")
    return time.perf_counter() - started

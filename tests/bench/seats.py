"""What eight seats cost: the driver's screen while a step prints a million lines, and each seat by itself.

Every seat is the real program on a terminal of its own; one of them is the projector.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import Goal, empty
from tests.bench.on_terminal import OnTerminal
from tests.bench.screen import (
    FLOOD,
    IDLE_S,
    LINES,
    PROGRAM,
    SETTLE_S,
    project_of,
    signed_in,
    wait_for_report,
    worst_stall,
)

SEATS = 8
WHAT = f"{LINES:,} lines, {SEATS} seats"
_END = "Every required criterion is met."
_TOO_SLOW = "fell behind"


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    project = project_of(empty(work / "seats"), "seats", FLOOD)
    artifacts, late_beats = project / "artifacts", project / "late.jsonl"
    driver = signed_in(project, [sys.executable, "-m", "tests.bench.pulse", str(late_beats)], artifacts)
    seats = [_seat(project, artifacts, number) for number in range(SEATS)]
    for seat in seats:
        seat.wait_for("starts: Print")
    yield from _idle(seats)
    driver.press("c")
    wait_for_report(artifacts)
    driver.wait_for("Artifacts")
    ends = [seat.wait_for_one(_END, _TOO_SLOW) for seat in seats]
    peaks = [seat.peak_bytes() / 1e6 for seat in seats]
    driver_peak = driver.peak_bytes()
    for program in (*seats, driver):
        program.press("q")
    for program in (*seats, driver):
        program.gone()
    (journal,) = artifacts.glob("*/events.jsonl")
    yield worst_stall(WHAT, journal, late_beats)
    yield Goal(f"peak resident MB of the driver ({WHAT})", driver_peak / 1e6, 200, "")
    yield Goal(f"peak resident MB of a seat ({WHAT})", max(peaks), 60, _each(peaks))
    yield Goal("seats that saw the drill to its end", float(ends.count(_END)), SEATS, "", at_least=True)


def _seat(project: Path, artifacts: Path, number: int) -> OnTerminal:
    kind = ["--projector"] if number == 0 else []
    places = ["--project", str(project), "--artifacts", str(artifacts)]
    folder = empty(project / f"seat-{number}")
    return OnTerminal([PROGRAM, "join", *places, *kind], folder)


def _idle(seats: list[OnTerminal]) -> Iterator[Goal]:
    """The drill stands still before its step, and the stopwatch runs."""
    time.sleep(SETTLE_S)
    before, began = [seat.processor_s() for seat in seats], time.monotonic()
    time.sleep(IDLE_S)
    spent = [seat.processor_s() - was for seat, was in zip(seats, before, strict=True)]
    took = time.monotonic() - began
    shares = [100 * one / took for one in spent]
    yield Goal("idle seat, % of a core (the busiest)", max(shares), 2.0, _each(shares))
    held = [seat.resident_bytes() / 1e6 for seat in seats]
    own = [seat.own_bytes() / 1e6 for seat in seats]
    yield Goal(
        "resident MB of an idle seat (the largest)",
        max(held),
        60,
        f"{_each(held)}; {max(own):.0f} MB of it its own",
    )


def _each(numbers: list[float]) -> str:
    """The projector first."""
    return "each: " + " ".join(f"{number:.1f}" for number in numbers)

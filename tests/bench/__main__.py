"""`make bench`: how fast drill-tui is, as ratios against the same PostgreSQL programs by hand, in one run.

    python -m tests.bench [--only NAME]… [--megabytes 1500] [--repeat 2]

Prints one line per goal of speed and of the screen.  Ends with 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import compileall
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    backtest,
    big_database,
    fleet,
    interpreter,
    many_reports,
    many_tables,
    one_table,
    peer,
    physical,
    score,
    screen,
    seats,
)
from tests.bench.measure import PROJECT, CannotRunError, Goal, report_line

PARTS: dict[str, Callable[[argparse.Namespace, Path], Iterator[Goal]]] = {
    "peer": peer.goals,
    "big": big_database.goals,
    "one-table": one_table.goals,
    "backtest": backtest.goals,
    "tables": many_tables.goals,
    "fleet": fleet.goals,
    "interpreter": interpreter.goals,
    "reports": many_reports.goals,
    "screen": screen.goals,
    "seats": seats.goals,
    "score": score.goals,
    "witness": physical.witness_goals,
    "physical": physical.physical_goals,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(PARTS), help="measure only this part")
    parser.add_argument("--megabytes", type=int, default=1600, help="size of the big database")
    parser.add_argument("--tables", type=int, default=5000, help="tables of the small-tables database")
    parser.add_argument("--repeat", type=int, default=2, help="runs of each command; the best one counts")
    parser.add_argument(
        "--image", help="PostgreSQL image of the part peer (else DRILL_POSTGRES_IMAGE, postgres:15)"
    )
    options = parser.parse_args()
    # As pip leaves an installed package; PYTHONDONTWRITEBYTECODE here would compile it at every start.
    compileall.compile_dir(PROJECT / "drill_tui", quiet=1)
    goals: list[Goal] = []
    not_run: list[str] = []
    with tempfile.TemporaryDirectory(prefix="drill-bench-") as work:
        for name in options.only or PARTS:
            try:
                for goal in PARTS[name](options, Path(work)):
                    goals.append(goal)
                    print(report_line(goal), flush=True)
            except CannotRunError as why:
                not_run.append(name)
                print(f"     CANNOT RUN  {name}: {why}", flush=True)
    missed = [goal for goal in goals if not goal.reached]
    print(f"{len(goals) - len(missed)} of {len(goals)} goals reached")
    if not_run:
        print(f"not measured: {', '.join(not_run)}")
    return 1 if missed or not_run else 0


if __name__ == "__main__":
    sys.exit(main())

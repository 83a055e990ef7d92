"""`python -m tests.bench.pulse FILE ARGUMENT…`: drill-tui with a pulse in its event loop.

FILE gets one JSON line for every beat that came late: when, how late, and how much of that was this thread's
own work.  A late beat is a screen that stood still for as long.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from drill_tui.cli.main import main
from drill_tui.tui import session

BEAT_S = 0.005
NOTED_S = 0.02


async def beat(late: list[dict[str, float]]) -> None:
    while True:
        before, worked = time.perf_counter(), time.thread_time()
        await asyncio.sleep(BEAT_S)
        late_s = time.perf_counter() - before - BEAT_S
        if late_s >= NOTED_S:
            late.append({"at": time.time(), "late_s": late_s, "work_s": time.thread_time() - worked})


def write(late: list[dict[str, float]], path: Path) -> None:
    path.write_text("".join(json.dumps(one) + "\n" for one in late), "utf-8")


def put_into(path: Path) -> None:
    """Let the guided face run beside a pulse, whose late beats go to this file at the end."""
    run_guided = session.run_guided

    async def with_pulse(*arguments: object, **named: object) -> int:
        late: list[dict[str, float]] = []
        pulse = asyncio.create_task(beat(late))
        try:
            return await run_guided(*arguments, **named)  # type: ignore[arg-type]
        finally:
            pulse.cancel()
            write(late, path)

    session.run_guided = with_pulse


if __name__ == "__main__":
    put_into(Path(sys.argv[1]))
    main(sys.argv[2:])

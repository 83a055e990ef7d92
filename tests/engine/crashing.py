"""Kills a drill at one of its events, as kill -9 would: `python -m tests.engine.crashing DIRECTORY [N…]`.

Each child process plays the same small drill in DIRECTORY/<n> and dies right after its n-th record is
durable.  Without N it goes through all of them, and the last one lives to the end.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from drill_tui.engine.record.events import LogChunk, Progress, Record
from drill_tui.runbook.mode import Mode
from tests.engine.rig import Rig

STEPS = """
  - {id: make, title: Make, uses: thing.make, idempotent: true}
  - id: again
    title: Again
    run: 'echo again >>ran; echo "x=1" >>"$DRILL_OUTPUT"'
    idempotent: true
    outputs: {x: {}}
  - id: once
    title: Once
    gate: {kind: signoff, prompt: Go?, min: 2, auto: approve}
    run: [sh, -c, 'echo once$0 >>ran', '${steps.again.outputs.x}']
  - {id: last, title: Last, connect: make, run: 'echo last >>ran; env | grep DB_HOST >>ran', idempotent: true}
"""
CLEANUP = "  - {id: drop, title: Drop, uses: thing.drop, with: {of: make}, after: make}"


class CrashAfter:
    def __init__(self, seq: int) -> None:
        self._seq = seq

    def on_record(self, record: Record) -> None:
        if record.seq == self._seq:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_log(self, chunk: LogChunk) -> None: ...

    def on_progress(self, progress: Progress) -> None: ...


def crash_at(directory: Path, numbers: Iterable[int]) -> None:
    for seq in numbers:
        child = os.fork()
        if child == 0:
            play(directory / f"{seq:03d}", seq)
            os._exit(0)
        if os.WIFEXITED(os.waitpid(child, 0)[1]):
            return


def play(directory: Path, crash_after: int) -> None:
    rig = Rig(
        directory,
        steps=STEPS,
        cleanup=CLEANUP,
        mode=Mode.AUTO,
        head="params: {word: {type: secret, env: WORD}}",
        environment={"WORD": "open sesame"},
        sinks=[CrashAfter(crash_after)],
    )
    asyncio.run(rig.run())


if __name__ == "__main__":
    crash_at(Path(sys.argv[1]), map(int, sys.argv[2:]) if sys.argv[2:] else count(1))

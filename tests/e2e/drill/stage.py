"""Where a drill is struck again and again: its places, the process that plays it, copies of its states."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drill_tui.engine.processes.process_group import RUN_MARK, marked
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.journal import read_journal
from drill_tui.engine.run.run_state import RunState
from drill_tui.postgres.cluster import processes
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.e2e.drill.crashing import ROOT, Label, label_of
from tests.e2e.drill.running import clean_environment, wait_until

MEMORY = Path("/dev/shm")
"""Copies of a cluster are made and removed there without waiting for a disk."""
ROOM_BYTES = 2 * 1024**3


@dataclass
class Stage:
    """One run, its places, and the process that plays it."""

    place: Path
    player: subprocess.Popen[str]

    @property
    def artifacts(self) -> Path:
        return self.place / "artifacts"

    @property
    def work(self) -> Path:
        return self.place / "work"

    @property
    def run_dir(self) -> Path:
        (journal,) = self.artifacts.glob("*/events.jsonl")
        return journal.parent

    @property
    def records(self) -> list[ev.Record]:
        return read_journal(self.run_dir / "events.jsonl")

    def play(self, do: str, at: Label | None = None, victim: str = "drill") -> dict[str, int]:
        order: dict[str, Any] = {"do": do, "at": at, "victim": victim}
        order["place"] = str(self.artifacts if do == "start" else self.run_dir)
        assert self.player.stdin is not None
        assert self.player.stdout is not None
        self.player.stdin.write(json.dumps(order) + "\n")
        self.player.stdin.flush()
        answer: dict[str, int] = json.loads(self.player.stdout.readline())
        return answer

    def strike(self, at: Label, victim: str) -> None:
        """Start, or go on, until this event kills; what the dead drill had started must die as well."""
        started = self.artifacts.exists() and any(self.artifacts.iterdir())
        ended = self.play("resume" if started else "start", at, victim)
        assert ended == {"signal": signal.SIGKILL}, (at, self.report.failure_reason, self.report.notes)
        wait_until(lambda: not self.living(), f"the end of what the drill had started ({at})")
        journal = self.run_dir / "events.jsonl"
        assert label_of(self.records[-1].event) == at
        if victim == "power":
            whole = journal.read_bytes()
            journal.write_bytes(whole + whole.splitlines()[-1][:40])

    def living(self) -> list[str]:
        """Everything that runs for this run: programs of its steps, and servers in its places."""
        homes = [folder for folder in self.work.iterdir() if folder.name.startswith("drill-")]
        return [
            *marked({RUN_MARK: self.run_dir.name}).values(),
            *(h.name for h in homes if processes.inside(h)),
        ]

    def save(self, name: str) -> None:
        copy = self.place / name
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        subprocess.run(["cp", "-a", self.artifacts, self.work, copy], check=True)

    def put_back(self, name: str, *, last_time: bool = False) -> None:
        """As it was when it was saved; the last time, the copy is used up."""
        for place in (self.artifacts, self.work):
            shutil.rmtree(place)
            if last_time:
                (self.place / name / place.name).rename(place)
            else:
                subprocess.run(["cp", "-a", self.place / name / place.name, self.place], check=True)

    @property
    def state(self) -> RunState:
        state = RunState(run_id=self.run_dir.name)
        for record in self.records:
            state.apply(record.event, record.at)
        return state

    @property
    def report(self) -> Report:
        return fold(self.records)

    @property
    def results(self) -> dict[str, ev.StepEnded]:
        return {r.event.step: r.event for r in self.records if isinstance(r.event, ev.StepEnded)}


@contextmanager
def staged(log: Path, source: dict[str, str]) -> Iterator[Stage]:
    """A stage in memory where there is room; what its drills complain of goes to `log`."""
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    place = Path(tempfile.mkdtemp(prefix="walk-", dir=MEMORY if in_memory else None))
    place.chmod(0o755)
    (place / "work").mkdir()
    try:
        with (
            log.open("w") as file,
            subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.drill.crashing"],
                cwd=ROOT,
                env=clean_environment({**source, "DRILL_WORK_DIR": str(place / "work")}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            ) as player,
        ):
            yield Stage(place, player)
            assert player.stdin is not None
            player.stdin.close()
    finally:
        shutil.rmtree(place)

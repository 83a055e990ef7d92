"""A drill as the screen sees it: the fold of its records, and the last lines of its logs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from drill_tui.engine.record.events import AttemptStarted, LogChunk, Progress, Record
from drill_tui.tui.logs.buffer import MAX_LINES, LineBuffer
from drill_tui.tui.throughput import Throughput
from drill_tui.verdict.state import DrillState

SERVER_LOG = "server log"
"""Its place among the logs of a seat, which cannot always read the file; no step has such an id."""


@dataclass(slots=True)
class WatchedDrill:
    """Belongs to the event loop; the bridge writes it, widgets read it."""

    run_dir: Path | None = None
    """artifacts/restore/<run id>, where whole logs are; None until the drill has a run id."""
    artifacts_dir: Path | None = None
    live: bool = True
    """False for a past drill, which is only looked at."""
    max_lines: int = MAX_LINES
    """How many of each log are kept at hand."""
    state: DrillState = field(default_factory=DrillState)
    records: list[Record] = field(default_factory=list)
    logs: dict[str, LineBuffer] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    throughput: dict[str, Throughput] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        self.state.apply(record)
        self.records.append(record)
        if isinstance(record.event, AttemptStarted):
            self.progress.pop(record.event.step, None)
            self.throughput.pop(record.event.step, None)
        if self.run_dir is None and self.artifacts_dir is not None:
            self.run_dir = self.artifacts_dir / record.run

    def log_of(self, step: str) -> LineBuffer:
        return self.logs.setdefault(step, LineBuffer(self.max_lines))

    def take_log(self, chunk: LogChunk) -> None:
        self.log_of(chunk.step).extend(chunk.lines)

    def take_progress(self, progress: Progress, at: float) -> None:
        self.progress[progress.step] = progress
        self.throughput.setdefault(progress.step, Throughput()).take(at, progress)

    def log_path(self, step: str) -> Path | None:
        """The file that holds the whole log of a step's last attempt."""
        known = self.state.steps.get(step)
        return self.run_dir / known.log if self.run_dir and known and known.log else None

    @property
    def server_log(self) -> Path | None:
        """The isolated server's log, once a step has said where it is (output `server_log`)."""
        for step in self.state.steps.values():
            if step.outputs.get("server_log"):
                return Path(step.outputs["server_log"])
        return None

    @classmethod
    def past(cls, run_dir: Path, records: Iterable[Record], *, live: bool = False) -> WatchedDrill:
        """A drill from its journal: one that is over, or, `live`, one that is about to go on."""
        drill = cls(run_dir=run_dir, live=live)
        for record in records:
            drill.take(record)
        return drill


def running_step(state: DrillState) -> str | None:
    """The step to look at: the one under way, else the last one that began."""
    if state.current:
        return state.current
    began = [step for step in state.steps.values() if step.started_at is not None]
    return max(began, key=lambda step: step.started_at or 0.0).id if began else next(iter(state.steps), None)

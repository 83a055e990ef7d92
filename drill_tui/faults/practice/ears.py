"""What the run of a practice says of itself: why it ended early, and what is left of it."""

from __future__ import annotations

from typing import Final

from drill_tui.engine.record import events as ev

BROKE: Final = frozenset({ev.Outcome.ERROR, ev.Outcome.FAILED, ev.Outcome.TIMED_OUT})
RESTORE: Final = "restore"
"""The step whose failure may be the very thing that is practised."""


class Ears:
    """A sink."""

    def __init__(self) -> None:
        self.problem = ""
        self.leftovers: tuple[str, ...] = ()

    def on_record(self, record: ev.Record) -> None:
        match record.event:
            case ev.StepEnded(outcome=outcome, reason=reason, step=step, phase=ev.Phase.STEPS):
                if outcome in BROKE and step != RESTORE:
                    self.problem = self.problem or f"{step}: {reason}"
            case ev.CleanupEnded(leftovers=leftovers):
                self.leftovers = leftovers

    def on_log(self, chunk: ev.LogChunk) -> None: ...

    def on_progress(self, progress: ev.Progress) -> None: ...

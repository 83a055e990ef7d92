"""From the drill to the screen: batches of records and log lines, at most 20 times a second by default."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.record.events import LogChunk, Progress, Record
from drill_tui.tui.watched import WatchedDrill

INTERVAL_S = 0.05
MAX_PENDING_LINES = 20_000
"""More lines than this between two updates are not shown one by one: they are in the file."""


class TuiBridge:
    """A sink.  It keeps what arrives, applies it in one go, and never has two updates under way.

    `on_update` is told when the drill changed; it calls `ready` when what it drew is on the screen.
    """

    def __init__(
        self,
        drill: WatchedDrill,
        on_update: Callable[[], None] | None = None,
        now: Callable[[], float] | None = None,
        interval_s: float = INTERVAL_S,
        logs_interval_s: float = INTERVAL_S,
    ) -> None:
        """The second interval is for news of logs and progress alone."""
        self.drill = drill
        self._interval_s = interval_s
        self._logs_interval_s = logs_interval_s
        self._now = now or SystemClock().now
        self.on_update = on_update or self.ready
        self._records: list[Record] = []
        self._lines: dict[str, list[str]] = {}
        self._line_count = 0
        self._skipped: dict[str, int] = {}
        self._progress: dict[str, tuple[Progress, float]] = {}
        """The newest of each step, and when it came."""
        self._has_news = False
        """Whether an event has come that is not drawn yet."""
        self._scheduled: asyncio.TimerHandle | None = None
        self._drawing = False
        self._changed = False

    def on_record(self, record: Record) -> None:
        self._records.append(record)
        if not self._has_news:
            self._has_news = True
            self._unschedule()
        self._schedule()

    def on_log(self, chunk: LogChunk) -> None:
        self._lines.setdefault(chunk.step, []).extend(chunk.lines)
        self._line_count += len(chunk.lines)
        if self._line_count > MAX_PENDING_LINES:
            self._skip_oldest()
        self._schedule()

    def on_progress(self, progress: Progress) -> None:
        self._progress[progress.step] = progress, self._now()
        self._schedule()

    def ready(self) -> None:
        """The screen has drawn the last update and can take the next."""
        self._drawing = False
        if self._changed:
            self._schedule()

    def flush(self) -> None:
        """Apply everything that has arrived, and draw it, now."""
        self._unschedule()
        self.take_in()
        self._drawing, self._changed, self._has_news = True, False, False
        self.on_update()

    def take_in(self) -> None:
        """Bring the drill up to date without drawing it, for a question about what has just happened."""
        records, self._records = self._records, []
        lines, self._lines, self._line_count = self._lines, {}, 0
        skipped, self._skipped = self._skipped, {}
        progress, self._progress = self._progress, {}
        for record in records:
            self.drill.take(record)
        for told, at in progress.values():
            self.drill.take_progress(told, at)
        for step, count in skipped.items():
            self.drill.log_of(step).skip(count)
        for step, new in lines.items():
            self.drill.log_of(step).extend(new)

    def _schedule(self) -> None:
        self._changed = True
        if self._scheduled is None and not self._drawing:
            interval_s = self._interval_s if self._has_news else self._logs_interval_s
            self._scheduled = asyncio.get_running_loop().call_later(interval_s, self.flush)

    def _unschedule(self) -> None:
        if self._scheduled is not None:
            self._scheduled.cancel()
            self._scheduled = None

    def _skip_oldest(self) -> None:
        for step, lines in self._lines.items():
            gone = len(lines) - MAX_PENDING_LINES // 2
            if gone > 0:
                del lines[:gone]
                self._line_count -= gone
                self._skipped[step] = self._skipped.get(step, 0) + gone

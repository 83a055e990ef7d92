"""The event stream for programs: one JSON object per line, the journal's own lines without their hashes."""

from __future__ import annotations

import json
from typing import TextIO

from drill_tui.engine.record.codec import timestamp, to_data
from drill_tui.engine.record.events import LogChunk, Progress, Record


class EventStream:
    """Writes every record to `stream` as it happens (`--events -`)."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def on_record(self, record: Record) -> None:
        line = {
            "seq": record.seq,
            "ts": timestamp(record.at),
            "run": record.run,
            "type": record.event.TYPE,
            "data": to_data(record.event),
        }
        self._stream.write(json.dumps(line, separators=(",", ":")) + "\n")
        self._stream.flush()

    def on_log(self, chunk: LogChunk) -> None:
        """Logs are files; the stream tells their names."""

    def on_progress(self, progress: Progress) -> None:
        """Progress is for people."""

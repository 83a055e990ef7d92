"""The end of a step's log file, for artifacts that show a little of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MAX_TAIL_BYTES: Final = 16 * 1024


def log_tail(run_dir: Path, log: str | None, limit_bytes: int = MAX_TAIL_BYTES) -> str:
    """The last whole lines of a log, at most `limit_bytes`; empty if there is none.

    `log` is relative to the run's directory; one that leads out of it is not read.
    """
    if not log:
        return ""
    path = (run_dir / log).resolve()
    if not path.is_relative_to(run_dir.resolve()) or not path.is_file():
        return ""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - limit_bytes))
        data = file.read(limit_bytes)
    text = data.decode("utf-8", "replace")
    if size <= limit_bytes:
        return text
    return f"… the first {size - limit_bytes} bytes are in {log}\n{text.partition(chr(10))[2] or text}"

"""The journal: `events.jsonl`, one JSON object per event, each carrying the hash of the line before it.

A line is durable (fsync) before the effect that it announces.  A torn last line, the trace of a power cut,
is dropped; any other damage is an error that names the line.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.record.codec import from_data, seconds, timestamp, to_data
from drill_tui.engine.record.events import Event, Record
from drill_tui.engine.record.vocabulary import JOURNAL_NAME as JOURNAL_NAME

FORMAT_VERSION: Final = 1
GENESIS: Final = "0" * 64
"""`prev` of the first line."""
MAX_LINE_BYTES: Final = 32 * 1024 * 1024


class JournalError(Exception):
    """A journal that cannot be read or written; says which line, and why."""


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a journal ends: what the next line must continue."""

    seq: int
    prev: str
    size_bytes: int
    """Without a torn last line."""
    at: float


class Journal:
    """Appends to one run's journal.  Belongs to the process that holds the run's lock."""

    def __init__(self, path: Path, run_id: str, tail: Tail | None = None) -> None:
        """Raises JournalError if the file cannot be opened, or exists although no `tail` is given."""
        self.path = path
        self._run = run_id
        self._seq = tail.seq if tail else 0
        self._prev = tail.prev if tail else GENESIS
        self._at = tail.at if tail else 0.0
        self._size_bytes = tail.size_bytes if tail else 0
        flags = os.O_WRONLY | os.O_APPEND | (0 if tail else os.O_CREAT | os.O_EXCL)
        try:
            self._fd = os.open(path, flags, 0o644)
            if tail:
                os.ftruncate(self._fd, tail.size_bytes)
            else:
                _sync_directory(path.parent)
        except OSError as error:
            raise JournalError(f"{path}: {error.strerror}") from error

    def append(self, event: Event, at: float) -> Record:
        """Write one event durably; time never goes back.

        Raises JournalError if it cannot be written; the next call tries anew, from the last whole line.
        """
        ts = timestamp(max(at, self._at))
        record = Record(seq=self._seq + 1, at=seconds(ts), run=self._run, event=event)
        line = encode(record, ts, self._prev)
        try:
            _write_all(self._fd, line)
            os.fsync(self._fd)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._size_bytes)
            raise JournalError(f"{self.path}: {error.strerror}; free some space on that disk") from error
        self._seq, self._at, self._prev = record.seq, record.at, sha256(line).hexdigest()
        self._size_bytes += len(line)
        return record

    def close(self) -> None:
        """Whatever is said after this is refused, not written to whichever file has that number next."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def encode(record: Record, ts: str, prev: str) -> bytes:
    """One line of the journal, its line feed included."""
    text = json.dumps(
        {
            "v": FORMAT_VERSION,
            "seq": record.seq,
            "ts": ts,
            "run": record.run,
            "type": record.event.TYPE,
            "data": to_data(record.event),
            "prev": prev,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return text.encode("utf-8", "backslashreplace") + b"\n"


def read_journal(path: Path) -> list[Record]:
    """Every record of a journal.  Raises JournalError for damage other than a torn last line."""
    return read_with_tail(path)[0]


def read_with_tail(path: Path) -> tuple[list[Record], Tail]:
    """Every record, and what the next line must continue.  Raises JournalError."""
    reader = JournalReader(path)
    return list(reader), reader.tail


class JournalReader:
    """Reads a journal that may still be growing: iterate again to get what was added since."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.tail = Tail(0, GENESIS, 0, 0.0)

    def __iter__(self) -> Iterator[Record]:
        try:
            with self._path.open("rb") as file:
                file.seek(self.tail.size_bytes)
                while line := file.readline(MAX_LINE_BYTES + 1):
                    if _torn(line, last=not file.peek(1)):
                        return
                    yield self._accept(line)
        except OSError as error:
            raise JournalError(f"{self._path}: {error.strerror}") from error

    def _accept(self, line: bytes) -> Record:
        where = f"{self._path}:{self.tail.seq + 1}"
        record, prev = _decode(line, where)
        if record.seq != self.tail.seq + 1:
            raise JournalError(f"{where}: has number {record.seq}; a line was removed, added or moved")
        if prev != self.tail.prev:
            raise JournalError(f"{where}: does not continue the line before it; the journal was altered")
        self.tail = Tail(
            record.seq,
            sha256(line).hexdigest(),
            self.tail.size_bytes + len(line),
            max(record.at, self.tail.at),
        )
        return record


def _torn(line: bytes, last: bool) -> bool:
    """A line is complete with its line feed; blocks that never reached the disk read as NUL bytes."""
    return last and (not line.endswith(b"\n") or b"\0" in line) and len(line) <= MAX_LINE_BYTES


def _decode(line: bytes, where: str) -> tuple[Record, str]:
    if len(line) > MAX_LINE_BYTES:
        raise JournalError(f"{where}: longer than {MAX_LINE_BYTES // 1024 // 1024} MiB; this is no journal")
    try:
        data: Any = json.loads(line)
        version = data["v"]
        if version != FORMAT_VERSION:
            raise JournalError(f"{where}: format {version!r}; this drill-tui reads {FORMAT_VERSION}")
        event = from_data(data["type"], data["data"])
        at = seconds(data["ts"])
        seq, run, prev = data["seq"], data["run"], data["prev"]
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise JournalError(f"{where}: not a line of a journal ({_why(error)})") from error
    if type(seq) is not int or not isinstance(run, str) or not isinstance(prev, str):
        raise JournalError(f"{where}: not a line of a journal (wrong types)")
    return Record(seq=seq, at=at, run=run, event=event), prev


def _why(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return f"no {error.args[0]!r}"
    lines = str(error).splitlines() or [type(error).__name__]
    return " ".join(line.strip() for line in lines[:3])[:200]


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _sync_directory(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

"""Bringing objects here: in blocks, several at once, each taken up again where a connection was cut."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.engine.text.os_words import os_words
from drill_tui.remote.store import Store, Stored
from drill_tui.remote.words import is_final, sentence

MIB: Final = 1024 * 1024
BLOCK_BYTES: Final = 8 * MIB
SMALLEST_BYTES: Final = 256 * 1024
"""After each cut a smaller piece is asked for, so that a bad line gets ahead too."""
AT_ONCE: Final = 4
TRIES: Final = 6
"""In a row without a byte more."""
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 8.0

Told = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes in all."""


class StoppedError(Exception):
    """Somebody ended the drill."""


@dataclass
class Download:
    """One backup on its way; `cuts` counts the connections that broke and were taken up again."""

    store: Store
    told: Told
    log: Callable[[str], None]
    stop: threading.Event
    total: int = 0
    done: int = 0
    cuts: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, objects: Sequence[tuple[Path, Stored]]) -> None:
        """Bring each object to its path; the paths' folders are there.  Raises ActionError, StoppedError."""
        self.store.try_once()
        self.total = sum(one.size for _, one in objects)
        with ThreadPoolExecutor(self.store.at_once(AT_ONCE)) as pool:
            futures: list[Future[None]] = []
            try:
                for path, one in objects:
                    with path.open("xb") as file:
                        file.truncate(one.size)
                    futures += [
                        pool.submit(self._bring, path, one, start)
                        for start in range(0, one.size, BLOCK_BYTES)
                    ]
                finished, _ = wait(futures, return_when=FIRST_EXCEPTION)
                for future in finished:
                    future.result()
            except BaseException:
                self.stop.set()
                for future in futures:
                    future.cancel()
                raise

    def _bring(self, path: Path, one: Stored, start: int) -> None:
        """One block of an object."""
        end = min(start + BLOCK_BYTES, one.size)
        failed = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            while start < end:
                if self.stop.is_set():
                    raise StoppedError
                length = min(end - start, max(BLOCK_BYTES >> failed, SMALLEST_BYTES))
                piece, problem = self._read(one, start, length)
                _write(descriptor, piece, start, path)
                start += len(piece)
                self._tell(len(piece))
                failed = 0 if piece else failed + 1
                if start < end and (problem or not piece):
                    self._after_a_cut(one, start, failed, problem)
        finally:
            os.close(descriptor)

    def _read(self, one: Stored, start: int, length: int) -> tuple[bytes, Exception | None]:
        try:
            return self.store.read(one, start, length), None
        except ActionError:
            raise
        except Exception as error:
            if self.store.is_changed(error):
                raise self.store.changed(one) from None
            if is_final(error):
                raise ActionError(sentence(error, self.store.url_of(one.path), self.store.scheme)) from error
            return b"", error

    def _after_a_cut(self, one: Stored, at: int, failed: int, problem: Exception | None) -> None:
        url = self.store.url_of(one.path)
        said = problem or ConnectionError("fewer bytes came than were asked for")
        if failed >= TRIES:
            raise ActionError(
                f"Given up at byte {at:,} after {TRIES} tries: {sentence(said, url, self.store.scheme)}"
            )
        with self._lock:
            self.cuts += 1
        self.log(
            f"The connection was cut at byte {at:,} of {one.name} ({type(said).__name__}); it goes on there"
        )
        if self.stop.wait(min(FIRST_PAUSE_S * 2**failed, LONGEST_PAUSE_S)):
            raise StoppedError
        self.store.renew()

    def _tell(self, count: int) -> None:
        with self._lock:
            self.done += count
            self.told(self.done, self.total)


def refuse_small_disk(folder: Path, size: int) -> None:
    """Raises ActionError where a backup of that size cannot lie."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise ActionError(
            f"{folder} has {free / MIB:,.0f} MiB free and the backup has {size / MIB:,.0f} MiB; "
            "set DRILL_WORK_DIR to a folder with more space"
        )


def _write(descriptor: int, piece: bytes, at: int, path: Path) -> None:
    view = memoryview(piece)
    try:
        while view:
            written = os.pwrite(descriptor, view, at)
            view, at = view[written:], at + written
    except OSError as error:
        more = "; set DRILL_WORK_DIR to a folder with more space" if error.errno == errno.ENOSPC else ""
        raise ActionError(f"{path} cannot be written: {os_words(error)}{more}") from None

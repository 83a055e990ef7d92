"""One queue of checks, worked off by parallel connections, the longest first."""

from __future__ import annotations

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import printable

Connection = psycopg.Connection[tuple[Any, ...]]
Connect = Callable[[], Connection]

DAMAGE = {
    "XX001": "its data is corrupted",
    "XX002": "the index is corrupted",
    "58P01": "a file of it is missing",
}
"""SQLSTATEs (PostgreSQL manual, appendix A) of damage; any other tells that a check could not run."""


class ServerLostError(Exception):
    """The server went away: nothing can be concluded from what is missing."""


@dataclass(frozen=True, slots=True)
class Check:
    """One query or a few, on one connection.  `cost` is about proportional to its time (bytes to read)."""

    kind: str
    subject: str
    criterion: Criterion
    cost: int
    run: Callable[[Connection], None]


class Workers:
    """Runs checks over `jobs` connections.  A check that raises leaves its criterion unproven, or missed
    where the error tells of damage; a lost server stops everything with `ServerLostError`."""

    def __init__(self, connect: Connect, jobs: int, on_progress: Callable[[int, int], None]) -> None:
        self._connect = connect
        self._jobs = jobs
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._done = 0
        self._lost: str | None = None
        self._failed: BaseException | None = None
        self._open: list[Connection] = []
        self.timings_s: dict[str, float] = defaultdict(float)

    def run(self, checks: Iterable[Check]) -> None:
        """Run all; returns when every one has."""
        ordered = sorted(checks, key=lambda check: -check.cost)
        total = sum(check.cost for check in ordered)
        waiting: queue.SimpleQueue[Check] = queue.SimpleQueue()
        for check in ordered:
            waiting.put(check)
        self._done = 0
        threads = [
            threading.Thread(target=self._work, args=(waiting, total), name=f"verify-{number}", daemon=True)
            for number in range(min(self._jobs, len(ordered)))
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            self._failed = self._failed or InterruptedError()
            self.cancel()
            for thread in threads:
                thread.join(timeout=5)
            raise
        if self._failed is not None:
            raise self._failed
        if self._lost is not None:
            raise ServerLostError(self._lost)

    def cancel(self) -> None:
        """Stop what runs on the server."""
        with self._lock:
            running = list(self._open)
        for connection in running:
            connection.cancel()

    def _work(self, waiting: queue.SimpleQueue[Check], total: int) -> None:
        try:
            with self._connect() as connection:
                with self._lock:
                    self._open.append(connection)
                try:
                    self._drain(connection, waiting, total)
                finally:
                    with self._lock:
                        self._open.remove(connection)
        except psycopg.OperationalError as error:
            self._lost = self._lost or printable(str(error).strip())
        except BaseException as error:
            self._failed = self._failed or error

    def _drain(self, connection: Connection, waiting: queue.SimpleQueue[Check], total: int) -> None:
        while self._lost is None and self._failed is None:
            try:
                check = waiting.get_nowait()
            except queue.Empty:
                return
            started = time.monotonic()
            try:
                check.run(connection)
            except psycopg.Error as error:
                if connection.closed or connection.broken:
                    self._lost = self._lost or f"{check.subject}: {printable(str(error).strip())}"
                    return
                judge_error(check.criterion, check.subject, error)
            with self._lock:
                self.timings_s[check.kind] += time.monotonic() - started
                self._done += check.cost
                self._on_progress(self._done, total)


def judge_error(criterion: Criterion, subject: str, error: psycopg.Error) -> None:
    """Damage is a fault; anything else is a check that could not run."""
    text = (error.diag.message_primary or str(error)).strip()
    damage = DAMAGE.get(error.sqlstate or "")
    if damage:
        criterion.fault(subject, f"{damage}: {text}")
    else:
        criterion.could_not(f"{subject}: {text}")

"""One queue of checks, worked off by parallel connections, the longest first."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from drill_tui.postgres.client.connect import ConnectError
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.verify.criterion import Criterion

Connection = psycopg.AsyncConnection[Any]
Connect = Callable[[], Awaitable[Connection]]

DAMAGE = {
    "XX001": "its data is corrupted",
    "XX002": "the index is corrupted",
    "58P01": "a file of it is missing",
}
"""SQLSTATEs (PostgreSQL manual, appendix A) of damage; any other tells that a check could not run."""
LOCK_NOT_AVAILABLE: Final = "55P03"
HELD: Final = (
    "is locked by a transaction that was open or prepared at this point, which nobody can end in a copy that "
    "recovers; end it in the source (pg_prepared_xacts shows prepared ones) and take a new witness"
)
_NOT_BUILT_IN: Final = re.compile(r"compression method \w+ not supported|not supported (?:by|in) this build")
BUILT_WITH_ALL: Final = "install a server that is built with it, as those of Debian and PGDG are"


class ServerLostError(Exception):
    """The server went away: nothing can be concluded from what is missing."""


@dataclass(frozen=True, slots=True)
class Check:
    """One query or a few, on one connection.  `cost` is about proportional to its time (bytes to read)."""

    kind: str
    subject: str
    criterion: Criterion
    cost: int
    run: Callable[[Connection], Awaitable[None]]


class Workers:
    """Runs checks over at most `jobs` connections.

    A check that raises leaves its criterion unproven, or missed where the error tells of damage; a lost
    server stops everything with ServerLostError.
    """

    def __init__(self, connect: Connect, jobs: int, on_progress: Callable[[int, int], None]) -> None:
        self._connect = connect
        self._jobs = jobs
        self._on_progress = on_progress
        self._done = 0
        self.timings_s: dict[str, float] = defaultdict(float)

    async def run(self, checks: Iterable[Check]) -> None:
        """Run all; returns when every one has.  Raises ServerLostError."""
        ordered = sorted(checks, key=lambda check: -check.cost)
        total = sum(check.cost for check in ordered)
        self._done = 0
        waiting = iter(ordered)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._jobs, len(ordered))):
                    group.create_task(self._work(waiting, total))
        except* ServerLostError as lost:
            raise ServerLostError(str(lost.exceptions[0])) from None

    async def _work(self, waiting: Iterator[Check], total: int) -> None:
        try:
            connection = await self._connect()
        except ConnectError as error:
            raise ServerLostError(str(error)) from None
        except psycopg.Error as error:
            raise ServerLostError(words(error)) from None
        async with connection:
            for check in waiting:
                started = time.monotonic()
                try:
                    await check.run(connection)
                except psycopg.Error as error:
                    if connection.closed or connection.broken:
                        raise ServerLostError(f"{check.subject}: {words(error)}") from None
                    judge_error(check.criterion, check.subject, error)
                self.timings_s[check.kind] += time.monotonic() - started
                self._done += check.cost
                self._on_progress(self._done, total)


def words(error: psycopg.Error) -> str:
    """The server's own words on one line, with the remedy where the server was built without something."""
    return with_remedy(clean(" ".join((error.diag.message_primary or str(error)).split())))


def with_remedy(said: str) -> str:
    return f"{said}; {BUILT_WITH_ALL}" if _NOT_BUILT_IN.search(said) else said


def judge_error(criterion: Criterion, subject: str, error: psycopg.Error) -> None:
    """Damage is a fault; anything else is a check that could not run."""
    damage = DAMAGE.get(error.sqlstate or "")
    if damage:
        criterion.fault(subject, f"{damage}: {words(error)}")
    elif error.sqlstate == LOCK_NOT_AVAILABLE:
        criterion.could_not(f"{subject} {HELD}")
    else:
        criterion.could_not(f"{subject}: {words(error)}")

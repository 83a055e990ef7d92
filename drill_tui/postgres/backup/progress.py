"""How far a dump is, and how long it will take, from `pg_stat_progress_copy` (manual, 28.4.6)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from drill_tui.postgres.client.catalog import TableShape, query

POLL_S: Final = 0.5
WARM_UP_S: Final = 2.0

Report = Callable[[str, float, float, float | None], None]
"""Called with a label, bytes done, bytes in all and seconds left (None while unknown)."""


@dataclass(slots=True)
class DumpProgress:
    """Estimates the bytes of tables that are dumped, out of which COPY is running where.

    Parallel pg_dump takes tables in descending order of size, so everything larger than the smallest table in
    work has been done; in any order, a table that was in work and no longer is has been done.
    """

    tables: Sequence[TableShape]
    in_order: bool
    rows: Mapping[int, int] = field(default_factory=dict)
    """Exact rows of tables that were counted already, by OID; the rest are the planner's estimates."""
    _seen: set[int] = field(default_factory=set)
    _running: dict[int, float] = field(default_factory=dict)

    @property
    def total_bytes(self) -> float:
        return float(sum(table.size_bytes for table in self.tables))

    def observe(self, running: Mapping[int, int]) -> None:
        """`running` has the rows copied so far by the OID of each table in work."""
        self._seen.update(running)
        self._running = {oid: float(rows) for oid, rows in running.items()}

    @property
    def done_bytes(self) -> float:
        in_work = [table.size_bytes for table in self.tables if table.oid in self._running]
        passed = min(in_work) if self.in_order and in_work else None
        done = 0.0
        for table in self.tables:
            if table.oid in self._running:
                done += table.size_bytes * self._share(table)
            elif table.oid in self._seen or (passed is not None and table.size_bytes > passed):
                done += table.size_bytes
        return done

    @property
    def label(self) -> str:
        names = {table.oid: f"{table.schema_name}.{table.name}" for table in self.tables}
        shown = [names[oid] for oid in self._running if oid in names]
        return f"dumping {', '.join(shown[:2])}" if shown else "dumping"

    def _share(self, table: TableShape) -> float:
        rows = self.rows.get(table.oid, table.estimated_rows)
        return min(1.0, self._running[table.oid] / rows) if rows > 0 else 0.0


@dataclass(slots=True)
class TimeLeft:
    """Seconds left at the pace of the whole so far; unknown during the first 2 s."""

    started: float = field(default_factory=time.monotonic)

    def estimate(self, done: float, total: float) -> float | None:
        spent = time.monotonic() - self.started
        if spent < WARM_UP_S or done <= 0 or total <= 0:
            return None
        return max(0.0, spent * (total - done) / done)


async def watch_dump(
    connection: psycopg.AsyncConnection[Any], progress: DumpProgress, report: Report
) -> None:
    """Report until cancelled.  A server that no longer answers ends the reports, not the dump."""
    left, best = TimeLeft(), 0.0
    statement = query("backup/copy")
    while True:
        try:
            cursor = await connection.execute(statement)
            progress.observe({oid: rows for oid, rows, _ in await cursor.fetchall()})
        except psycopg.Error:
            return
        best = max(best, progress.done_bytes)
        report(progress.label, best, progress.total_bytes, left.estimate(best, progress.total_bytes))
        await asyncio.sleep(POLL_S)

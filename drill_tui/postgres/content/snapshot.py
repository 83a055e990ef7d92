"""One snapshot for many connections, and the digests taken through it.

The session that exports a snapshot must stay open and in its transaction for as long as anybody imports it
(manual, 9.28.5); `SharedSnapshot` is that session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

import psycopg
from psycopg import sql

from drill_tui.postgres.archive.manifest import Sample
from drill_tui.postgres.client.catalog import TableShape
from drill_tui.postgres.content.digest import Depth, RowSum, Slice, batch_query, batches

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]
OnPart = Callable[[Slice, RowSum], None]
PAGE_BYTES: Final = 8192
"""PostgreSQL's own default (BLCKSZ); of another build the share that is done stays right."""


def in_bytes(tables: Iterable[TableShape], report: Callable[[int, int], None]) -> OnPart:
    """Tell how many of these tables' bytes were read, and of how many, as their parts are summed."""
    total, done = sum(table.pages for table in tables), 0

    def on_part(part: Slice, _sum: RowSum) -> None:
        nonlocal done
        done += part.pages
        report(done * PAGE_BYTES, total * PAGE_BYTES)

    return on_part


async def sum_tables(
    connect: Connect,
    tables: Iterable[TableShape],
    *,
    depth: Depth = "full",
    jobs: int = 1,
    snapshot: str | None = None,
    samples: Mapping[int, Sample] = {},
    on_part: OnPart | None = None,
) -> dict[int, RowSum]:
    """Rows and digest of each table, by OID, over `jobs` connections that take work from one queue.

    With `snapshot`, every statement runs in that exported snapshot, in a short transaction of its own: one
    long transaction over thousands of tables would fill the server's lock table.  Of the tables in `samples`
    only that part is digested.  Raises psycopg.Error.
    """
    chosen = [table for table in tables if table.has_own_rows]
    sums = {table.oid: RowSum() for table in chosen}
    work = iter(batches(chosen, samples))

    async def worker() -> None:
        connection = await connect()
        try:
            for batch in work:
                await _sum_batch(connection, batch, depth, snapshot, sums, on_part)
        finally:
            await connection.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(max(1, jobs)):
            group.create_task(worker())
    return sums


async def _sum_batch(
    connection: psycopg.AsyncConnection[Any],
    batch: list[Slice],
    depth: Depth,
    snapshot: str | None,
    sums: dict[int, RowSum],
    on_part: OnPart | None,
) -> None:
    if snapshot is not None:
        await connection.execute(begin_in(snapshot))
    cursor = await connection.execute(batch_query(batch, depth))
    found = {oid: RowSum(rows, int(total)) for oid, rows, total in await cursor.fetchall()}
    if snapshot is not None:
        await connection.execute("commit")
    for part in batch:
        partial = found[part.table.oid]
        sums[part.table.oid] += partial
        if on_part is not None:
            on_part(part, partial)


def begin_in(snapshot: str | None) -> sql.Composed:
    """Start a read-only transaction that sees exactly what the exported snapshot sees, or one of its own."""
    begin = sql.SQL("begin transaction isolation level repeatable read, read only")
    if snapshot is None:
        return sql.Composed([begin])
    return begin + sql.SQL("; set transaction snapshot {}").format(sql.Literal(snapshot))

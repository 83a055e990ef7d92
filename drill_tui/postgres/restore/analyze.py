"""ANALYZE over several connections, big tables first: a restored copy has no statistics (before 18, none)."""

from __future__ import annotations

import asyncio
from collections import deque

import psycopg
from psycopg import sql

from drill_tui.postgres.client import talkback
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.client.spawn import clean

SMALL_BYTES = 1024 * 1024
BATCH = 50
"""Small tables per statement; each is still a transaction of its own."""


async def analyze(target: Connection, dbname: str, jobs: int) -> list[str]:
    """Gather statistics for every table; what could not be analyzed, in sentences.

    Raises psycopg.OperationalError where the server goes away.
    """
    async with await open_connection(target, dbname=dbname) as connection:
        rows = await (await connection.execute(query("restore/analyze_list"))).fetchall()
    tables = [(sql.Identifier(schema, name), int(size), parted) for schema, name, size, parted in rows]
    work = deque(_batches(tables))
    problems: list[str] = []
    left = [len(tables)]

    async def worker() -> None:
        async with await open_connection(target, dbname=dbname, pin=False) as connection:
            await connection.execute("SET synchronous_commit = off")
            while work:
                batch = work.popleft()
                problems.extend(await _analyze(connection, batch))
                left[0] -= len(batch)
                talkback.progress("analyze", len(tables) - left[0], len(tables), "tables")

    async with asyncio.TaskGroup() as group:
        for _ in range(min(jobs, len(work))):
            group.create_task(worker())
    return problems


async def _analyze(
    connection: psycopg.AsyncConnection[tuple[object, ...]], batch: list[sql.Identifier]
) -> list[str]:
    try:
        await connection.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(batch)))
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        if len(batch) > 1:
            return [line for table in batch for line in await _analyze(connection, [table])]
        return [f"{batch[0].as_string(None)} could not be analyzed: {clean(str(error))}"]
    return []


def _batches(tables: list[tuple[sql.Identifier, int, bool]]) -> list[list[sql.Identifier]]:
    large = [[table] for table, size_bytes, parted in tables if parted or size_bytes > SMALL_BYTES]
    small = [table for table, size_bytes, parted in tables if not parted and size_bytes <= SMALL_BYTES]
    return large + [small[at : at + BATCH] for at in range(0, len(small), BATCH)]

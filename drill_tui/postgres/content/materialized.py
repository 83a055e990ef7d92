"""How many rows materialized views have.  A restore computes them anew, so a difference is no fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import psycopg
from psycopg import sql

from drill_tui.postgres.client.catalog import TableShape

LOCK_TIMEOUT: Final = "2s"
"""pg_dump itself does not wait for a REFRESH, so neither may a backup's evidence for long."""


async def count_populated(
    connection: psycopg.AsyncConnection[Any], tables: Iterable[TableShape]
) -> dict[int, int]:
    """Rows of every populated materialized view, by OID; without those that may not or cannot be read now.

    Within the connection's transaction, if it is in one.  Raises psycopg.OperationalError where the server
    goes away.
    """
    found: dict[int, int] = {}
    for view in tables:
        if view.kind == "m" and view.populated:
            rows = await _count(connection, view)
            if rows is not None:
                found[view.oid] = rows
    return found


async def _count(connection: psycopg.AsyncConnection[Any], view: TableShape) -> int | None:
    try:
        async with connection.transaction():
            await connection.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
            cursor = await connection.execute(sql.SQL("select count(*) from {}").format(view.identifier()))
            row = await cursor.fetchone()
    except psycopg.Error:
        if connection.closed or connection.broken:
            raise
        return None
    return int(row[0]) if row else None

"""What naive tests of a backup look at: the size of a database, and how many rows its tables have."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.source import Connection


async def size_bytes(place: Connection) -> int:
    """Raises ConnectError, psycopg.Error."""
    async with await open_connection(place) as connection:
        cursor = await connection.execute("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())")
        row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def count_rows(place: Connection, tables: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Rows by schema and name; a table that cannot be read has none.  Raises ConnectError."""
    found: dict[tuple[str, str], int] = {}
    async with await open_connection(place) as connection:
        for name in tables:
            statement = sql.SQL("SELECT pg_catalog.count(*) FROM ONLY {}").format(sql.Identifier(*name))
            try:
                row = await (await connection.execute(statement)).fetchone()
            except psycopg.Error:
                row = None
            found[name] = int(row[0]) if row else 0
    return found

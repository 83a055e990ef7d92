"""What a database defines, by name: enough to miss an index, a key or a grant."""

from __future__ import annotations

from typing import Any

import psycopg

from drill_tui.postgres.client.catalog import query


async def read_definitions(connection: psycopg.AsyncConnection[Any]) -> tuple[str, ...]:
    """One line each, such as `index public.orders_pkey`, sorted."""
    cursor = await connection.execute(query("content/definitions"))
    return tuple(line for (line,) in await cursor.fetchall())

"""Where in a database something can be broken, and breaking it there.

A query lists sites as rows `site, statements[, undo][, path]`: names are quoted by the server, and each
site's statements are run in one transaction that asks neither triggers nor foreign keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.source import Connection

VARIANT = "drill.variant"
MOST_SITES = 200
"""That are tried until one takes the statements."""
CHANGES_ROWS = ("UPDATE", "DELETE", "INSERT")


@dataclass(frozen=True, slots=True)
class Site:
    """A place for a fault: what a person calls it, what breaks it, what undoes that."""

    name: str
    statements: tuple[str, ...]
    undo: tuple[str, ...] = ()
    path: str = ""
    """Of the relation's file below the data directory, where pages are damaged instead."""


async def find_sites(place: Connection, text: str, variant: str = "") -> list[Site]:
    """The sites that a query finds, the best ones first.  Raises ConnectError, psycopg.Error."""
    async with await open_connection(place) as connection:
        await connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", [VARIANT, variant])
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(text.encode())
            rows = await cursor.fetchmany(MOST_SITES)
    return [_site(row) for row in rows if row["statements"] is not None]


async def break_there(place: Connection, sites: Sequence[Site]) -> Site | None:
    """Break the first site that takes its statements; None where none does.

    A site whose statements fail, or change no row where rows were to be changed, is left as it was.
    Raises ConnectError, psycopg.OperationalError.
    """
    async with await open_connection(place) as connection:
        for site in sites:
            try:
                async with connection.transaction():
                    await connection.execute("SET LOCAL session_replication_role = replica")
                    for statement in site.statements:
                        cursor = await connection.execute(statement.encode())
                        if statement.startswith(CHANGES_ROWS) and cursor.rowcount == 0:
                            raise psycopg.DataError("no row was changed")
            except psycopg.OperationalError:
                raise
            except psycopg.Error:
                continue
            return site
    return None


async def run_there(place: Connection, statements: Sequence[str]) -> None:
    """Run statements one by one.  Raises ConnectError, psycopg.Error."""
    async with await open_connection(place) as connection:
        for statement in statements:
            await connection.execute(statement.encode())


def _site(row: dict[str, Any]) -> Site:
    return Site(
        name=row["site"],
        statements=tuple(row["statements"]),
        undo=tuple(row.get("undo") or ()),
        path=row.get("path") or "",
    )

"""What must hold before a backup starts: the role sees every row, and the tables stand still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg
from psycopg import sql

from drill_tui.postgres.client.catalog import TableShape, query, quoted, read_tables
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.content.facts import ServerFacts

OLDEST_MAJOR: Final = 14
SHOWN_NAMES: Final = 5
LOCK_ATTEMPTS: Final = 3
LOCKS_PER_TABLE: Final = 4
"""Ours, pg_dump's, and room for its workers and for everybody else."""


async def refuse_blindness(connection: psycopg.AsyncConnection[Any], server: ServerFacts) -> None:
    """Raise BackupBadError where row-level security or missing grants hide something from this role.

    A dump by such a role can succeed and be empty, and counts by the same role agree with it.
    """
    cursor = await connection.execute(query("backup/blind"))
    rows = await cursor.fetchall()
    hidden = [quoted(schema, name) for schema, name, why in rows if why == "rls"]
    if hidden:
        raise BackupBadError(
            f"Role {server.role} cannot see every row: row-level security applies to it on {_some(hidden)}.",
            advice=f"Use a superuser, or: ALTER ROLE {quoted(server.role)} BYPASSRLS;",
        )
    denied = [quoted(schema, name) for schema, name, why in rows if why != "rls"]
    if denied:
        raise BackupBadError(
            f"Role {server.role} may not read {_some(denied)}.",
            advice=f"GRANT pg_read_all_data TO {quoted(server.role)};",
        )


def refuse_version(server: ServerFacts) -> None:
    """Raise CouldNotTellError for servers older than this tool knows."""
    if server.major < OLDEST_MAJOR:
        raise CouldNotTellError(
            f"The server is PostgreSQL {server.version}; versions from {OLDEST_MAJOR} on are supported.",
            advice="Back up this server with its own pg_dump.",
        )


async def begin_locked(connection: psycopg.AsyncConnection[Any], server: ServerFacts) -> bool:
    """Begin the snapshot's transaction holding ACCESS SHARE on every table; whether the tables are held.

    Locks come before the snapshot: a TRUNCATE or a rewrite between snapshot and dump would show the table
    empty (manual, 13.5).  With more tables than the server's lock table carries, pg_dump's own locks must do.
    Raises psycopg.errors.LockNotAvailable where a lock is not granted in time, CouldNotTellError.
    """
    for _ in range(LOCK_ATTEMPTS):
        tables = [table for table in await read_tables(connection) if _is_locked_by_pg_dump(table)]
        hold = bool(tables) and len(tables) * LOCKS_PER_TABLE <= server.lock_slots
        await connection.execute("begin transaction isolation level repeatable read, read only")
        if not hold:
            return False
        try:
            await _lock(connection, tables)
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            await connection.execute("rollback")
            continue
        return True
    raise CouldNotTellError(
        "Tables keep being dropped while the backup tries to hold them.", advice="Try again later."
    )


async def limit_waits(connection: psycopg.AsyncConnection[Any], lock_timeout_s: float) -> None:
    """Let no statement of this session wait longer for a lock; even a table's size waits for one."""
    milliseconds = sql.Literal(str(int(lock_timeout_s * 1000)))
    await connection.execute(sql.SQL("set lock_timeout = {}").format(milliseconds))


def explain_wait(error: psycopg.errors.LockNotAvailable, lock_timeout_s: float) -> CouldNotTellError:
    """What to say about a lock that was not granted in time."""
    place = f" ({clean(error.diag.context)})" if error.diag.context else ""
    return CouldNotTellError(
        f"A table could not be locked within {lock_timeout_s:g} s{place}: somebody is changing the schema.",
        advice="Try again when the schema change is over, or raise --lock-timeout.",
    )


async def _lock(connection: psycopg.AsyncConnection[Any], tables: Sequence[TableShape]) -> None:
    names = sql.SQL(", ").join(sql.SQL("only {}").format(table.identifier()) for table in tables)
    await connection.execute(sql.SQL("lock table {} in access share mode").format(names))


def _is_locked_by_pg_dump(table: TableShape) -> bool:
    return table.has_own_rows or (table.kind == "p" and table.extension is None)


def _some(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")

"""The extension amcheck, in a schema of its own for as long as the verification runs.

It needs a superuser, and is only ever created in a database that a drill restored.  pg_dump's view of the
database is compared without it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import psycopg
from psycopg import sql

from drill_tui.postgres.verify.work import Connect, Connection

SCHEMA = "drill_tui_amcheck"
IN_USE, CHANGING = 0x616D6301, 0x616D6302
"""Advisory locks: two verifications of one database share the extension that the first of them made."""


class AmcheckUnavailableError(Exception):
    """amcheck cannot be used here; the text says why."""


class Relation(Protocol):
    @property
    def oid(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Amcheck:
    """Where the functions are, and what this server's version of them can do."""

    schema: str
    checks_unique: bool
    """bt_index_check takes `checkunique` (from 17)."""
    checks_gin: bool
    """gin_index_check exists (from 18)."""

    def btree_query(self, indexes: Sequence[Relation]) -> sql.Composed:
        """Checks structure, order, and that every row of the table has its entry (heapallindexed)."""
        unique = sql.SQL(", checkunique => true" if self.checks_unique else "")
        return sql.SQL(
            "SELECT {}.bt_index_check(index => oid::regclass, heapallindexed => true{})"
            " FROM unnest({}::oid[]) AS oid"
        ).format(sql.Identifier(self.schema), unique, _oids(indexes))

    def gin_query(self, indexes: Sequence[Relation]) -> sql.Composed:
        return sql.SQL("SELECT {}.gin_index_check(oid::regclass) FROM unnest({}::oid[]) AS oid").format(
            sql.Identifier(self.schema), _oids(indexes)
        )

    def heap_query(self, heaps: Sequence[Relation]) -> sql.Composed:
        """One row per damaged relation: oid, findings, first block, first message."""
        return sql.SQL(
            "SELECT oid::bigint, count(*), min(blkno), (array_agg(msg ORDER BY blkno, offnum))[1]"
            " FROM unnest({}::oid[]) AS oid, LATERAL {}.verify_heapam(oid::regclass) AS page GROUP BY oid"
        ).format(_oids(heaps), sql.Identifier(self.schema))


def _oids(relations: Sequence[Relation]) -> sql.Literal:
    return sql.Literal([relation.oid for relation in relations])


async def find_amcheck(connection: Connection) -> Amcheck | None:
    """amcheck as it is installed in this database, or None."""
    found = await connection.execute(
        "SELECT n.nspname FROM pg_catalog.pg_extension AS e"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'"
    )
    row = await found.fetchone()
    if row is None:
        return None
    found = await connection.execute(
        "SELECT p.proname, coalesce(p.proargnames, '{}') FROM pg_catalog.pg_proc AS p"
        " JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = %s",
        [row[0]],
    )
    functions = await found.fetchall()
    return Amcheck(
        schema=row[0],
        checks_unique=any(
            "checkunique" in arguments for name, arguments in functions if name == "bt_index_check"
        ),
        checks_gin=any(name == "gin_index_check" for name, _ in functions),
    )


@asynccontextmanager
async def amcheck(connect: Connect, *, may_create: bool) -> AsyncIterator[Amcheck]:
    """amcheck, created if it is not there, and dropped by the last verification that uses it.

    Raises AmcheckUnavailableError where it can neither be found nor created.
    """
    async with await connect() as connection:
        present = await _take_up(connection, may_create)
        try:
            yield present
        finally:
            if present.schema == SCHEMA:
                with suppress(psycopg.OperationalError):
                    await _let_go(connection)


async def _take_up(connection: Connection, may_create: bool) -> Amcheck:
    present = await find_amcheck(connection)
    if present is not None and present.schema != SCHEMA:
        return present
    async with _alone(connection):
        present = await find_amcheck(connection) or await _create(connection, may_create)
        await connection.execute("SELECT pg_catalog.pg_advisory_lock_shared(%s)", [IN_USE])
    return present


async def _let_go(connection: Connection) -> None:
    async with _alone(connection):
        await connection.execute("SELECT pg_catalog.pg_advisory_unlock_shared(%s)", [IN_USE])
        free = await connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", [IN_USE])
        if await free.fetchone() == (True,):
            await _drop(connection)
            await connection.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", [IN_USE])


@asynccontextmanager
async def _alone(connection: Connection) -> AsyncIterator[None]:
    await connection.execute("SELECT pg_catalog.pg_advisory_lock(%s)", [CHANGING])
    try:
        yield
    finally:
        if not connection.closed:
            await connection.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", [CHANGING])


async def _create(connection: Connection, may_create: bool) -> Amcheck:
    if not may_create:
        raise AmcheckUnavailableError("amcheck is not installed, and no drill restored this database")
    try:
        await _write(connection, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        await _write(connection, f"CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA {SCHEMA}")
    except psycopg.Error as error:
        if connection.closed or connection.broken:
            raise
        await _drop(connection)
        reason = error.diag.message_primary or str(error)
        raise AmcheckUnavailableError(f"amcheck could not be installed: {reason}") from error
    created = await find_amcheck(connection)
    if created is None:
        raise AmcheckUnavailableError("amcheck disappeared while it was being installed")
    return created


async def _drop(connection: Connection) -> None:
    ours = await connection.execute("SELECT FROM pg_catalog.pg_namespace WHERE nspname = %s", [SCHEMA])
    if await ours.fetchone() is None:
        return
    await _write(connection, "DROP EXTENSION IF EXISTS amcheck")
    await _write(connection, f"DROP SCHEMA IF EXISTS {SCHEMA} RESTRICT")


async def _write(connection: Connection, statement: str) -> None:
    """Replica mode keeps the restored database's own event triggers from firing, but for those ENABLE ALWAYS.

    They are disabled and enabled again in the same transaction, so that nobody else finds them otherwise.
    """
    async with connection.transaction():
        await connection.execute("SET TRANSACTION READ WRITE")
        await connection.execute("SET LOCAL session_replication_role = replica")
        rows = await connection.execute(
            "SELECT evtname FROM pg_catalog.pg_event_trigger WHERE evtenabled = 'A'"
        )
        triggers = [sql.Identifier(name) for (name,) in await rows.fetchall()]
        for trigger in triggers:
            await connection.execute(sql.SQL("ALTER EVENT TRIGGER {} DISABLE").format(trigger))
        await connection.execute(statement)
        for trigger in triggers:
            await connection.execute(sql.SQL("ALTER EVENT TRIGGER {} ENABLE ALWAYS").format(trigger))

"""Ways to an exact point: a snapshot, and the WAL position at which a copy holds exactly what it shows.

A position read beside a snapshot is wrong most of the time under load: a commit is in the WAL before its
transaction leaves the list of the running ones.  Two ways are exact: the snapshot that a logical slot exports
belongs to its `consistent_point` (manual, 55.4, CREATE_REPLICATION_SLOT), and a standby whose replay is
paused stands still.  Whether another snapshot has a position, and which, the WAL itself tells later.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from drill_tui.postgres.archive.witness import Seen
from drill_tui.postgres.client.ahead import Connect
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import IN_TEXT, explain, open_connection, text_of
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.witness.resume_guard import RESUME, resumed_if_killed

INSERTED: Final = "select pg_catalog.pg_current_wal_insert_lsn()::text"
PAUSE_POLL_S: Final = 0.05
PAUSE_TIMEOUT_S: Final = 60.0
ANOTHER_WAY = "Take the witness from a standby, with --way snapshot, or set wal_level = logical."


@dataclass(frozen=True, slots=True)
class Point:
    lsn: str
    """Empty where it is still to be found, for `seen`."""
    snapshot: str | None
    """The exported snapshot to read in; None where the whole server stands still."""
    seen: Seen | None = None


async def slot_connection(source: Connection, database: str) -> psycopg.AsyncConnection[Any]:
    """A connection that speaks the replication protocol.  Raises CouldNotTellError."""
    keywords = source.keywords(dbname=database) | IN_TEXT | {"replication": "database"}
    try:
        return await psycopg.AsyncConnection.connect(make_conninfo(**keywords), autocommit=True)
    except psycopg.Error as error:
        raise _refused(explain(error, source), str(error)) from None


@asynccontextmanager
async def slot_point(connect: Connect, timeout_s: float) -> AsyncIterator[Point]:
    """The snapshot of a temporary logical slot, for as long as the block runs; `connect` is slot_connection.

    The slot waits for every transaction that writes at that moment, at most `timeout_s`, and is gone with its
    connection.  Raises CouldNotTellError.
    """
    connection = await connect()
    try:
        yield await _make_slot(connection, timeout_s)
    finally:
        await connection.close()


async def _make_slot(connection: psycopg.AsyncConnection[Any], timeout_s: float) -> Point:
    name = f"drill_tui_witness_{secrets.token_hex(6)}"
    statement = sql.SQL("CREATE_REPLICATION_SLOT {} TEMPORARY LOGICAL pgoutput {}").format(
        sql.Identifier(name),
        sql.SQL("(SNAPSHOT 'export')" if connection.info.server_version >= 150000 else "EXPORT_SNAPSHOT"),
    )
    try:
        async with asyncio.timeout(timeout_s):
            row = await (await connection.cursor(row_factory=dict_row).execute(statement)).fetchone()
    except TimeoutError:
        raise CouldNotTellError(
            f"no exact point within {timeout_s:g} s: a logical slot waits for transactions that write to end",
            advice="End long transactions (pg_stat_activity), raise --slot-timeout, or use a standby.",
        ) from None
    except psycopg.Error as error:
        words = " ".join((error.diag.message_primary or str(error)).split())
        raise _refused(f"the server gave no logical slot: {words}", words) from None
    if row is None or not row["snapshot_name"]:
        raise CouldNotTellError("the server exported no snapshot with the slot", advice="See its log.")
    return Point(lsn=row["consistent_point"], snapshot=row["snapshot_name"])


def _refused(sentence: str, words: str) -> CouldNotTellError:
    low = words.lower()
    if "wal_level" in low:
        advice = ANOTHER_WAY
    elif "replication" in low and ("permission" in low or "role" in low or "privilege" in low):
        advice = "ALTER ROLE … REPLICATION; the slot needs it, and no more. Or: --way snapshot"
    elif "slots are in use" in low or "max_replication_slots" in low:
        advice = "Raise max_replication_slots, or drop a slot that nobody uses."
    elif "no pg_hba.conf entry" in low:
        advice = "Allow this role and database in pg_hba.conf."
    else:
        advice = "Connect to the server itself, not through a pooler. " + ANOTHER_WAY
    return CouldNotTellError(sentence, advice=advice)


@asynccontextmanager
async def snapshot_point(source: Connection, database: str) -> AsyncIterator[Point]:
    """Any exported snapshot, for as long as the block runs, with what is needed to find its position later.

    Raises psycopg.Error.
    """
    async with await open_connection(source, dbname=database) as connection:
        begins = await text_of(connection, INSERTED)
        await connection.execute("begin transaction isolation level repeatable read, read only")
        snapshot = await text_of(connection, "select pg_catalog.pg_export_snapshot()")
        ((xmax, in_progress),) = await (await connection.execute(query("witness/seen"))).fetchall()
        ends = await text_of(connection, INSERTED)
        seen = Seen(xmax=xmax, in_progress=tuple(in_progress), begins=begins, ends=ends)
        yield Point(lsn="", snapshot=snapshot, seen=seen)
        await connection.execute("commit")


@asynccontextmanager
async def standby_point(source: Connection) -> AsyncIterator[Point]:
    """A standby whose replay is paused for as long as the block runs; one that was paused already stays so.

    Raises CouldNotTellError where the role may not pause it, psycopg.Error.
    """
    async with await open_connection(source) as connection:
        if await text_of(connection, "select pg_catalog.pg_get_wal_replay_pause_state()") == "paused":
            yield await _paused_at(connection)
            return
        pinned = source.pinned_to(connection.info.host, connection.info.port)
        async with resumed_if_killed(pinned):
            try:
                await connection.execute("select pg_catalog.pg_wal_replay_pause()")
            except psycopg.errors.InsufficientPrivilege:
                raise CouldNotTellError(
                    "this role may not pause the standby's replay",
                    advice="GRANT EXECUTE ON FUNCTION pg_wal_replay_pause(), pg_wal_replay_resume() TO …",
                ) from None
            try:
                await _until_paused(connection)
                yield await _paused_at(connection)
            finally:
                await asyncio.shield(connection.execute(RESUME))


async def _paused_at(connection: psycopg.AsyncConnection[Any]) -> Point:
    lsn = await text_of(connection, "select pg_catalog.pg_last_wal_replay_lsn()::text")
    return Point(lsn=lsn, snapshot=None)


async def _until_paused(connection: psycopg.AsyncConnection[Any]) -> None:
    try:
        async with asyncio.timeout(PAUSE_TIMEOUT_S):
            while True:
                if await text_of(connection, "select pg_catalog.pg_get_wal_replay_pause_state()") == "paused":
                    return
                await asyncio.sleep(PAUSE_POLL_S)
    except TimeoutError:
        raise CouldNotTellError(
            f"the standby did not pause its replay within {PAUSE_TIMEOUT_S:g} s",
            advice="Look at its log; it may be waiting for WAL.",
        ) from None

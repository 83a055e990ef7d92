"""Taking a witness: one point per database, and in its snapshot the manifest of what is there."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import psycopg

from drill_tui import __version__
from drill_tui.postgres.archive import manifest
from drill_tui.postgres.archive.witness import DatabaseWitness, Way, Witness
from drill_tui.postgres.backup import preflight
from drill_tui.postgres.client.ahead import Connect, opened_ahead
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import open_connection, text_of
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError, RestoreUsageError, first_of
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.content import facts
from drill_tui.postgres.content.row_hash import ALGORITHM
from drill_tui.postgres.witness.point import (
    Point,
    slot_connection,
    slot_point,
    snapshot_point,
    standby_point,
)
from drill_tui.postgres.witness.reading import Place, witness_database
from drill_tui.postgres.witness.request import Request
from drill_tui.postgres.witness.rotation import next_parts

ATTEMPTS: Final = 3
AnyConnection = psycopg.AsyncConnection[Any]


async def take(request: Request, source: Connection) -> Witness:
    """Record what the source holds.  Only reads.

    Raises ConnectError, BackupBadError where the role does not see every row, CouldNotTellError where no
    exact point can be had, RestoreUsageError for a database that is not there, psycopg.Error.
    """
    started = datetime.now(UTC)
    async with await open_connection(source) as leader:
        server = await facts.read_server(leader)
        preflight.refuse_version(server)
        names = await _databases(leader, request.databases)
        way = await _way(leader, request, server)
        request.say(_introduction(source, server, names, way))
        address = server_info(leader, server)
        parts = await asyncio.to_thread(next_parts, request.earlier, request.share.of, address, names)
        request = replace(request, parts=parts)
        taken = await _take_all(request, source, server, names, way)
        return Witness(
            witness_id=f"witness_{started:%Y%m%dT%H%M%SZ}",
            nonce=secrets.token_hex(16),
            way=way,
            started_at=started,
            finished_at=datetime.now(UTC),
            server=address,
            timeline=await _timeline(leader, server),
            superuser=await text_of(leader, "select rolname from pg_catalog.pg_roles where oid = 10"),
            floors=dict(await (await leader.execute(query("witness/floors"))).fetchall()),
            tool_version=__version__,
            digest_depth=request.depth,
            digest_algorithm=ALGORITHM,
            databases=tuple(taken),
        ).sealed()


async def _way(leader: AnyConnection, request: Request, server: facts.ServerFacts) -> Way:
    """A slot where the server can have one: its point is known at once, and always exists."""
    if server.in_recovery:
        return "standby"
    if request.way != "auto":
        return request.way
    return "slot" if await text_of(leader, "show wal_level") == "logical" else "snapshot"


async def _take_all(
    request: Request, source: Connection, server: facts.ServerFacts, names: list[str], way: Way
) -> list[DatabaseWitness]:
    if way != "standby":
        return [await _with_retries(request, source, server, name, way) for name in names]
    async with standby_point(source) as point:
        return [await _with_retries(request, source, server, name, way, point) for name in names]


async def _with_retries(
    request: Request,
    source: Connection,
    server: facts.ServerFacts,
    name: str,
    way: Way,
    still: Point | None = None,
) -> DatabaseWitness:
    """Another point where a table was dropped while it was to be read."""
    waits = {"lock_timeout": f"{request.lock_timeout_s:g}s"}
    connect = partial(open_connection, source, dbname=name, settings=waits)
    for _ in range(ATTEMPTS):
        try:
            async with (
                opened_ahead(connect, 1 + request.workers) as next_one,
                opened_ahead(partial(slot_connection, source, name), int(way == "slot")) as for_slot,
                await next_one() as leader,
            ):
                await preflight.refuse_blindness(leader, server)
                sequences = await _logged_sequences(leader)
                async with _point(request, source, name, way, still, for_slot) as point:
                    place = Place(request=request, name=name, point=point, connect=next_one)
                    return await witness_database(leader, place, sequences)
        except (psycopg.Error, ExceptionGroup) as failed:
            first = first_of(failed)
            if isinstance(first, psycopg.errors.InsufficientPrivilege):
                raise _denied(first, server.role) from None
            if not isinstance(first, psycopg.errors.UndefinedTable):
                raise first from None
    raise CouldNotTellError(
        f"tables of {name} keep being dropped while they are read",
        advice="Take the witness when no schema change runs.",
    )


def _denied(error: psycopg.Error, role: str) -> BackupBadError:
    said = error.diag.message_primary or str(error)
    return BackupBadError(
        f"Role {role} does not see everything: {said}",
        advice="Use a superuser. Large objects have grants of their own, which pg_read_all_data lacks: "
        "GRANT SELECT ON LARGE OBJECT … TO …",
    )


@asynccontextmanager
async def _point(
    request: Request, source: Connection, name: str, way: Way, still: Point | None, for_slot: Connect
) -> AsyncIterator[Point]:
    if still is not None:
        yield still
    elif way == "snapshot":
        async with snapshot_point(source, name) as point:
            yield point
    else:
        async with slot_point(for_slot, request.slot_timeout_s) as point:
            yield point


async def _logged_sequences(connection: AnyConnection) -> tuple[manifest.Sequence, ...]:
    rows = await (await connection.execute(query("witness/unlogged_sequences"))).fetchall()
    found = await facts.read_sequences(connection)
    return tuple(one for one in found if (one.schema_name, one.name) not in rows)


def _introduction(source: Connection, server: facts.ServerFacts, names: list[str], way: Way) -> str:
    how = {
        "standby": "with the standby's replay paused",
        "snapshot": "in a snapshot whose position the archived WAL tells later",
    }.get(way, "in the snapshot of a temporary logical slot")
    listed = ", ".join(names)
    return f"Witness of the server of {source.describe()} (PostgreSQL {server.version}), {how}: {listed}"


def server_info(connection: AnyConnection, server: facts.ServerFacts) -> manifest.ServerInfo:
    return manifest.ServerInfo(
        version=server.version,
        version_num=server.version_num,
        system_identifier=server.system_identifier,
        host=connection.info.host,
        port=connection.info.port,
        data_checksums=server.data_checksums,
        in_recovery=server.in_recovery,
    )


async def _databases(connection: AnyConnection, wanted: tuple[str, ...]) -> list[str]:
    rows = await (await connection.execute(query("witness/databases"))).fetchall()
    known = [name for (name,) in rows]
    missing = [name for name in wanted if name not in known]
    if missing:
        raise RestoreUsageError(
            f"there is no database {missing[0]} on this server", advice=f"It has: {', '.join(known)}"
        )
    return list(wanted) or known


async def _timeline(connection: AnyConnection, server: facts.ServerFacts) -> int:
    if not server.system_identifier:
        return 0
    return int(await text_of(connection, "select timeline_id from pg_catalog.pg_control_checkpoint()"))

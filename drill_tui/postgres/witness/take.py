"""Taking a witness: one point per database, and in its snapshot the manifest of what is there."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import psycopg
from psycopg import sql

from drill_tui import __version__
from drill_tui.postgres.archive import manifest
from drill_tui.postgres.archive.witness import DatabaseWitness, PartOf, Way, Witness
from drill_tui.postgres.backup import preflight
from drill_tui.postgres.client.catalog import query, read_tables
from drill_tui.postgres.client.connect import open_connection, text_of
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError, RestoreUsageError, first_of
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.content import facts
from drill_tui.postgres.content.digest import ALGORITHM, Depth, RowSum
from drill_tui.postgres.content.fingerprint import schema_sha256
from drill_tui.postgres.content.sampling import WHOLE, Share, choose_samples, unseen, with_samples
from drill_tui.postgres.content.snapshot import begin_in, in_bytes, sum_tables
from drill_tui.postgres.witness.describe import coverage_of, described
from drill_tui.postgres.witness.point import Point, slot_point, snapshot_point, standby_point
from drill_tui.postgres.witness.rotation import next_parts

ATTEMPTS: Final = 3
AnyConnection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`databases` empty means all that can be connected to; `jobs` 0 means one per core."""

    databases: tuple[str, ...] = ()
    depth: Depth = "full"
    share: Share = WHOLE
    earlier: tuple[Path, ...] = ()
    """Witnesses that are there, the newest first: this one takes the part after theirs."""
    parts: Mapping[str, int] = field(default_factory=dict)
    """Which part that is, by the database's name."""
    jobs: int = 0
    way: Literal["auto", "slot", "snapshot"] = "auto"
    slot_timeout_s: float = 60.0
    lock_timeout_s: float = 60.0
    say: Callable[[str], None]
    report: Callable[[str, int, int], None] = lambda label, done, total: None

    @property
    def workers(self) -> int:
        return self.jobs or len(os.sched_getaffinity(0))


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
    for _ in range(ATTEMPTS):
        try:
            async with await open_connection(source, dbname=name) as leader:
                await preflight.limit_waits(leader, request.lock_timeout_s)
                await preflight.refuse_blindness(leader, server)
                sequences = await _logged_sequences(leader)
                async with _point(request, source, name, way, still) as point:
                    place = Place(request, source, name, server, point)
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
    request: Request, source: Connection, name: str, way: Way, still: Point | None
) -> AsyncIterator[Point]:
    if still is not None:
        yield still
    elif way == "snapshot":
        async with snapshot_point(source, name) as point:
            yield point
    else:
        async with slot_point(source, name, request.slot_timeout_s) as point:
            yield point


@dataclass(frozen=True, slots=True)
class Place:
    """Where and in which snapshot one database is read."""

    request: Request
    source: Connection
    name: str
    server: facts.ServerFacts
    point: Point

    async def connect(self) -> AnyConnection:
        connection = await open_connection(self.source, dbname=self.name)
        await preflight.limit_waits(connection, self.request.lock_timeout_s)
        return connection


async def witness_database(
    leader: AnyConnection, place: Place, sequences: tuple[manifest.Sequence, ...]
) -> DatabaseWitness:
    """Read one database in its point's snapshot; `leader` is connected to it, and in no transaction."""
    request, point = place.request, place.point
    at = datetime.fromisoformat(await text_of(leader, "select statement_timestamp()::text"))
    await leader.execute(
        sql.SQL("begin transaction isolation level repeatable read, read only")
        if point.snapshot is None
        else begin_in(point.snapshot)
    )
    tables = await read_tables(leader)
    chosen = [table for table in tables if table.has_own_rows and not table.unlogged]
    part = request.parts.get(place.name, 0)
    samples = await choose_samples(leader, chosen, request.share, part)
    sums = await sum_tables(
        place.connect,
        chosen,
        depth=request.depth,
        jobs=request.workers,
        snapshot=point.snapshot,
        samples=samples,
        on_part=in_bytes(chosen, partial(request.report, place.name)),
    )
    around = await facts.read_surroundings(leader)
    found = DatabaseWitness(
        database=await facts.read_database(leader),
        lsn=point.lsn or None,
        snapshot=point.seen,
        snapshot_at=at,
        tables=(),
        sequences=sequences,
        large_objects=await facts.sum_large_objects(leader, request.depth),
        roles=await facts.read_roles(leader),
        extensions=around.extensions,
        collations=around.collations,
        schema_sha256=await schema_sha256(leader),
        cluster=await read_cluster(leader),
        share=PartOf(part=part, of=request.share.of) if request.share.of > 1 else None,
    )
    rewritten = {oid for (oid,) in await (await leader.execute(query("witness/rewritten"))).fetchall()}
    await leader.execute("commit")
    sums = {oid: summed for oid, summed in sums.items() if oid not in rewritten}
    request.say(_said(place, sums, rewritten))
    told = with_samples([described(table, sums, request.depth) for table in tables], chosen, samples)
    coverage = coverage_of(tables, rewritten, request.depth)
    return found.model_copy(update={"tables": told, "coverage": (*coverage, *unseen(told))})


async def _logged_sequences(connection: AnyConnection) -> tuple[manifest.Sequence, ...]:
    rows = await (await connection.execute(query("witness/unlogged_sequences"))).fetchall()
    found = await facts.read_sequences(connection)
    return tuple(one for one in found if (one.schema_name, one.name) not in rows)


async def read_cluster(connection: AnyConnection) -> dict[str, str]:
    """A hash of what is said of each role, tablespace, database and setting, in this snapshot."""
    rows = await (await connection.execute(query("witness/cluster"))).fetchall()
    return {subject: hashlib.sha256(line.encode()).hexdigest() for subject, line in rows}


def _introduction(source: Connection, server: facts.ServerFacts, names: list[str], way: Way) -> str:
    how = {
        "standby": "with the standby's replay paused",
        "snapshot": "in a snapshot whose position the archived WAL tells later",
    }.get(way, "in the snapshot of a temporary logical slot")
    listed = ", ".join(names)
    return f"Witness of the server of {source.describe()} (PostgreSQL {server.version}), {how}: {listed}"


def _said(place: Place, sums: Mapping[int, RowSum], rewritten: set[int]) -> str:
    rows = sum(summed.rows for summed in sums.values())
    left = f"; {len(rewritten)} rewritten meanwhile and left out" if rewritten else ""
    point = f" at {place.point.lsn}" if place.point.lsn else ""
    if place.point.seen is not None:
        point = f" between {place.point.seen.begins} and {place.point.seen.ends}"
    return f"{place.name}: {len(sums)} tables, {rows:,} rows{point}{left}"


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

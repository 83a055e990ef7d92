"""Reading one database in its point's snapshot: the digests of its rows, and beside them all the rest."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.archive.witness import DatabaseWitness, PartOf
from drill_tui.postgres.client.ahead import Connect
from drill_tui.postgres.client.catalog import query, read_tables
from drill_tui.postgres.client.connect import text_of
from drill_tui.postgres.content import facts
from drill_tui.postgres.content.digest import RowSum
from drill_tui.postgres.content.fingerprint import schema_sha256
from drill_tui.postgres.content.sampling import choose_samples, unseen, with_samples
from drill_tui.postgres.content.snapshot import begin_in, in_bytes, sum_tables
from drill_tui.postgres.witness.describe import coverage_of, described
from drill_tui.postgres.witness.point import Point
from drill_tui.postgres.witness.request import Request

AnyConnection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and in which snapshot one database is read."""

    request: Request
    name: str
    point: Point
    connect: Connect
    """Opens another connection to it."""


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
    async with asyncio.TaskGroup() as group:
        summing = group.create_task(
            sum_tables(
                place.connect,
                chosen,
                depth=request.depth,
                jobs=request.workers,
                snapshot=point.snapshot,
                samples=samples,
                on_part=in_bytes(chosen, partial(request.report, place.name)),
            )
        )
        found = await _beside_rows(leader, place, at, sequences)
    share = PartOf(part=part, of=request.share.of) if request.share.of > 1 else None
    rewritten = {oid for (oid,) in await (await leader.execute(query("witness/rewritten"))).fetchall()}
    await leader.execute("commit")
    sums = {oid: summed for oid, summed in summing.result().items() if oid not in rewritten}
    request.say(_said(place, sums, rewritten))
    told = with_samples([described(table, sums, request.depth) for table in tables], chosen, samples)
    coverage = coverage_of(tables, rewritten, request.depth)
    return found.model_copy(update={"tables": told, "share": share, "coverage": (*coverage, *unseen(told))})


async def _beside_rows(
    leader: AnyConnection, place: Place, at: datetime, sequences: tuple[manifest.Sequence, ...]
) -> DatabaseWitness:
    """All but the tables, over one connection while others read those."""
    around = await facts.read_surroundings(leader)
    return DatabaseWitness(
        database=await facts.read_database(leader),
        lsn=place.point.lsn or None,
        snapshot=place.point.seen,
        snapshot_at=at,
        tables=(),
        sequences=sequences,
        large_objects=await facts.sum_large_objects(leader, place.request.depth),
        roles=await facts.read_roles(leader),
        extensions=around.extensions,
        collations=around.collations,
        schema_sha256=await schema_sha256(leader),
        cluster=await read_cluster(leader),
    )


async def read_cluster(connection: AnyConnection) -> dict[str, str]:
    """A hash of what is said of each role, tablespace, database and setting, in this snapshot."""
    cursor = connection.cursor()
    cursor.adapters.register_loader("text", _OfAnyDatabase)
    rows = await (await cursor.execute(query("witness/cluster"))).fetchall()
    return {subject: hashlib.sha256(line.encode()).hexdigest() for subject, line in rows}


class _OfAnyDatabase(Loader):
    """Names and settings that all databases share are in the encoding of the one where they were written."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode("utf-8", "backslashreplace")


def _said(place: Place, sums: Mapping[int, RowSum], rewritten: set[int]) -> str:
    rows = sum(summed.rows for summed in sums.values())
    left = f"; {len(rewritten)} rewritten meanwhile and left out" if rewritten else ""
    point = f" at {place.point.lsn}" if place.point.lsn else ""
    if place.point.seen is not None:
        point = f" between {place.point.seen.begins} and {place.point.seen.ends}"
    return f"{place.name}: {len(sums)} tables, {rows:,} rows{point}{left}"

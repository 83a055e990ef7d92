"""What a manifest says besides tables: server, database, roles, extensions, sequences, large objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.content.digest import Depth, RowSum

BOUND_TO_VERSION: Final = frozenset({"timescaledb"})
"""Extensions whose manual wants the version that made the dump: their own catalog comes back as rows."""
LARGE_OBJECT_BATCH: Final = 1000
LARGE_OBJECT_CHUNK_BYTES: Final = 1 << 20
SEQUENCES_PER_STATEMENT: Final = 100

AnyConnection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """The server, and what the connected role may see of it."""

    version: str
    version_num: int
    data_checksums: bool
    in_recovery: bool
    lock_slots: int
    in_the_way: list[str]
    """Settings of the database's or the role's sessions under which pg_dumpall does not do (dump.py)."""
    role: str
    superuser: bool
    bypasses_rls: bool
    system_identifier: str
    """Empty where the role may not read it (pg_control_system)."""

    @property
    def major(self) -> int:
        return self.version_num // 10000


async def read_server(connection: AnyConnection) -> ServerFacts:
    row = await one_row(connection, query("content/server"))
    identifier = ""
    if row.pop("may_identify"):
        found = await one_row(connection, sql.SQL("select system_identifier::text from pg_control_system()"))
        identifier = found["system_identifier"]
    return ServerFacts(**row, system_identifier=identifier)


async def read_database(connection: AnyConnection) -> manifest.DatabaseInfo:
    return manifest.DatabaseInfo(**await one_row(connection, query("content/database")))


async def read_roles(connection: AnyConnection) -> tuple[str, ...]:
    """Roles that the database needs wherever it is restored, sorted."""
    cursor = await connection.execute(query("content/roles"))
    return tuple(name for (name,) in await cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Surroundings:
    extensions: tuple[manifest.Extension, ...]
    collations: tuple[manifest.Collation, ...]
    tablespaces: tuple[str, ...]


async def read_surroundings(connection: AnyConnection) -> Surroundings:
    row = await one_row(connection, query("content/surroundings"))
    return Surroundings(
        extensions=tuple(
            manifest.Extension(
                name=name, version=version, schema_name=schema, version_required=name in BOUND_TO_VERSION
            )
            for name, version, schema in row["extensions"]
        ),
        collations=tuple(
            manifest.Collation(schema_name=schema, name=name, provider=provider, version=version)
            for schema, name, provider, version in row["collations"]
        ),
        tablespaces=tuple(row["tablespaces"]),
    )


async def read_requirements(connection: AnyConnection) -> manifest.Requirements:
    """What a server must have besides extensions and roles for this database to come back on it."""
    row = await one_row(connection, query("content/requirements"))
    views = [
        manifest.RemoteView(schema_name=schema, name=name, servers=tuple(servers))
        for schema, name, servers in row.pop("remote_views")
    ]
    return manifest.Requirements(**row, remote_views=tuple(views))


async def read_sequences(connection: AnyConnection) -> tuple[manifest.Sequence, ...]:
    """Every sequence with its value of this moment.

    Sequences ignore snapshots.  Read before pg_dump reads them, the values are at most those in the dump,
    so a restored sequence must be at or past them.
    """
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query("content/sequences"))
        rows = await cursor.fetchall()
    values: dict[int, tuple[int, bool]] = {}
    for some in _chunks(rows, SEQUENCES_PER_STATEMENT):
        found = await connection.execute(_sequence_values(some))
        values.update({oid: (last, called) for oid, last, called in await found.fetchall()})
    return tuple(_sequence(row, values[row["oid"]]) for row in rows)


async def read_index_statistics(connection: AnyConnection) -> tuple[manifest.IndexStatistics, ...]:
    """Statistics targets of indexes' columns, as the catalog has them."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query("content/index_statistics"))
        return tuple(manifest.IndexStatistics(**row) for row in await cursor.fetchall())


async def sum_large_objects(connection: AnyConnection, depth: Depth) -> manifest.LargeObjects:
    """Count, bytes and digest of all large objects, and digests of their owners, grants and comments."""
    contents = await _sum_contents(connection, depth)
    row = await one_row(connection, query("content/large_object_facts"))
    digests = {name: RowSum(0, int(total)).text for name, total in row.items()}
    return contents.model_copy(update=digests)


async def _sum_contents(connection: AnyConnection, depth: Depth) -> manifest.LargeObjects:
    """Read in pieces of 1 MiB."""
    if depth == "counts":
        found = await one_row(
            connection, sql.SQL("select count(*) as objects from pg_catalog.pg_largeobject_metadata")
        )
        return manifest.LargeObjects(count=found["objects"])
    total, size_bytes, last = RowSum(), 0, 0
    while True:
        row = await _large_object_chunks(connection, after=last, only=None, start=0)
        if row["objects"] == 0:
            return manifest.LargeObjects(count=total.rows, digest=total.text, size_bytes=size_bytes)
        last = row["last"]
        total += RowSum(row["objects"], int(row["total"]))
        size_bytes += row["size_bytes"]
        start, unfinished = LARGE_OBJECT_CHUNK_BYTES, row["unfinished"]
        while unfinished:
            row = await _large_object_chunks(connection, after=0, only=unfinished, start=start)
            total += RowSum(0, int(row["total"]))
            size_bytes += row["size_bytes"]
            start, unfinished = start + LARGE_OBJECT_CHUNK_BYTES, row["unfinished"]


async def _large_object_chunks(
    connection: AnyConnection, *, after: int, only: list[int] | None, start: int
) -> dict[str, Any]:
    values = {
        "after": after,
        "only": only,
        "start": start,
        "batch": LARGE_OBJECT_BATCH,
        "chunk": LARGE_OBJECT_CHUNK_BYTES,
    }
    return await one_row(connection, query("content/large_objects"), values)


def _sequence_values(rows: Sequence[Mapping[str, Any]]) -> sql.Composed:
    return sql.SQL(" union all ").join(
        sql.SQL("select {}::int8, last_value, is_called from {}").format(
            sql.Literal(row["oid"]), sql.Identifier(row["schema_name"], row["name"])
        )
        for row in rows
    )


def _sequence(row: Mapping[str, Any], value: tuple[int, bool]) -> manifest.Sequence:
    return manifest.Sequence(
        schema_name=row["schema_name"],
        name=row["name"],
        last_value=value[0],
        is_called=value[1],
        increment=row["increment"],
        owned_by=row["owned_by"],
    )


def _chunks(rows: Sequence[dict[str, Any]], size: int) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


async def one_row(
    connection: AnyConnection, statement: sql.SQL, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The row of a query that always has one, by the names of its columns.  Raises psycopg.Error."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, values)
        row = await cursor.fetchone()
    if row is None:
        raise psycopg.DataError("a catalog query that always has a row had none")
    return row

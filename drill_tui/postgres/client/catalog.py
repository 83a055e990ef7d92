"""What is in a database, as the catalogs of PostgreSQL 14 to 18 tell it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row


@functools.cache
def query(name: str) -> sql.SQL:
    """A statement by room and name: `query("verify/indexes")` is `verify/queries/indexes.sql`."""
    room, _, stem = name.partition("/")
    text = files("drill_tui.postgres").joinpath(room, "queries", f"{stem}.sql").read_text("utf-8")
    return sql.SQL(text)


@dataclass(frozen=True, slots=True)
class Column:
    """A stored column, its type resolved through domains to the base type."""

    name: str
    type_oid: int
    typmod: int
    cast: str | None
    """The base type as SQL, already quoted by the server, where the column's own type is a domain."""
    output_schema: str
    output_function: str
    """The type's output function: what COPY writes."""
    by_format: bool = False
    """Whether SQL cannot call that function, as it is declared for another type (refcursor has text's), or
    not everybody may: it, or the base type of a domain, lies in a schema of the user's own."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """A relation and its stored columns, sorted by name so that sums over partitions agree."""

    oid: int
    schema_name: str
    name: str
    kind: str
    """pg_class.relkind: r, p, f, m or v."""
    unlogged: bool
    access_method: str
    pages: int
    size_bytes: int
    estimated_rows: float
    populated: bool
    parent: tuple[str, str] | None
    """Schema and name of the partitioned table that this is a partition of."""
    extension: str | None
    extension_data: bool
    """Whether its extension marked it for dumps (`pg_extension_config_dump`)."""
    extension_condition: str
    """The WHERE clause under which pg_dump writes its rows; empty for all of them."""
    columns: tuple[Column, ...]

    @property
    def qualified(self) -> tuple[str, str]:
        return (self.schema_name, self.name)

    @property
    def has_own_rows(self) -> bool:
        """Whether pg_dump writes rows of it: an ordinary table, an extension's only where it is marked."""
        return self.kind == "r" and (self.extension is None or self.extension_data)

    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema_name, self.name)


async def read_tables(connection: AsyncConnection[Any]) -> list[TableShape]:
    """Every relation that pg_dump could dump, in the connection's snapshot, sorted by schema and name."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query("client/tables"))
        return [_table(row) for row in await cursor.fetchall()]


def quoted(*names: str) -> str:
    """A qualified name as SQL writes it, every part quoted: `"public"."Order lines"`."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def partition_roots(tables: Iterable[TableShape]) -> Mapping[tuple[str, str], tuple[str, str]]:
    """For every partition, its topmost partitioned table."""
    parents = {table.qualified: table.parent for table in tables if table.parent is not None}
    roots: dict[tuple[str, str], tuple[str, str]] = {}
    for leaf in parents:
        top: tuple[str, str] = leaf
        while parents.get(top) is not None:
            top = parents[top]
        roots[leaf] = top
    return roots


def _table(row: Mapping[str, Any]) -> TableShape:
    columns = sorted((Column(*fields) for fields in row["columns"]), key=lambda found: found.name.encode())
    parent = (row["parent_schema"], row["parent_name"]) if row["parent_name"] is not None else None
    return TableShape(
        oid=row["oid"],
        schema_name=row["schema_name"],
        name=row["name"],
        kind=row["kind"],
        unlogged=row["unlogged"],
        access_method=row["access_method"],
        pages=row["pages"],
        size_bytes=row["size_bytes"],
        estimated_rows=row["estimated_rows"],
        populated=row["populated"],
        parent=parent,
        extension=row["extension"],
        extension_data=row["extension_data"],
        extension_condition=row["extension_condition"],
        columns=tuple(columns),
    )

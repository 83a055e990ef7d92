"""A part of a large table's rows, the same in the source and in whatever was restored from it.

A row belongs to one of `of` parts by the hash of its key, so which rows are in a part depends on neither
their order nor the page they lie on (a dump that is restored lays them out anew).  A table without a primary
key is parted by its numbers, times and UUIDs; one that has none of these is digested whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from drill_tui.postgres.archive.manifest import Sample, Table
from drill_tui.postgres.client.catalog import Column, TableShape, partition_roots, query, quoted
from drill_tui.postgres.content.row_hash import EXACT

LARGE_BYTES: Final = 64 << 20
PAGE_BYTES: Final = 8192
BOOL: Final = 16
BYTEA: Final = 17
CHAR: Final = 18
UNSUITABLE: Final = frozenset({BOOL, BYTEA, CHAR})
"""Few values, or values of any length."""
NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Share:
    """One part in `of` of every table of at least `large_bytes`; `of` 1 is all of it."""

    of: int = 1
    large_bytes: int = LARGE_BYTES


WHOLE: Final = Share()


async def choose_samples(
    connection: psycopg.AsyncConnection[Any], tables: Sequence[TableShape], share: Share, part: int
) -> dict[int, Sample]:
    """What is digested of each large table, by OID; the others are not in it.  Raises psycopg.Error."""
    if share.of == 1:
        return {}
    cursor = await connection.execute(query("content/primary_keys"))
    keys = {oid: tuple(names) for oid, names in await cursor.fetchall()}
    return samples_of(tables, keys, share, part)


def samples_of(
    tables: Sequence[TableShape], keys: Mapping[int, tuple[str, ...]], share: Share, part: int
) -> dict[int, Sample]:
    """As above, with the columns of each primary key by the table's OID.

    Partitions of one table are parted alike or not at all: a restore may sort rows into other ones.
    """
    roots = partition_roots(tables)
    families: dict[tuple[str, str], list[TableShape]] = {}
    for table in tables:
        families.setdefault(roots.get(table.qualified, table.qualified), []).append(table)
    samples: dict[int, Sample] = {}
    for family in families.values():
        names = {keys.get(table.oid) or _parting(table.columns) for table in family}
        large = sum(table.pages for table in family) * PAGE_BYTES >= share.large_bytes
        whole = any(table.extension_condition for table in family)
        if large and not whole and len(names) == 1 and (key := names.pop()):
            samples |= {table.oid: Sample(part=part, of=share.of, key=key) for table in family}
    return samples


def _parting(columns: Iterable[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns if column.type_oid in EXACT - UNSUITABLE)


def with_samples(
    tables: Iterable[Table], shapes: Iterable[TableShape], samples: Mapping[int, Sample]
) -> tuple[Table, ...]:
    """The tables of a witness, with what was digested of each."""
    by_name = {shape.qualified: samples.get(shape.oid) for shape in shapes}
    return tuple(
        table.model_copy(update={"sample": by_name.get((table.schema_name, table.name))})
        if table.digest is not None
        else table
        for table in tables
    )


def told(tables: Iterable[Table]) -> str:
    """`5 % of "public"."events" by digest (part 8 of 20), all its rows counted`; empty where all is whole."""
    parted = [(table, table.sample) for table in tables if table.sample is not None]
    if not parted:
        return ""
    sample = parted[0][1]
    where = f"part {sample.part + 1} of {sample.of}"
    names = _names([table for table, _ in parted])
    return f"{100 / sample.of:.3g} % of {names} by digest ({where}), all rows counted"


def unseen(tables: Iterable[Table]) -> tuple[str, ...]:
    """What a sampled digest does not vouch for, as a sentence; none where all is whole."""
    parted = [table for table in tables if table.sample is not None]
    if not parted:
        return ()
    sentence = "Contents of the rows outside of the digested part, of which a change is not noticed here"
    return (f"{sentence}: {_names(parted)}.",)


def _names(tables: Sequence[Table]) -> str:
    names = ", ".join(quoted(table.schema_name, table.name) for table in tables[:NAMED])
    return f"{names} and {len(tables) - NAMED} more" if len(tables) > NAMED else names

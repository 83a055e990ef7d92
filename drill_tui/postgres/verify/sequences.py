"""Sequences: never behind the manifest, and never behind the column that draws from them.

A sequence ignores snapshots (PostgreSQL manual 9.17), so a backup may carry a later value than its
manifest, and never an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from psycopg import sql

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted, shown
from drill_tui.postgres.verify.work import Check, Connection

BATCH = 200
BY_INDEX = sql.SQL("SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on; ")
"""An index gives the maximum at once, and amcheck vouches for it; statements sent together are one
transaction, so this ends with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that takes its values from a sequence."""

    schema: str
    table: str
    name: str
    partitioned: bool
    comparable: bool
    """A number that is nothing but the sequence's value; other expressions cannot be compared with it."""
    size_bytes: int

    @property
    def subject(self) -> str:
        return f"{shown(self.schema, self.table)}.{shown('', self.name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredSequence:
    schema: str
    name: str
    last_value: int
    is_called: bool
    increment: int
    cycles: bool
    extension: str | None
    extension_data: bool
    """Whether its extension marked it for dumps."""
    columns: tuple[Column, ...]

    @property
    def subject(self) -> str:
        return f"sequence {shown(self.schema, self.name)}"


async def read_sequences(connection: Connection) -> list[RestoredSequence]:
    """Every sequence with its value and the columns that draw from it."""
    rows = await (await connection.execute(query("verify/sequences"))).fetchall()
    values: dict[tuple[str, str], tuple[int, bool]] = {}
    for start in range(0, len(rows), BATCH):
        values.update(await _values(connection, [(row[0], row[1]) for row in rows[start : start + BATCH]]))
    return [
        RestoredSequence(
            schema=schema,
            name=name,
            last_value=values[schema, name][0],
            is_called=values[schema, name][1],
            increment=increment,
            cycles=cycles,
            extension=extension,
            extension_data=extension_data,
            columns=tuple(_column(entry) for entry in columns),
        )
        for schema, name, increment, cycles, extension, extension_data, columns in rows
    ]


async def _values(
    connection: Connection, names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, bool]]:
    one = "SELECT {} AS n, last_value, is_called FROM {}"
    parts = [sql.SQL(one).format(sql.Literal(n), sql.Identifier(*name)) for n, name in enumerate(names)]
    rows = await (await connection.execute(sql.SQL(" UNION ALL ").join(parts))).fetchall()
    return {names[n]: (last_value, is_called) for n, last_value, is_called in rows}


def _column(entry: Mapping[str, object]) -> Column:
    return Column(
        schema=str(entry["schema"]),
        table=str(entry["table"]),
        name=str(entry["column"]),
        partitioned=bool(entry["partitioned"]),
        comparable=bool(entry["plain"]) and bool(entry["numeric"]),
        size_bytes=int(str(entry["size_bytes"])),
    )


def compare_with_manifest(
    wanted: Iterable[manifest.Sequence], found: Sequence[RestoredSequence], criterion: Criterion
) -> frozenset[tuple[str, str]]:
    """Report sequences that are missing or set back.  Returns those that stand at or past the manifest's."""
    by_name = {(sequence.schema, sequence.name): sequence for sequence in found}
    good: set[tuple[str, str]] = set()
    for source in wanted:
        key = (source.schema_name, source.name)
        restored = by_name.get(key)
        if restored is None:
            criterion.fault(f"sequence {shown(*key)}", "is in the manifest, and not in the restored database")
        elif restored.cycles:
            good.add(key)
            criterion.leaves_out(f"the value of {shown(*key)}, which cycles")
        elif _behind(restored, _next_value(source.last_value, source.is_called, source.increment)):
            now = _next_value(restored.last_value, restored.is_called, restored.increment)
            then = _next_value(source.last_value, source.is_called, source.increment)
            criterion.fault(restored.subject, f"is set back: its next value is {now}, and was {then}")
        else:
            good.add(key)
    criterion.proved(f"{counted(len(found), 'sequence')} at or past the manifest's value")
    return frozenset(good)


def _next_value(last_value: int, is_called: bool, increment: int) -> int:
    return last_value + increment if is_called else last_value


def _behind(restored: RestoredSequence, wanted_next: int) -> bool:
    now = _next_value(restored.last_value, restored.is_called, restored.increment)
    return now < wanted_next if restored.increment > 0 else now > wanted_next


def column_checks(
    sequences: Iterable[RestoredSequence], as_in_source: frozenset[tuple[str, str]], criterion: Criterion
) -> list[Check]:
    """One check per column that draws from a sequence."""
    checks: list[Check] = []
    for sequence in sequences:
        faithful = (sequence.schema, sequence.name) in as_in_source
        for column in sequence.columns:
            if sequence.cycles or not column.comparable:
                criterion.leaves_out(f"whether {sequence.subject} is past {column.subject}")
                continue
            run = partial(_check_column, sequence, column, faithful, criterion)
            checks.append(Check("sequences", column.subject, criterion, column.size_bytes // 4, run))
    return checks


async def _check_column(
    sequence: RestoredSequence, column: Column, faithful: bool, criterion: Criterion, connection: Connection
) -> None:
    extreme = BY_INDEX + sql.SQL("SELECT {}({}) FROM {}").format(
        sql.SQL("max" if sequence.increment > 0 else "min"),
        sql.Identifier(column.name),
        sql.SQL("" if column.partitioned else "ONLY ") + sql.Identifier(column.schema, column.table),
    )
    cursor = await connection.execute(extreme)
    while cursor.nextset():
        pass
    row = await cursor.fetchone()
    if row is None or row[0] is None:
        return
    edge = int(row[0])
    if sequence.increment > 0:
        behind = sequence.last_value < edge or (sequence.last_value == edge and not sequence.is_called)
    else:
        behind = sequence.last_value > edge or (sequence.last_value == edge and not sequence.is_called)
    if not behind:
        return
    cause = ""
    if sequence.extension and not sequence.extension_data:
        cause = f" (the extension {sequence.extension} marks the table for dumps, and not its sequence)"
    if faithful:
        criterion.caution(f"{sequence.subject} is behind {column.subject}, and was so in the source")
    else:
        criterion.fault(
            sequence.subject, f"is behind {column.subject}: new rows would collide with old ones{cause}"
        )

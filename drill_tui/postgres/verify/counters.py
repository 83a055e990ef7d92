"""Stored transaction numbers, which begin anew in a cluster that was loaded from a dump.

Rows and digests are equal all the same, so nothing here is a fault; but what reads by comparing such numbers,
as an outbox does, stands still or passes over what is new, without a word (findings/outbox-stands-still.sh).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from psycopg import sql

from drill_tui.postgres.client.catalog import Column, TableShape, query
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import identifier, shown
from drill_tui.postgres.verify.work import Check, Connection

COUNTED: Final = {
    5069: ("{}", "pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())"),
    5038: (
        "pg_catalog.pg_snapshot_xmax({})",
        "pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())",
    ),
    2970: (
        "pg_catalog.txid_snapshot_xmax({})",
        "pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())",
    ),
}
"""xid8, pg_snapshot, txid_snapshot by OID (pg_type.dat): the number in a value, and the next one here."""


def counter_checks(found: Sequence[TableShape], criterion: Criterion) -> list[Check]:
    """One check for each column of such a type; it ends at the first row that is ahead."""
    return [
        Check(
            "counters",
            shown(*table.qualified),
            criterion,
            table.size_bytes,
            partial(_look, table, column, criterion),
        )
        for table in found
        if table.has_own_rows
        for column in table.columns
        if column.type_oid in COUNTED
    ]


async def _look(table: TableShape, column: Column, criterion: Criterion, connection: Connection) -> None:
    stored, next_here = COUNTED[column.type_oid]
    statement = query("verify/ahead").format(
        table=table.identifier(),
        stored=sql.SQL(stored).format(sql.Identifier(column.name)),
        next=sql.SQL(next_here),
    )
    (row,) = await (await connection.execute(statement)).fetchall()
    if row[0]:
        criterion.caution(
            f"{shown(*table.qualified)}.{identifier(column.name)} holds numbers of transactions that this "
            "cluster has yet to reach: what reads by them, as an outbox does, stands still or passes over "
            "new rows (docs/recovery.md, transaction numbers)"
        )

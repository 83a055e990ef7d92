"""Opening the snapshot of a backup, and reading in it what the manifest says besides rows."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from drill_tui.postgres.backup.describe import SnapshotFacts
from drill_tui.postgres.backup.preflight import begin_locked
from drill_tui.postgres.client.catalog import query, read_tables
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.content import standby
from drill_tui.postgres.content.facts import (
    ServerFacts,
    read_database,
    read_index_statistics,
    read_requirements,
    read_roles,
    read_sequences,
    read_surroundings,
)


async def take_snapshot(leader: psycopg.AsyncConnection[Any], server: ServerFacts) -> SnapshotFacts:
    """Lock, take a snapshot, export it where that is sound, and read the catalogs in it.

    The leader stays in its transaction, which keeps the snapshot alive.
    Raises CouldNotTellError and psycopg.Error.
    """
    export = standby.may_export(server)
    if not export:
        await standby.require_pause(leader, server)
    sequences = await read_sequences(leader)
    as_of = await standby.data_as_of(leader, server)
    held = await begin_locked(leader, server)
    async with leader.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query("backup/snapshot"), {"export": export})
        row = await cursor.fetchone()
    if row is None:
        raise CouldNotTellError("The server gave no snapshot.", advice="See the server's log.")
    return SnapshotFacts(
        name=row["snapshot"],
        taken_at=row["taken_at"] if as_of is None else min(as_of, row["taken_at"]),
        lags=as_of is not None,
        lsn=row["lsn"],
        held=held,
        database=await read_database(leader),
        roles=await read_roles(leader),
        surroundings=await read_surroundings(leader),
        requires=await read_requirements(leader),
        tables=tuple(await read_tables(leader)),
        sequences=sequences,
        index_statistics=await read_index_statistics(leader),
    )

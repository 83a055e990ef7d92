"""Connections of a verification, and what the restored cluster says about itself."""

from __future__ import annotations

import psycopg
from psycopg.rows import dict_row

from drill_tui.postgres.catalog import query
from drill_tui.postgres.connect import ConnectError, open_connection
from drill_tui.postgres.manifest import Manifest
from drill_tui.postgres.source import Connection as Place
from drill_tui.postgres.verify.inputs import Restored
from drill_tui.postgres.verify.report import Target
from drill_tui.postgres.verify.work import Connection

WORKER_SETTINGS = {
    "default_transaction_read_only": "on",
    "work_mem": "256MB",
    "enable_indexscan": "off",
    "enable_indexonlyscan": "off",
    "enable_bitmapscan": "off",
}
"""Rows are read from the tables themselves: an index is one of the things under test."""


async def worker_connection(place: Place) -> Connection:
    """A read-only connection for checks.  Raises ConnectError."""
    connection = await open_connection(place)
    await connection.execute(
        "SELECT pg_catalog.set_config(name, value, false)"
        " FROM unnest(%s::text[], %s::text[]) AS wanted (name, value)",
        [list(WORKER_SETTINGS), list(WORKER_SETTINGS.values())],
    )
    return connection


async def read_target(place: Place) -> Target:
    """Which server and database this is.  Raises ConnectError."""
    async with await open_connection(place) as connection, connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query("verify_identity"))
        row = await cursor.fetchone() or {}
        return Target(
            host=connection.info.host,
            port=connection.info.port,
            database=row["database"],
            user=row["user_name"],
            server_version=row["server_version"],
            server_version_num=row["server_version_num"],
            system_identifier=row["system_identifier"],
        )


async def read_restored(place: Place) -> dict[str, Restored]:
    """The latest restore of each database that drills left a record of in this cluster."""
    try:
        async with await open_connection(place, dbname="postgres") as connection:
            if not await _has_record(connection):
                return {}
            cursor = await connection.execute(query("verify_record"))
            rows = await cursor.fetchall()
    except (ConnectError, psycopg.Error):
        return {}
    return {
        database: Restored(
            run_id=run_id,
            backup_path=backup_path,
            manifest=Manifest.model_validate(manifest) if manifest else None,
        )
        for database, run_id, backup_path, manifest in rows
    }


async def _has_record(connection: Connection) -> bool:
    found = await connection.execute("SELECT pg_catalog.to_regclass('drill_tui.restore_record') IS NOT NULL")
    row = await found.fetchone()
    return bool(row and row[0])

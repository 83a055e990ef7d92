"""Connections of a verification, and what the restored cluster says about itself."""

from __future__ import annotations

import psycopg

from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.source import Connection as Place
from drill_tui.postgres.content.facts import read_server
from drill_tui.postgres.probe.record import MAINTENANCE_DATABASE, RestoreRecord, read_record
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


async def worker_connection(place: Place, lock_timeout_s: float = 0) -> Connection:
    """A read-only connection for checks; 0 waits for locks without end.  Raises ConnectError."""
    settings = {**WORKER_SETTINGS, "lock_timeout": f"{lock_timeout_s * 1000:.0f}"}
    return await open_connection(place, settings=settings)


async def read_target(place: Place) -> Target:
    """Which server and database this is.  Raises ConnectError."""
    async with await open_connection(place) as connection:
        server = await read_server(connection)
        return Target(
            host=connection.info.host,
            port=connection.info.port,
            database=connection.info.dbname,
            user=connection.info.user,
            server_version=server.version,
            server_version_num=server.version_num,
            system_identifier=server.system_identifier or None,
        )


async def read_records(place: Place, database: str) -> tuple[RestoreRecord | None, bool]:
    """The record of how this database was restored, and whether the cluster holds any such record.

    A cluster without a readable database `postgres` remembers nothing.
    """
    try:
        async with await open_connection(place, dbname=MAINTENANCE_DATABASE) as connection:
            ours = await read_record(connection, database)
            return ours, ours is not None or await read_record(connection) is not None
    except (ConnectError, psycopg.Error):
        return None, False

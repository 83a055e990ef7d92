"""The running source's catalog, as the ground on which a backup without a witness is judged.

It tells of now, and the backup of an earlier time: what the source has and the backup lacks was made since,
or is lost, and nothing here can tell which.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from drill_tui.postgres.archive.integrity import read_text
from drill_tui.postgres.backup.preflight import limit_waits, refuse_blindness, refuse_version
from drill_tui.postgres.client.catalog import read_tables
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.content.definitions import read_definitions
from drill_tui.postgres.content.facts import read_server
from drill_tui.postgres.content.snapshot import sum_tables
from drill_tui.postgres.verify.reference import Band, Reference
from drill_tui.postgres.verify.report import Held, HeldTable, Part

FORMAT: Final = "drill-tui.source_catalog"
MAX_BYTES: Final = 256 * 1024 * 1024
LOCK_TIMEOUT_S: Final = 60.0


class SourceCatalog(Part):
    """Names and counts; no value of any row."""

    format: Literal["drill-tui.source_catalog"] = FORMAT
    at: datetime
    host: str
    port: int
    database: str
    server_version: str
    held: Held


async def read_catalog(source: Connection, jobs: int) -> SourceCatalog:
    """Names of everything, and every row counted over `jobs` connections.  Only reads.

    Raises ConnectError, psycopg.Error, and BackupBadError where the role does not see every row.
    """
    at = datetime.now(UTC)
    async with await open_connection(source) as connection:
        await limit_waits(connection, LOCK_TIMEOUT_S)
        server = await read_server(connection)
        refuse_version(server)
        await refuse_blindness(connection, server)
        tables = await read_tables(connection)
        definitions = await read_definitions(connection)
        info = connection.info
        chosen = [table for table in tables if not (server.in_recovery and table.unlogged)]
        sums = await sum_tables(lambda: open_connection(source), chosen, depth="counts", jobs=jobs)
        held = Held(
            tables=tuple(
                HeldTable(
                    schema_name=table.schema_name,
                    name=table.name,
                    kind=table.kind,
                    rows=sums[table.oid].rows if table.oid in sums else None,
                )
                for table in tables
            ),
            definitions=definitions,
        )
        return SourceCatalog(
            at=at,
            host=info.host,
            port=info.port,
            database=info.dbname,
            server_version=server.version,
            held=held,
        )


def source_reference(path: Path, band: Band) -> Reference:
    """What was read, as the ground of a verification.  Raises CouldNotTellError."""
    try:
        found = SourceCatalog.model_validate_json(read_text(path, MAX_BYTES))
    except (OSError, ValidationError):
        raise CouldNotTellError(
            f"{path} is no catalog of a source", advice="Let the action source.catalog write it."
        ) from None
    return Reference(run_id="", at=found.at, held=found.held, band=band)

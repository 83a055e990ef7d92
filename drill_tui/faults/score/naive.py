"""What many teams call a test of their backups, tried on the same copies.

The exit code is that of pg_restore.  A database that was broken after it was restored had been restored with
exit code 0; of a broken backup pg_restore reads all of the archive, as it would to restore it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from drill_tui.postgres.archive.checked import reading_tools
from drill_tui.postgres.archive.contents import read_header, read_to_end
from drill_tui.postgres.archive.manifest import DUMP_NAME, Manifest
from drill_tui.postgres.archive.rows import check_rows
from drill_tui.postgres.client.errors import RestoreError
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.copies.measure import count_rows, size_bytes

SMALLEST_SHARE: Final = 0.2
"""Of the source's size, below which a restored database is called too small."""
FEWEST_SHARE: Final = 0.9
"""Of a table's rows, below which they are called too few."""


async def of_backup(backup: Path, manifest: Manifest, environment: Mapping[str, str]) -> dict[str, bool]:
    """Whether each naive rule would notice.

    Rows are counted in the archive's files, and any difference counts as too few: more than the rule asks.
    """
    tools, archive = reading_tools(environment, manifest), backup / DUMP_NAME
    try:
        await read_to_end(tools, archive, environment)
    except (RestoreError, OSError):
        return dict.fromkeys(("exit_code", "size", "rows"), True)
    header = await read_header(tools, archive, environment)
    try:
        await asyncio.to_thread(check_rows, archive, header.data_entries, manifest)
        other_rows = False
    except (RestoreError, OSError):
        other_rows = True
    return {"exit_code": False, "size": False, "rows": other_rows}


async def of_database(place: Connection, manifest: Manifest) -> dict[str, bool]:
    """Whether each naive rule would notice.  Raises ConnectError, DatabaseError."""
    wanted = {
        (table.schema_name, table.name): table.rows
        for table in manifest.tables
        if table.kind == "r" and table.rows
    }
    found = await count_rows(place, list(wanted))
    return {
        "exit_code": False,
        "size": await size_bytes(place) < SMALLEST_SHARE * manifest.database.size_bytes,
        "rows": any(found[name] < FEWEST_SHARE * rows for name, rows in wanted.items()),
    }

"""Stand-ins for the source's tablespaces, inside of the target's own data directory.

Their directories are the source's and mean nothing here.  A server makes a tablespace without a directory of
its own where `allow_in_place_tablespaces` is on (manual 20.17; from 15, and minor releases of 14 since 14.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from drill_tui.postgres.archive.checked import CheckedBackup
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.fit.from_backup import need_of_backup


async def tablespaces_of(backup: CheckedBackup, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Those that something in the backup lies in."""
    if backup.manifest is not None:
        return backup.manifest.tablespaces
    return (await need_of_backup(str(backup.path), environment)).tablespaces


async def make_stand_ins(connection: AsyncConnection[Any], names: Iterable[str]) -> list[str]:
    """Make those that the target lacks; returns their names.  Raises CouldNotTellError where it cannot."""
    wanted = list(names)
    cursor = await connection.execute(query("restore/missing_tablespaces"), {"names": wanted})
    missing = [str(name) for (name,) in await cursor.fetchall()]
    if not missing:
        return []
    try:
        await connection.execute("SET allow_in_place_tablespaces = on")
        for name in missing:
            await connection.execute(sql.SQL("CREATE TABLESPACE {} LOCATION ''").format(sql.Identifier(name)))
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise CouldNotTellError(
            f"the target has no tablespace {missing[0]!a}, and no stand-in can be made: {clean(str(error))}",
            advice=f"Make it on the target: CREATE TABLESPACE {missing[0]} LOCATION '/a/directory';",
        ) from None
    return missing

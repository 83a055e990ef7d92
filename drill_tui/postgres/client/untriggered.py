"""Looking at a restored database without changing it: event triggers stay silent.

From PostgreSQL 17 one can act at every login (manual, 38.1).  Where it notes who came, each connection of a
verification adds a row to the table that is to be as it was backed up; where it refuses, nobody gets in.
"""

from __future__ import annotations

import psycopg

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.source import EVENT_TRIGGERS, Connection

ASKED: str = "postgres"
"""A database that no drill restores into."""


async def untriggered(place: Connection) -> Connection:
    """The same for sessions that fire no event trigger; unchanged where nobody can, or this role may not."""
    if EVENT_TRIGGERS in place.variables.get("PGOPTIONS", ""):
        return place
    try:
        async with await open_connection(place, dbname=ASKED) as connection:
            row = await (await connection.execute(query("client/may_silence"))).fetchone()
    except (ConnectError, psycopg.Error):
        return place
    return place.with_setting(EVENT_TRIGGERS, "off") if row and row[0] else place

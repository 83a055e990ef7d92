"""Standbys that hand a snapshot on wrongly, and how they can be backed up all the same.

Before the minor releases of November 2026, a snapshot that is exported during recovery loses the transactions
that run, once one of them has more than 64 subtransactions (release notes of PostgreSQL 15.20).  Whoever
imports it takes their rows for dead, misses rows, and marks them so on the standby's own pages.  The digests
would agree with such a dump: they are taken through the same snapshot.

So there nothing is exported.  Every session has a snapshot of its own, which is right, and all of them are
equal only while nothing is replayed: replay must be paused from before the first until after the last.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.content.facts import ServerFacts

FIRST_SOUND_MINORS: Final = {14: 25, 15: 20, 16: 16, 17: 12, 18: 7}


def first_sound(server: ServerFacts) -> str:
    """The first release of this major that exports them soundly; empty for later majors."""
    minor = FIRST_SOUND_MINORS.get(server.major)
    return "" if minor is None else f"{server.major}.{minor}"


def may_export(server: ServerFacts) -> bool:
    """Whether a snapshot of this server may be handed to other sessions."""
    minor = FIRST_SOUND_MINORS.get(server.major)
    return not server.in_recovery or minor is None or server.version_num % 10_000 >= minor


async def require_pause(leader: psycopg.AsyncConnection[Any], server: ServerFacts) -> None:
    """Raise CouldNotTellError unless the standby's replay stands still."""
    paused, _ = await _replay(leader)
    if not paused:
        raise CouldNotTellError(
            f"The standby runs PostgreSQL {server.version}, which loses rows when several sessions share a "
            f"snapshot of a standby (fixed in {first_sound(server)}).",
            advice="Back up the primary, update the standby, or pause its replay for as long as the backup "
            "runs: SELECT pg_wal_replay_pause(); and afterwards SELECT pg_wal_replay_resume();",
        )


async def refuse_moved(leader: psycopg.AsyncConnection[Any], lsn: str) -> None:
    """Raise CouldNotTellError where anything was replayed since `lsn`: sessions may have seen other rows."""
    paused, now = await _replay(leader)
    if not paused or now != lsn:
        raise CouldNotTellError(
            f"The standby's replay went on during the backup (from {lsn} to {now or 'a promotion'}), "
            "so its sessions did not all see the same rows.",
            advice="Keep the replay paused until the backup is complete, and take the backup again.",
        )


def explain(server: ServerFacts, lsn: str) -> str:
    """For the manifest: what the digests rest on instead of a shared snapshot."""
    return (
        f"The standby's release loses rows in a shared snapshot (fixed in {first_sound(server)}): one "
        f"session dumped without one, and dump and digests agree because replay stood still at {lsn}."
    )


async def _replay(connection: psycopg.AsyncConnection[Any]) -> tuple[bool, str | None]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query("content/standby_replay"))
        row = await cursor.fetchone()
    return (bool(row["paused"]), row["lsn"]) if row else (False, None)

"""Standbys: how old their data is, and those that hand a snapshot on wrongly.

A standby answers whether it has caught up or not, so a backup of it can be new and its data old.

Before the minor releases of November 2026, a snapshot that is exported during recovery loses the transactions
that run, once one of them has more than 64 subtransactions (release notes of PostgreSQL 15.20).  Whoever
imports it takes their rows for dead, misses rows, and marks them so on the standby's own pages.  The digests
would agree with such a dump: they are taken through the same snapshot.

So there nothing is exported.  Every session has a snapshot of its own, which is right, and all of them are
equal only while nothing is replayed: replay must be paused from before the first until after the last.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.content.facts import ServerFacts, one_row

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


async def data_as_of(connection: psycopg.AsyncConnection[Any], server: ServerFacts) -> datetime | None:
    """Until when a standby has the primary's data, by the primary's clock; None where it has all of it.

    None on a primary too.  It is its last replayed commit, else its last checkpoint: earlier than the truth
    where the primary wrote nothing since.  A standby of a standby that lags cannot know it.
    Ask before the snapshot is taken.  Raises CouldNotTellError and psycopg.Error.
    """
    if not server.in_recovery:
        return None
    age = await one_row(connection, query("content/standby_age"))
    if age["caught_up"]:
        return None
    as_of: datetime | None = age["as_of"]
    if as_of is None:
        try:
            checkpoint = await one_row(connection, query("content/standby_checkpoint"))
        except psycopg.errors.InsufficientPrivilege:
            raise CouldNotTellError(
                "How old the standby's data is cannot be told: it has replayed no commit since it started, "
                "and this role may not execute pg_control_checkpoint().",
                advice="Wait until the standby has caught up, or grant it: GRANT EXECUTE ON FUNCTION "
                "pg_control_checkpoint() TO the role.",
            ) from None
        as_of = checkpoint["checkpoint_time"]
    return as_of


def behind(as_of: datetime) -> str:
    """For the manifest and the log: what a backup of a standby that lags is."""
    return (
        "The standby had not replayed all that the primary wrote, or did not hear from it: its data is as of "
        f"{as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, from which the backup's age is counted."
    )


def explain(server: ServerFacts, lsn: str) -> str:
    """For the manifest: what the digests rest on instead of a shared snapshot."""
    return (
        f"The standby's release loses rows in a shared snapshot (fixed in {first_sound(server)}): one "
        f"session dumped without one, and dump and digests agree because replay stood still at {lsn}."
    )


async def _replay(connection: psycopg.AsyncConnection[Any]) -> tuple[bool, str | None]:
    row = await one_row(connection, query("content/standby_replay"))
    return bool(row["paused"]), row["lsn"]

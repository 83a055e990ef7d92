"""What in a restored database could act on the outside, and why it cannot here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.probe.isolation import connected


@dataclass(frozen=True, slots=True)
class Actor:
    """Something that could act: `kind` is subscription, foreign server, event trigger … ."""

    kind: str
    name: str
    state: str
    """What keeps it still, or that nothing but the isolation does."""


async def actors(env: Mapping[str, str], database: str) -> list[Actor]:
    """Everything in one restored database that could act on the outside.  Raises TargetUnreachable.

    Subscriptions are read without their connection strings, which hold secrets.
    """
    async with connected(env, database) as connection:
        rows = await (await connection.execute(query("probe/actors"))).fetchall()
        found = [Actor(row["kind"], row["name"], row["state"]) for row in rows]
        jobs = await (await connection.execute(query("probe/cron_present"))).fetchone()
        if jobs is not None and jobs["present"]:
            rows = await (await connection.execute(query("probe/cron_jobs"))).fetchall()
            found += [Actor("pg_cron job", row["name"], row["state"]) for row in rows]
        return found


async def databases(env: Mapping[str, str]) -> list[str]:
    """The databases of the target that are not its own.  Raises TargetUnreachable."""
    async with connected(env, "postgres") as connection:
        rows = await (await connection.execute(query("probe/databases"))).fetchall()
        return [row["datname"] for row in rows]

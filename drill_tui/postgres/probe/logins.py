"""Which roles of a restored server have no password to log in with."""

from __future__ import annotations

from collections.abc import Mapping

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.probe.isolation import connected


async def logins_without_password(env: Mapping[str, str]) -> list[str]:
    """Asks as a superuser; the role that asks is left out.  Raises TargetError."""
    async with connected(env, "postgres") as connection:
        rows = await (await connection.execute(query("probe/logins_without_password"))).fetchall()
        return [row["name"] for row in rows]

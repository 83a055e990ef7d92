"""A demo that archives its WAL, a base backup of it, and the hours after it; the server is gone then."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.demo.source import DATABASE, generate
from drill_tui.engine.ports import ActionContext, ActionError
from drill_tui.faults.practice.checks import ARCHIVED_WAL
from drill_tui.postgres.client import spawn
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.cluster import binaries, owned
from drill_tui.postgres.cluster.settings import settings_for

KIND: Final = owned.Kind(name="archived", database=DATABASE)
LABEL: Final = "nightly"
HOURS: Final = 4
"""How many segments are archived after the backup, each with the orders of an hour."""
SETTINGS: Final = {
    **settings_for("fast", small=True),
    "wal_level": "replica",
    "max_wal_senders": "4",
    "archive_mode": "on",
    "archive_command": f"cp %p ../{ARCHIVED_WAL}/%f",
}
AN_HOUR: Final = (
    "INSERT INTO sales.orders (customer_id, status, placed_at) "
    "SELECT id, 'placed', pg_catalog.clock_timestamp() FROM sales.customers ORDER BY id LIMIT 50"
)
ITS_SEGMENT: Final = "SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_switch_wal())"
ARCHIVED_WITHIN_S: Final = 60.0
POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Archived:
    """`backups` holds the base backup under its label, and the archived WAL."""

    backups: Path

    @property
    def wal(self) -> Path:
        return self.backups / ARCHIVED_WAL


async def archive(context: ActionContext, scale: float) -> Archived:
    """Make it all below the run's private folder.  Raises ActionError, OSError."""
    made = Archived(context.private_dir / "backups")
    made.backups.mkdir()
    chosen = binaries.choose_server(binaries.find_servers(context.environment), major=None)
    demo = await owned.make(context, KIND, chosen, SETTINGS)
    try:
        place = demo.cluster.home / ARCHIVED_WAL
        place.mkdir(mode=0o700)
        if demo.cluster.account.is_other:
            os.chown(place, demo.cluster.account.uid, demo.cluster.account.gid)
        await generate(demo, scale)
        copying = ("--checkpoint=fast", "--no-password", f"--pgdata={made.backups / LABEL}")
        await _run(demo, "pg_basebackup", *copying)
        for _ in range(HOURS):
            await _until_there(place / await ask(demo, AN_HOUR, ITS_SEGMENT))
        await asyncio.to_thread(shutil.copytree, place, made.wal)
    finally:
        pid = str(demo.running.process.pid)
        await owned.remove(context, {"data_dir": str(demo.cluster.data_dir), "pid": pid})
    return made


async def ask(demo: owned.Owned, *statements: str) -> str:
    """What psql prints last.  Raises ActionError."""
    commands = [f"--command={statement}" for statement in statements]
    said = await _run(demo, "psql", "-XqAt", "--set=ON_ERROR_STOP=1", "--no-password", *commands)
    return said.strip().rpartition("\n")[2]


async def _until_there(segment: Path) -> None:
    deadline = time.monotonic() + ARCHIVED_WITHIN_S
    while not await asyncio.to_thread(segment.exists):
        if time.monotonic() > deadline:
            raise ActionError(f"the demo did not archive {segment.name} within {ARCHIVED_WITHIN_S:g} s")
        await asyncio.sleep(POLL_S)


async def _run(demo: owned.Owned, program: str, *options: str) -> str:
    env = resolve(demo.env).child_env({})
    done = await spawn.run([str(demo.cluster.binaries.bin_dir / program), *options], env=env)
    if done.exit_code != 0:
        raise ActionError(f"{program} failed on the demo: {done.last_words}")
    return done.stdout.decode()

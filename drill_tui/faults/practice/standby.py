"""A demo that takes orders, and a standby of it that does not replay them; the demo is gone then."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from typing import Final

from drill_tui.demo.source import DATABASE, described, generate
from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.faults.practice.archive import AN_HOUR, ask
from drill_tui.postgres.cluster import binaries, owned, server
from drill_tui.postgres.cluster.processes import finished, launch
from drill_tui.postgres.cluster.settings import settings_for

PRIMARY: Final = owned.Kind(name="primary", database=DATABASE)
STANDBY: Final = owned.Kind(name="standby", database=DATABASE)
SETTINGS: Final = {**settings_for("fast", small=True), "wal_level": "replica", "max_wal_senders": "4"}
HOURS_BEHIND: Final = 2
WRITTEN: Final = "SELECT pg_catalog.pg_current_wal_lsn()"
WITHIN_S: Final = 60.0
POLL_S: Final = 0.1
LOG_CHARS: Final = 400


async def lagging_standby(context: ActionContext, scale: float) -> ActionResult:
    """A source like a demo: what it has received it has not replayed, and its primary is gone.

    Raises ActionError.
    """
    chosen = binaries.choose_server(binaries.find_servers(context.environment), major=None)
    primary = await owned.make(context, PRIMARY, chosen, SETTINGS)
    try:
        await generate(primary, scale)
        standby = await owned.make(context, STANDBY, chosen, SETTINGS, fill=partial(_copy, primary))
        await _comes_true(standby, f"pg_last_wal_replay_lsn() >= '{await ask(primary, AN_HOUR, WRITTEN)}'")
        await ask(standby, "SELECT pg_catalog.pg_wal_replay_pause()")
        await _comes_true(standby, "pg_get_wal_replay_pause_state() = 'paused'")
        written = await ask(primary, *[AN_HOUR] * HOURS_BEHIND, WRITTEN)
        await _comes_true(standby, f"pg_last_wal_receive_lsn() >= '{written}'")
    finally:
        pid = str(primary.running.process.pid)
        await owned.remove(context, {"data_dir": str(primary.cluster.data_dir), "pid": pid})
    return await described(standby)


async def _copy(primary: owned.Owned, cluster: server.Cluster) -> str:
    """Fill the standby's directory from the primary, which it then follows.  Raises ActionError."""
    text = primary.cluster.passfile.read_text()
    passfile = cluster.home / "primary.pgpass"
    passfile.touch(mode=0o600)
    passfile.write_text(text)
    if cluster.account.is_other:
        os.chown(passfile, cluster.account.uid, cluster.account.gid)
    place = f"host={primary.cluster.socket_dir} port={primary.running.port} user={server.SUPERUSER}"
    argv = [
        str(cluster.binaries.bin_dir / "pg_basebackup"),
        f"--pgdata={cluster.data_dir}",
        f"--dbname={place} passfile={passfile}",
        "--write-recovery-conf",
        "--checkpoint=fast",
        "--no-password",
        "--no-sync",
    ]
    with cluster.log.open("ab") as log:
        child = launch(argv, account=cluster.account, cwd=cluster.home, log=log, env={"LC_ALL": "C"})
        code = await finished(child.pid)
    if code != 0:
        said = cluster.log.read_text("utf-8", "replace")[-LOG_CHARS:].strip()
        raise ActionError(f"the standby could not be made: {said}")
    return text.strip().rpartition(":")[2]


async def _comes_true(standby: owned.Owned, condition: str) -> None:
    """`condition` is of functions of pg_catalog."""
    deadline = time.monotonic() + WITHIN_S
    while await ask(standby, f"SELECT pg_catalog.{condition}") != "t":
        if time.monotonic() > deadline:
            raise ActionError(f"the standby did not come so far within {WITHIN_S:g} s: {condition}")
        await asyncio.sleep(POLL_S)

"""A control database for one process: a throw-away cluster, gone when the worker is."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from drill_tui.postgres.cluster import server, workplace
from drill_tui.postgres.cluster.account import server_account
from drill_tui.postgres.cluster.binaries import choose_server, find_servers, reachable_by, shared_cache
from drill_tui.postgres.cluster.settings import settings_for
from drill_tui.sinks.atomic import write_atomically

NOTE_NAME: Final = "control.json"
MARK: Final = "fleet-control"
PURPOSE: Final = "fleet"


@asynccontextmanager
async def throw_away_control(work_dir: Path) -> AsyncIterator[str]:
    """Yields the connection string.  What a killed worker left of its own is removed first.

    The caller holds the folder of the worker.  Raises ActionError, OSError.
    """
    note = work_dir / NOTE_NAME
    await _remove_noted(note)
    environment = os.environ
    account = server_account(environment)
    chosen = choose_server(find_servers(environment), major=None)
    chosen = reachable_by(chosen, account, shared_cache(environment))
    home = workplace.choose(environment, PURPOSE)
    write_atomically(note, json.dumps({"home": str(home)}) + "\n")
    try:
        workplace.make(home, MARK, account)
        cluster = server.Cluster(
            home=home,
            binaries=chosen,
            account=account,
            log=work_dir / "control.log",
            passfile=work_dir / "control.pgpass",
            settings=settings_for("fast", small=True),
        )
        password = await server.initialise(cluster, server.Locale())
        running = await server.start(cluster, isolate=True)
        server.write_passfile(
            cluster.passfile, [str(cluster.socket_dir)], running.port, server.SUPERUSER, password
        )
        yield _conninfo(cluster, running.port)
    finally:
        await asyncio.shield(_remove_noted(note))


def control_of(work_dir: Path) -> str | None:
    """The connection string of the throw-away database of a worker that runs in this folder, if one does."""
    home = _noted(work_dir / NOTE_NAME)
    if home is None:
        return None
    try:
        port = (home / "data" / "postmaster.pid").read_text().splitlines()[3]
        return _string(home / "s", int(port), work_dir / "control.pgpass")
    except (OSError, ValueError, IndexError):
        return None


async def _remove_noted(note: Path) -> None:
    home = _noted(note)
    if home is not None:
        with suppress(FileNotFoundError):
            await workplace.remove(home, MARK)
        _forget(note)


def _noted(note: Path) -> Path | None:
    try:
        return Path(json.loads(note.read_bytes())["home"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _forget(note: Path) -> None:
    note.unlink(missing_ok=True)
    note.with_name("control.pgpass").unlink(missing_ok=True)


def _conninfo(cluster: server.Cluster, port: int) -> str:
    return _string(cluster.socket_dir, port, cluster.passfile)


def _string(host: Path, port: int, passfile: Path) -> str:
    named = {"host": host, "port": port, "user": server.SUPERUSER, "dbname": "postgres", "passfile": passfile}
    return " ".join(f"{key}='{_escaped(str(value))}'" for key, value in named.items())


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("'", r"\'")

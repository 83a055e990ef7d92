"""A cluster that belongs to one run: made, started, started again after a crash, told of, and removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError
from drill_tui.postgres.cluster import server, workplace
from drill_tui.postgres.cluster.account import server_account
from drill_tui.postgres.cluster.binaries import ServerBinaries, reachable_by, shared_cache

LOOPBACK: Final = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What tells the clusters of one run apart, such as its demo source from its target."""

    name: str
    """Stands in the name of the directory and of the files."""
    database: str
    kept: bool = False
    """Whether it outlives the drill where the drill keeps what it made."""

    @property
    def log_name(self) -> str:
        return f"{self.name}-server.log"

    @property
    def passfile_name(self) -> str:
        return f"{self.name}.pgpass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A cluster of this run that is up, and how to connect to it."""

    cluster: server.Cluster
    running: server.Running
    database: str

    @property
    def env(self) -> dict[str, str]:
        return {
            "DB_HOST": str(self.cluster.socket_dir),
            "DB_PORT": str(self.running.port),
            "DB_USER": server.SUPERUSER,
            "DB_NAME": self.database,
            "PGPASSFILE": str(self.cluster.passfile),
        }


async def make(
    context: ActionContext,
    kind: Kind,
    chosen: ServerBinaries,
    settings: Mapping[str, str],
    *,
    locale: server.Locale | None = None,
    fill: Callable[[server.Cluster], Awaitable[str]] | None = None,
    needed_bytes: int = 0,
    hide: tuple[str, ...] = (),
    room_bytes: int = 0,
) -> Owned:
    """Claim a directory, make the cluster in it and start it, perhaps with so much room for its databases.

    `fill` puts data of its own there in the place of initdb, and returns the superuser's password.
    Raises ActionError.
    """
    account = server_account(context.environment)
    chosen = reachable_by(chosen, account, shared_cache(context.environment))
    home = workplace.choose(context.environment, kind.name)
    workplace.refuse_small_disk(home.parent, needed_bytes)
    context.claim("directory", str(home))
    workplace.make(home, context.run_id, account)
    cluster = replace(_cluster(context, kind, home, chosen, settings, hide), room_bytes=room_bytes)
    password = await (fill(cluster) if fill else server.initialise(cluster, locale or server.Locale()))
    context.keep_secret(password)
    made = await _start(context, kind, cluster)
    hosts = [str(cluster.socket_dir), *LOOPBACK]
    server.write_passfile(cluster.passfile, hosts, made.running.port, server.SUPERUSER, password)
    return made


async def make_again(
    context: ActionContext, kind: Kind, settings: Mapping[str, str], *, hide: tuple[str, ...] = ()
) -> Owned:
    """Start the cluster of a crashed run on the same data; its old process may still be there.

    Raises ActionError.
    """
    before = context.outputs_of(context.step)
    home = Path(before["data_dir"]).parent
    if not workplace.is_marked(home, context.run_id):
        raise ActionError(f"{home} does not carry the mark of run {context.run_id}; start the drill anew")
    version = before["server_version"].split()[0]
    chosen = ServerBinaries(
        bin_dir=Path(before["bin_dir"]), major=int(version.partition(".")[0]), version=version
    )
    await workplace.end_server(home)
    cluster = _cluster(context, kind, home, chosen, settings, hide)
    made = await _start(context, kind, cluster)
    server.move_passfile(cluster.passfile, before["port"], made.running.port)
    return made


async def remove(context: ActionContext, outputs: Mapping[str, str]) -> Path:
    """Shut the server down at once (its data is thrown away) and remove its directory; proves both.

    Returns the directory that is gone.  Raises ActionError.
    """
    home = Path(outputs["data_dir"]).parent
    if workplace.is_marked(home, context.run_id):
        await workplace.end_server(home)
    await workplace.remove(home, context.run_id)
    context.release("process", outputs["pid"])
    context.release("directory", str(home))
    return home


def _cluster(
    context: ActionContext,
    kind: Kind,
    home: Path,
    chosen: ServerBinaries,
    settings: Mapping[str, str],
    hide: tuple[str, ...],
) -> server.Cluster:
    logs = context.run_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    return server.Cluster(
        home=home,
        binaries=chosen,
        account=server_account(context.environment),
        log=logs / kind.log_name,
        passfile=context.private_dir / kind.passfile_name,
        settings=settings,
        hide=hide,
    )


async def _start(context: ActionContext, kind: Kind, cluster: server.Cluster) -> Owned:
    running = await server.start(cluster, isolate=True, outlive=kind.kept and context.keep)
    claim_process(context, running)
    return Owned(cluster=cluster, running=running, database=kind.database)


def claim_process(context: ActionContext, running: server.Running) -> None:
    context.claim("process", str(running.process.pid), start_ticks=str(running.process.start_ticks))

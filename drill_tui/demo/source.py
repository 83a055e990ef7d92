"""The demo source: a generated database on a PostgreSQL of its own, for drills without a production."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.postgres.client import spawn
from drill_tui.postgres.cluster import binaries, server, workplace
from drill_tui.postgres.cluster.account import Account, server_account
from drill_tui.postgres.cluster.settings import settings_for
from drill_tui.postgres.probe import isolation
from drill_tui.postgres.probe.isolation import TargetError

DATABASE = "zakops"
SCALE_VARIABLE = "DRILL_DEMO_SCALE"
LOG_NAME = "demo-server.log"
PASSFILE_NAME = "demo.pgpass"
MAX_SCALE = 10_000.0
SCRIPTS = (("roles", "postgres"), ("schema", DATABASE), ("data", DATABASE), ("rest", DATABASE))
"""Each script and the database that it runs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo server that is up.  `home` is its marked directory."""

    home: Path
    env: Mapping[str, str]
    running: server.Running
    binaries: binaries.ServerBinaries


async def start_demo(context: ActionContext) -> ActionResult:
    """Make a cluster, generate the database, and return it as a source of kind `demo`.

    The size is the action's argument `scale`, else the variable DRILL_DEMO_SCALE, else 1 (100,000 rows).
    Raises ActionError.
    """
    scale = _scale(context.arguments.get("scale") or context.environment.get(SCALE_VARIABLE) or "1")
    account = server_account(context.environment)
    chosen = binaries.choose_server(binaries.find_servers(context.environment), major=None)
    chosen = binaries.reachable_by(chosen, account, binaries.shared_cache(context.environment))
    home = workplace.choose(context.environment, "demo")
    context.claim("directory", str(home))
    workplace.make(home, context.run_id, account)
    cluster = _cluster(context, home, chosen, account)
    password = await server.initialise(cluster, server.Locale())
    context.keep_secret(password)
    running = await _start(context, cluster)
    server.write_passfile(
        cluster.passfile,
        [str(cluster.socket_dir), "localhost", "127.0.0.1"],
        running.port,
        "postgres",
        password,
    )
    demo = Demo(home=home, env=_env(cluster, running), running=running, binaries=chosen)
    context.log(f"No source is configured: generating a demo database on PostgreSQL {chosen.version}.")
    await generate(demo, scale)
    result = await _result(demo, cluster)
    found = result.outputs
    context.log(
        f"Source: {DATABASE} on {found['host']}:{found['port']} as {found['user']}, "
        f"PostgreSQL {found['server_version']}, {int(found['size_bytes']) / 1e6:,.1f} MB (the demo)"
    )
    return result


async def revive_demo(context: ActionContext) -> ActionResult:
    """Start the demo of a crashed run again, on the same data.  Raises ActionError."""
    before = context.outputs_of(context.step)
    home = Path(before["data_dir"]).parent
    if not workplace.is_marked(home, context.run_id):
        raise ActionError(f"{home} does not carry the mark of run {context.run_id}; start the drill anew")
    version = before["server_version"].split()[0]
    chosen = binaries.ServerBinaries(
        bin_dir=Path(before["bin_dir"]), major=int(version.partition(".")[0]), version=version
    )
    await workplace.end_server(home)
    cluster = _cluster(context, home, chosen, server_account(context.environment))
    running = await _start(context, cluster)
    server.move_passfile(cluster.passfile, before["port"], running.port)
    demo = Demo(home=home, env=_env(cluster, running), running=running, binaries=chosen)
    return await _result(demo, cluster)


async def stop_demo(context: ActionContext, outputs: Mapping[str, str]) -> None:
    """Shut the demo down and remove it; proves that both are gone.  Raises ActionError."""
    home = Path(outputs["data_dir"]).parent
    if workplace.is_marked(home, context.run_id):
        await workplace.end_server(home)
    await workplace.remove(home, context.run_id)
    context.release("process", outputs["pid"])
    context.release("directory", str(home))
    context.log(f"The demo database is down and {home} is gone.")


async def generate(demo: Demo, scale: float) -> None:
    """Fill the server with the demo database, the same for the same scale.  Raises ActionError."""
    for name, database in SCRIPTS:
        with as_file(files("drill_tui.demo").joinpath(f"{name}.sql")) as script:
            done = await spawn.run(
                [
                    str(demo.binaries.bin_dir / "psql"),
                    "-XqwAt",
                    "--set=ON_ERROR_STOP=1",
                    f"--dbname={database}",
                    f"--command=SET drill.scale = {scale}",
                    f"--file={script}",
                ],
                env=_psql_env(demo.env),
            )
        if done.exit_code != 0:
            raise ActionError(f"generating the demo database failed in {name}.sql: {done.last_words}")


def _scale(text: str) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 0 < scale <= MAX_SCALE:
        raise ActionError(
            f"the demo's scale is {text!r}; set {SCALE_VARIABLE} to a number such as 1, 0.1 or 20"
        )
    return scale


def _cluster(
    context: ActionContext, home: Path, chosen: binaries.ServerBinaries, account: Account
) -> server.Cluster:
    logs = context.run_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    return server.Cluster(
        home=home,
        binaries=chosen,
        account=account,
        log=logs / LOG_NAME,
        passfile=context.private_dir / PASSFILE_NAME,
        settings=settings_for("fast", small=True),
    )


async def _start(context: ActionContext, cluster: server.Cluster) -> server.Running:
    running = await server.start(cluster, isolate=True)
    context.claim("process", str(running.process.pid), start_ticks=str(running.process.start_ticks))
    return running


def _env(cluster: server.Cluster, running: server.Running) -> dict[str, str]:
    return {
        "DB_HOST": str(cluster.socket_dir),
        "DB_PORT": str(running.port),
        "DB_USER": server.SUPERUSER,
        "DB_NAME": DATABASE,
        "PGPASSFILE": str(cluster.passfile),
    }


def _psql_env(env: Mapping[str, str]) -> dict[str, str]:
    return {
        "PGHOST": env["DB_HOST"],
        "PGPORT": env["DB_PORT"],
        "PGUSER": env["DB_USER"],
        "PGPASSFILE": env["PGPASSFILE"],
        "PGOPTIONS": "-c client_min_messages=warning",
        "PGCLIENTENCODING": "UTF8",
        "LC_ALL": "C",
    }


async def _result(demo: Demo, cluster: server.Cluster) -> ActionResult:
    try:
        who = await isolation.identity(demo.env, "")
        size = await isolation.database_size(demo.env, DATABASE)
    except TargetError as problem:
        raise ActionError(f"the demo server does not answer: {problem}") from None
    return ActionResult(
        outputs={
            "kind": "demo",
            "host": demo.env["DB_HOST"],
            "port": demo.env["DB_PORT"],
            "dbname": DATABASE,
            "user": server.SUPERUSER,
            "server_version": who.server_version,
            "server_version_num": str(who.server_version_num),
            "system_identifier": who.system_identifier,
            "size_bytes": str(size),
            "data_dir": str(cluster.data_dir),
            "bin_dir": str(cluster.binaries.bin_dir),
            "server_log": str(cluster.log),
            "pid": str(demo.running.process.pid),
        },
        env=demo.env,
    )

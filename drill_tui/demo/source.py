"""The demo source: a generated database on a PostgreSQL of its own, for drills without a production."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import as_file, files

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.postgres.client import spawn
from drill_tui.postgres.cluster import binaries, owned
from drill_tui.postgres.cluster.settings import settings_for
from drill_tui.postgres.probe import isolation
from drill_tui.postgres.probe.described import server_outputs
from drill_tui.postgres.probe.isolation import TargetError

DATABASE = "zakops"
SCALE_VARIABLE = "DRILL_DEMO_SCALE"
KIND = owned.Kind(name="demo", database=DATABASE)
SETTINGS = settings_for("fast", small=True)
MAX_SCALE = 10_000.0
SCRIPTS = (("roles", "postgres"), ("schema", DATABASE), ("data", DATABASE), ("rest", DATABASE))
"""Each script and the database that it runs in."""


async def start_demo(context: ActionContext) -> ActionResult:
    """Make a cluster, generate the database, and return it as a source of kind `demo`.

    The size is the action's argument `scale`, else the variable DRILL_DEMO_SCALE, else 1 (100,000 rows).
    Raises ActionError.
    """
    scale = _scale(context.arguments.get("scale") or context.environment.get(SCALE_VARIABLE) or "1")
    chosen = binaries.choose_server(binaries.find_servers(context.environment), major=None)
    demo = await owned.make(context, KIND, chosen, SETTINGS)
    context.log(f"No source is configured: generating a demo database on PostgreSQL {chosen.version}.")
    await generate(demo, scale)
    result = await described(demo)
    found = result.outputs
    context.log(
        f"Source: {DATABASE} on {found['host']}:{found['port']} as {found['user']}, "
        f"PostgreSQL {found['server_version']}, {int(found['size_bytes']) / 1e6:,.1f} MB (the demo)"
    )
    return result


async def revive_demo(context: ActionContext) -> ActionResult:
    """Start the demo of a crashed run again, on the same data.  Raises ActionError."""
    return await described(await owned.make_again(context, KIND, SETTINGS))


async def stop_demo(context: ActionContext, outputs: Mapping[str, str]) -> None:
    """Shut the demo down and remove it; proves that both are gone.  Raises ActionError."""
    home = await owned.remove(context, outputs)
    context.log(f"The demo database is down and {home} is gone.")


async def generate(demo: owned.Owned, scale: float) -> None:
    """Fill the server with the demo database, the same for the same scale.  Raises ActionError."""
    for name, database in SCRIPTS:
        with as_file(files("drill_tui.demo").joinpath(f"{name}.sql")) as script:
            done = await spawn.run(
                [
                    str(demo.cluster.binaries.bin_dir / "psql"),
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


async def described(demo: owned.Owned) -> ActionResult:
    """What a step that opened it leaves.  Raises ActionError."""
    try:
        who = await isolation.identity(demo.env, "")
        size = await isolation.database_size(demo.env, DATABASE)
    except TargetError as problem:
        raise ActionError(f"the demo server does not answer: {problem}") from None
    outputs = server_outputs("demo", demo.cluster, demo.running, demo.env, who)
    return ActionResult(outputs=outputs | {"size_bytes": str(size)}, env=demo.env)

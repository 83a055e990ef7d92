"""A server that the user prepared: nothing is started or removed, and a person must have named it."""

from __future__ import annotations

from collections.abc import Mapping

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.postgres.client.source import Connection, SourceError, resolve
from drill_tui.postgres.probe import isolation
from drill_tui.postgres.probe.described import place_outputs
from drill_tui.postgres.probe.isolation import TargetError
from drill_tui.targets.backup_need import read_manifest
from drill_tui.targets.nonce import new_nonce

URL = "DRILL_TARGET_URL"
GROUP = ("TARGET_DB_HOST", "TARGET_DB_PORT", "TARGET_DB_USER", "TARGET_DB_PASSWORD")
PASSFILE_NAME = "target.pgpass"


def subject(arguments: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """The server and database that somebody is about to confirm.  Raises ActionError where none is named."""
    server = named(environment)
    host = server.host or "by the default socket"
    return f"host {host}, port {server.port}, database {arguments.get('database', '')}, user {server.user}"


async def start(context: ActionContext) -> ActionResult:
    """Take the named server as target and write the nonce into its `postgres` database.

    Raises ActionError when nobody confirmed it, when it is the source, or when it cannot be reached.
    """
    connection = named(context.environment)
    _refuse_unconfirmed(context, f"{connection.host}:{connection.port}")
    return await take(context, connection, kind="external")


async def take(context: ActionContext, connection: Connection, *, kind: str) -> ActionResult:
    """Take a server that others keep as target, as far as it is not the source; writes the run's nonce.

    Raises ActionError.
    """
    place = f"{connection.host}:{connection.port}"
    env = _env(context, connection)
    try:
        who = await isolation.identity(env, "")
        _refuse_source(context, who.system_identifier, place)
        await isolation.write_nonce(env, context.run_id, env["DRILL_TARGET_NONCE"])
    except TargetError as problem:
        raise ActionError(f"the target {place} cannot be used: {problem}") from None
    context.log(f"The target {place} was prepared by others; how isolated it is, only they know.")
    return ActionResult(
        outputs=place_outputs(kind, env, who)
        | {
            "isolation": "external",
            "isolation_detail": "The server was prepared by others; its network is not this tool's.",
            "profile": "durable",
            "settings": "",
        },
        env=env,
    )


async def stop(context: ActionContext, env: Mapping[str, str]) -> None:
    """Leave the server as it is: what was restored into it is the user's to keep or drop."""
    context.log(f"The external target {env.get('DB_HOST', '')} is left as it is, restored database included.")


def named(environment: Mapping[str, str]) -> Connection:
    """The server that the environment names as target.  Raises ActionError."""
    group = {name.removeprefix("TARGET_"): environment[name] for name in GROUP if environment.get(name)}
    if not group and not environment.get(URL):
        raise ActionError(f"no external target is named; set {URL} or TARGET_DB_HOST, TARGET_DB_PORT …")
    shared = {name: value for name, value in environment.items() if name.startswith("PGSSL")}
    try:
        return resolve({**shared, **(group or {"DATABASE_URL": environment[URL]})})
    except SourceError as problem:
        raise ActionError(str(problem).replace("DATABASE_URL", URL)) from None


def _refuse_unconfirmed(context: ActionContext, place: str) -> None:
    """What was typed at the gate of this very step is the name of the database to be made."""
    database = context.arguments.get("database", "")
    if not database:
        raise ActionError("the step that starts an external target needs `with: {database: …}`")
    if context.outputs_of(context.step).get("text") != database:
        raise ActionError(
            f"nobody confirmed the external target {place}; give the step {context.step} a gate "
            f"`kind: type` whose `text` is the name of the database, {database}"
        )


def _refuse_source(context: ActionContext, identifier: str, place: str) -> None:
    """Before the nonce is written: production is only ever read."""
    manifest = read_manifest(context.arguments.get("backup", ""))
    if manifest is not None and manifest.server.system_identifier == identifier:
        raise ActionError(
            f"{place} has the system identifier {identifier} of the cluster that the backup came from; "
            "nothing was written to it"
        )


def _env(context: ActionContext, connection: Connection) -> dict[str, str]:
    passfile = context.private_dir / PASSFILE_NAME
    env = {
        "DB_HOST": connection.host,
        "DB_PORT": connection.port,
        "DB_USER": connection.user,
        "DB_NAME": "postgres",
        "DRILL_TARGET_NONCE": new_nonce(),
        **{name: value for name, value in connection.variables.items() if name.startswith("PGSSL")},
    }
    if connection.password is not None:
        context.keep_secret(connection.password)
        passfile.unlink(missing_ok=True)
        passfile.touch(mode=0o600)
        secret = connection.password.replace("\\", "\\\\").replace(":", "\\:")
        passfile.write_text(f"*:{connection.port}:*:{connection.user}:{secret}\n")
        env["PGPASSFILE"] = str(passfile)
    elif "PGPASSFILE" in context.environment:
        env["PGPASSFILE"] = context.environment["PGPASSFILE"]
    return env

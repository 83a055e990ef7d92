"""The local target: a throw-away cluster of the source's own major version, cut off from the network."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.postgres.archive import manifest_reader
from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME, MANIFEST_NAME, Manifest
from drill_tui.postgres.client.errors import BackupBadError
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.cluster import binaries, processes, server, workplace
from drill_tui.postgres.cluster.account import Account, server_account
from drill_tui.postgres.cluster.settings import settings_for
from drill_tui.postgres.probe import isolation
from drill_tui.postgres.probe.isolation import Identity
from drill_tui.targets.nonce import new_nonce

LOG_NAME = "target-server.log"
PASSFILE_NAME = "target.pgpass"


async def start(context: ActionContext) -> ActionResult:
    """Make and start the cluster; raises ActionError for what a person can act on."""
    manifest = read_manifest(context.arguments.get("backup", ""))
    account = server_account(context.environment)
    chosen = binaries.choose_server(
        binaries.find_servers(context.environment),
        major=manifest.server.version_num // 10_000 if manifest else None,
        needs_icu=manifest is not None and manifest.database.locale_provider == "i",
    )
    chosen = binaries.reachable_by(chosen, account, binaries.shared_cache(context.environment))
    _say_what_was_chosen(context, manifest, chosen)
    home = workplace.choose(context.environment, "target")
    workplace.refuse_small_disk(home.parent, manifest.database.size_bytes if manifest else 0)
    context.claim("directory", str(home))
    workplace.make(home, context.run_id, account)
    cluster = _cluster(context, home, chosen, account)
    password = await server.initialise(cluster, _locale_of(manifest))
    context.keep_secret(password)
    running = await server.start(cluster, isolate=True, outlive=context.keep)
    context.claim("process", str(running.process.pid), start_ticks=str(running.process.start_ticks))
    hosts = [str(cluster.socket_dir), "localhost", "127.0.0.1"]
    server.write_passfile(cluster.passfile, hosts, running.port, server.SUPERUSER, password)
    env = _env(cluster, running) | {"DRILL_TARGET_NONCE": new_nonce()}
    who = await _mark(context, cluster, env)
    return await _result(context, cluster, running, env, who)


async def revive(context: ActionContext) -> ActionResult:
    """Start the server of a crashed run again, on the same data; its old process may still be there."""
    before, env = context.outputs_of(context.step), dict(context.env_of(context.step))
    home = Path(before["data_dir"]).parent
    if not workplace.is_marked(home, context.run_id):
        raise ActionError(f"{home} does not carry the mark of run {context.run_id}; start the drill anew")
    account = server_account(context.environment)
    version = before["server_version"].split()[0]
    chosen = binaries.ServerBinaries(
        bin_dir=Path(before["bin_dir"]), major=int(version.partition(".")[0]), version=version
    )
    cluster = _cluster(context, home, chosen, account)
    await workplace.end_server(home)
    running = await server.start(cluster, isolate=True, outlive=context.keep)
    context.claim("process", str(running.process.pid), start_ticks=str(running.process.start_ticks))
    server.move_passfile(cluster.passfile, env["DB_PORT"], running.port)
    env |= _env(cluster, running)
    who = await isolation.identity(env, env["DRILL_TARGET_NONCE"])
    if not who.has_nonce:
        raise ActionError(
            "the server that came up again does not carry this run's nonce; start the drill anew"
        )
    return await _result(context, cluster, running, env, who)


def gone(outputs: Mapping[str, str]) -> str:
    """Why the server is there no more, with the last that it wrote; empty while it runs."""
    pid = outputs.get("pid", "")
    if not pid.isdigit() or processes.start_ticks(int(pid)) is not None:
        return ""
    lines: list[str] = []
    with suppress(OSError):
        lines = Path(outputs.get("server_log", "")).read_text(errors="replace").splitlines()[-1:]
    said = f"; its log ends: {clean(lines[0])}" if lines else ""
    return f"The isolated database died: its server (process {pid}) is gone{said}."


async def stop(context: ActionContext, outputs: Mapping[str, str]) -> None:
    """Shut the server down at once (its data is thrown away) and remove its directory; proves both."""
    home = Path(outputs["data_dir"]).parent
    if workplace.is_marked(home, context.run_id):
        await workplace.end_server(home)
    await workplace.remove(home, context.run_id)
    context.release("process", outputs["pid"])
    context.release("directory", str(home))
    context.log(f"The server is down and {home} is gone.")


def read_manifest(backup: str) -> Manifest | None:
    """What the backup says about its source; None for no backup, and for a plain dump, which says nothing.

    Raises ActionError for a manifest that cannot be read.
    """
    if not backup or not any((Path(backup) / name).exists() for name in (MANIFEST_NAME, CHECKSUMS_NAME)):
        return None
    try:
        return manifest_reader.read_manifest(Path(backup))
    except (OSError, BackupBadError) as problem:
        raise ActionError(f"cannot read the backup {backup}: {problem}; is this a whole backup?") from None


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
        settings=settings_for(context.arguments.get("profile", "durable")),
        hide=_sockets_of_sources(context),
    )


def _sockets_of_sources(context: ActionContext) -> tuple[str, ...]:
    """The socket directories that this run's environment and earlier steps name."""
    named = [context.environment.get(name, "") for name in ("DB_HOST", "PGHOST")]
    with_source = context.arguments.get("source", "open_source")
    with suppress(KeyError):
        named.append(context.outputs_of(with_source).get("host", ""))
    return tuple(host for host in named if host.startswith("/"))


def _say_what_was_chosen(
    context: ActionContext, manifest: Manifest | None, chosen: binaries.ServerBinaries
) -> None:
    kind = "embedded" if chosen.embedded else "installed"
    context.log(f"PostgreSQL {chosen.version}, {kind}, in {chosen.bin_dir}")
    if manifest is None:
        return
    major = manifest.server.version_num // 10_000
    if chosen.major != major:
        context.log(
            f"There is no PostgreSQL {major} server here: the restore goes up to {chosen.major}. "
            f"Install postgresql-{major} to drill on the source's own version."
        )
    if manifest.database.locale_provider == "i" and not chosen.icu:
        context.log("The source sorts by ICU and this PostgreSQL is built without it.")


def _locale_of(manifest: Manifest | None) -> server.Locale:
    if manifest is None:
        return server.Locale()
    database = manifest.database
    return server.Locale(encoding=database.encoding, collate=database.collate, ctype=database.ctype)


async def _mark(context: ActionContext, cluster: server.Cluster, env: Mapping[str, str]) -> Identity:
    """Write the nonce, after making sure that this is the very server that was just made."""
    nonce = env["DRILL_TARGET_NONCE"]
    try:
        who = await isolation.identity(env, nonce)
        if who.data_directory != str(cluster.data_dir):
            raise ActionError(
                f"the server that answered keeps its data in {who.data_directory}, not in {cluster.data_dir}"
            )
        await isolation.write_nonce(env, context.run_id, nonce)
    except isolation.TargetError as problem:
        raise ActionError(f"the new server does not answer: {problem}") from problem
    return who


def _env(cluster: server.Cluster, running: server.Running) -> dict[str, str]:
    return {
        "DB_HOST": str(cluster.socket_dir),
        "DB_PORT": str(running.port),
        "DB_USER": server.SUPERUSER,
        "DB_NAME": "postgres",
        "PGPASSFILE": str(cluster.passfile),
        "DRILL_PG_BINDIR": str(cluster.binaries.bin_dir),
    }


async def _result(
    context: ActionContext,
    cluster: server.Cluster,
    running: server.Running,
    env: Mapping[str, str],
    who: Identity,
) -> ActionResult:
    context.log(running.level_detail)
    settings = await isolation.read_settings(env, sorted(cluster.settings))
    return ActionResult(
        outputs={
            "kind": "local",
            "host": env["DB_HOST"],
            "port": env["DB_PORT"],
            "user": env["DB_USER"],
            "dbname": env["DB_NAME"],
            "server_version": who.server_version,
            "server_version_num": str(who.server_version_num),
            "server_log": str(cluster.log),
            "isolation": running.level,
            "isolation_detail": running.level_detail,
            "profile": context.arguments.get("profile", "durable"),
            "settings": " ".join(f"{name}={value}" for name, value in settings.items()),
            "data_dir": str(cluster.data_dir),
            "system_identifier": who.system_identifier,
            "bin_dir": str(cluster.binaries.bin_dir),
            "pid": str(running.process.pid),
        },
        env=env,
    )

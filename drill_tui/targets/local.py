"""The local target: a throw-away cluster of the source's own major version, cut off from the network."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.cluster import binaries, processes, server, workplace
from drill_tui.postgres.cluster.account import Account, server_account
from drill_tui.postgres.cluster.settings import settings_for
from drill_tui.postgres.fit.need import Need
from drill_tui.postgres.fit.provision import settings_of
from drill_tui.postgres.probe import isolation
from drill_tui.postgres.probe.isolation import Identity
from drill_tui.targets.backup_need import need_of, read_manifest
from drill_tui.targets.choice import choose
from drill_tui.targets.nonce import new_nonce

LOG_NAME = "target-server.log"
PASSFILE_NAME = "target.pgpass"


async def start(context: ActionContext) -> ActionResult:
    """Make and start the cluster; raises ActionError for what a person can act on."""
    manifest = read_manifest(context.arguments.get("backup", ""))
    account = server_account(context.environment)
    need = await need_of(context)
    chosen = await _choose(context, need)
    chosen = binaries.reachable_by(chosen, account, binaries.shared_cache(context.environment))
    home = workplace.choose(context.environment, "target")
    workplace.refuse_small_disk(home.parent, manifest.database.size_bytes if manifest else 0)
    context.claim("directory", str(home))
    workplace.make(home, context.run_id, account)
    cluster = _cluster(context, home, chosen, account, need)
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
    cluster = _cluster(context, home, chosen, account, await need_of(context))
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


def _cluster(
    context: ActionContext,
    home: Path,
    chosen: binaries.ServerBinaries,
    account: Account,
    need: Need | None,
) -> server.Cluster:
    logs = context.run_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    provided = settings_of(need, context.arguments.get("database", "")) if need else {}
    return server.Cluster(
        home=home,
        binaries=chosen,
        account=account,
        log=logs / LOG_NAME,
        passfile=context.private_dir / PASSFILE_NAME,
        settings=settings_for(context.arguments.get("profile", "durable")) | provided,
        hide=_sockets_of_sources(context),
    )


def _sockets_of_sources(context: ActionContext) -> tuple[str, ...]:
    """The socket directories that this run's environment and earlier steps name."""
    named = [context.environment.get(name, "") for name in ("DB_HOST", "PGHOST")]
    with_source = context.arguments.get("source", "open_source")
    named.append(context.outputs_of(with_source).get("host", ""))
    return tuple(host for host in named if host.startswith("/"))


async def _choose(context: ActionContext, need: Need | None) -> binaries.ServerBinaries:
    """Raises ActionError where no server of this machine fits the backup."""
    servers = binaries.find_servers(context.environment)
    if need is None:
        chosen, why = binaries.choose_server(servers, major=None), "no backup is named, and it is the newest"
    else:
        choice = await choose(need, "local", context.environment)
        chosen = next(one for one in servers if str(one.bin_dir) == choice.fit.offer.place)
        why = choice.why
        for finding in choice.fit.findings:
            context.log(f"{finding.sentence}. {finding.remedy}".strip())
    kind = "embedded" if chosen.embedded else "installed"
    context.log(f"PostgreSQL {chosen.version}, {kind}, in {chosen.bin_dir}: {why}.")
    return chosen


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

"""The local target: a throw-away cluster of the source's own major version, cut off from the network."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.cluster import binaries, owned, processes, server
from drill_tui.postgres.cluster.settings import settings_for
from drill_tui.postgres.fit.need import Need
from drill_tui.postgres.fit.provision import settings_of
from drill_tui.postgres.probe import isolation
from drill_tui.postgres.probe.described import target_outputs
from drill_tui.postgres.probe.isolation import Identity
from drill_tui.targets.backup_need import need_of, read_manifest
from drill_tui.targets.choice import choose
from drill_tui.targets.nonce import new_nonce

KIND = owned.Kind(name="target", database="postgres", kept=True)

NOT_WRITTEN_BYTES = 5_000_000
"""Of what CREATE DATABASE copies from its template, so much stays in memory until the next checkpoint."""


async def start(context: ActionContext) -> ActionResult:
    """Make and start the cluster; raises ActionError for what a person can act on."""
    manifest = read_manifest(context.arguments.get("backup", ""))
    need = await need_of(context)
    made = await owned.make(
        context,
        KIND,
        await _choose(context, need),
        _settings(context, need, manifest),
        locale=_locale_of(manifest),
        needed_bytes=manifest.database.size_bytes if manifest else 0,
        hide=_sockets_of_sources(context),
        room_bytes=_room_bytes(context, manifest),
    )
    env = _env(made) | {"DRILL_TARGET_NONCE": new_nonce()}
    who = await _mark(context, made.cluster, env)
    return await _result(context, made, env, who)


async def revive(context: ActionContext) -> ActionResult:
    """Start the server of a crashed run again, on the same data; its old process may still be there."""
    manifest = read_manifest(context.arguments.get("backup", ""))
    settings = _settings(context, await need_of(context), manifest)
    made = await owned.make_again(context, KIND, settings, hide=_sockets_of_sources(context))
    env = {**context.env_of(context.step), **_env(made)}
    who = await isolation.identity(env, env["DRILL_TARGET_NONCE"])
    if not who.has_nonce:
        raise ActionError(
            "the server that came up again does not carry this run's nonce; start the drill anew"
        )
    return await _result(context, made, env, who)


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
    """Shut the server down and remove its directory; proves both."""
    home = await owned.remove(context, outputs)
    context.log(f"The server is down and {home} is gone.")


def _settings(context: ActionContext, need: Need | None, manifest: Manifest | None) -> dict[str, str]:
    size = manifest.database.size_bytes if manifest else 0
    provided = settings_of(need, context.arguments.get("database", "")) if need else {}
    return {**settings_for(_profile(context), data_bytes=size), **provided}


def _room_bytes(context: ActionContext, manifest: Manifest | None) -> int:
    """Of the databases' own disk; 0 for none.  Raises ActionError."""
    share = context.arguments.get("disk_percent", "")
    if not share:
        return 0
    if manifest is None or not share.isdecimal() or int(share) == 0:
        raise ActionError("`disk_percent` is a whole number, and needs `backup`")
    room_bytes = max(0, manifest.database.size_bytes - NOT_WRITTEN_BYTES) * int(share) // 100
    context.log(f"Its databases have a disk of their own, with room for {room_bytes / 1e6:.1f} MB.")
    return room_bytes


def _profile(context: ActionContext) -> str:
    return context.arguments.get("profile", "durable")


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


def _env(made: owned.Owned) -> dict[str, str]:
    return {**made.env, "DRILL_PG_BINDIR": str(made.cluster.binaries.bin_dir)}


async def _result(
    context: ActionContext, made: owned.Owned, env: Mapping[str, str], who: Identity
) -> ActionResult:
    context.log(made.running.level_detail)
    outputs = await target_outputs(_profile(context), made.cluster, made.running, env, who)
    return ActionResult(outputs=outputs, env=env)

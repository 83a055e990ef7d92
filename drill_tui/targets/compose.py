"""The Docker target: `compose.restore.yml`, started, watched and removed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, Claim
from drill_tui.engine.recovery.orphans import LIFETIME
from drill_tui.postgres.client.tools import ToolsMissingError, find_tools, installed
from drill_tui.postgres.cluster import server
from drill_tui.postgres.cluster.settings import settings_for
from drill_tui.postgres.fit.need import Need
from drill_tui.postgres.fit.provision import settings_of
from drill_tui.postgres.probe import isolation
from drill_tui.postgres.probe.described import place_outputs
from drill_tui.postgres.probe.isolation import Identity, TargetError
from drill_tui.targets import compose_watch
from drill_tui.targets.backup_need import need_of, read_manifest
from drill_tui.targets.compose_clients import write_clients
from drill_tui.targets.compose_expired import folder_label
from drill_tui.targets.compose_tool import compose, engine_environment
from drill_tui.targets.image import NEWEST_MAJOR, image_of
from drill_tui.targets.local import KIND
from drill_tui.targets.nonce import new_nonce

T = TypeVar("T")
FILE_NAME = "compose.restore.yml"
PORT_ATTEMPTS = 4
PORT_TAKEN = ("port is already allocated", "address already in use")
CONNECT_TIMEOUT_S = 30.0
MIB = 1024 * 1024
DATA = "DRILL_TARGET_DATA"
_PROVIDED = {
    "max_locks_per_transaction": "DRILL_TARGET_LOCKS",
    "max_worker_processes": "DRILL_TARGET_WORKERS",
    "shared_preload_libraries": "DRILL_TARGET_PRELOAD",
    "cron.database_name": "DRILL_TARGET_CRON_DATABASE",
}
"""The variables of compose.restore.yml that carry a server setting."""
SENTENCE = "The server runs in a container without any network; only its unix socket is carried to loopback."

_logs: dict[str, threading.Thread] = {}


async def start(context: ActionContext) -> ActionResult:
    """Bring the containers up, wait for health, mark the server.  Raises ActionError."""
    manifest = read_manifest(context.arguments.get("backup", ""))
    major = manifest.server.version_num // 10_000 if manifest else NEWEST_MAJOR
    engine = engine_environment(context.environment)
    need = await need_of(context)
    in_memory = _keeps_data_in_memory(context, manifest.database.size_bytes if manifest else 0)
    password = secrets.token_urlsafe(24)
    context.keep_secret(password)
    project = project_name(context.run_id)
    context.claim("compose", project, docker_host=engine.get("DOCKER_HOST", ""))
    await _up(context, engine | variables(context, password, image_of(need, engine), need), project)
    seen = await asyncio.to_thread(compose_watch.wait_until_healthy, engine, context.run_id)
    log = context.run_dir / "logs" / KIND.log_name
    log.parent.mkdir(parents=True, exist_ok=True)
    _logs[context.run_id] = compose_watch.follow(engine, seen.container_id, log)
    passfile = context.private_dir / KIND.passfile_name
    server.write_passfile(passfile, ["127.0.0.1", "localhost"], seen.port, server.SUPERUSER, password)
    env = {
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(seen.port),
        "DB_USER": server.SUPERUSER,
        "DB_NAME": "postgres",
        "PGPASSFILE": str(passfile),
        "DRILL_TARGET_NONCE": new_nonce(),
    }
    who = await _mark(context.run_id, env)
    if manifest is not None and who.server_version_num // 10_000 < major:
        raise ActionError(
            f"image {seen.image} has PostgreSQL {who.server_version}, and the backup came from {major}; "
            f"set DRILL_POSTGRES_IMAGE to an image with PostgreSQL {major} or newer"
        )
    env["DRILL_PG_BINDIR"] = _clients(context, who.server_version_num // 10_000, seen.container_id)
    context.log(SENTENCE)
    outputs = _outputs(context, seen, env, who, log)
    if in_memory:
        outputs["profile"] = "fast"
    settings = await isolation.read_settings(env, sorted(settings_for("durable")))
    outputs["settings"] = " ".join(f"{name}={value}" for name, value in settings.items())
    return ActionResult(outputs=outputs, env=env)


def _keeps_data_in_memory(context: ActionContext, size_bytes: int) -> bool:
    """Whether DRILL_TARGET_DATA asks for tmpfs, which counts against the container's memory.

    Raises ActionError for any other value, and for a database that cannot fit.
    """
    asked = context.environment.get(DATA, "")
    if asked not in ("", "tmpfs"):
        raise ActionError(f"{DATA}={asked} is not known; set it to tmpfs, or leave it out")
    if not asked:
        return False
    if size_bytes > _memory_bytes():
        raise ActionError(
            f"the database has {size_bytes / MIB:,.0f} MiB and half of this machine's memory is "
            f"{_memory_bytes() / MIB:,.0f} MiB; leave {DATA} out, so that the data goes to disk"
        )
    context.log("The data is kept in memory: the profile is fast, and its time is never called RTO.")
    return True


def _memory_bytes() -> int:
    """What the container may use unless DRILL_TARGET_MEMORY says otherwise: half of the machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


async def _up(context: ActionContext, environment: dict[str, str], project: str) -> None:
    """Start the containers; another drill may take the port between choosing and using it."""
    for _ in range(PORT_ATTEMPTS):
        try:
            return await compose(
                ["up", "--detach"],
                project=project,
                file=context.procedure_file(FILE_NAME),
                environment=environment,
                on_line=context.log,
            )
        except ActionError as problem:
            if not port_is_taken(str(problem)) or context.environment.get("DRILL_TARGET_PORT"):
                raise
            environment["DRILL_TARGET_PORT"] = str(server.free_port(0))
    raise ActionError("no free port could be kept for the container; set DRILL_TARGET_PORT")


def port_is_taken(last_words: str) -> bool:
    """Whether compose failed because somebody else has the port, in the words of any engine so far."""
    return any(words in last_words for words in PORT_TAKEN)


async def revive(context: ActionContext) -> ActionResult:
    """After a crash the containers usually still run; start them where they do not.  Raises ActionError."""
    outputs, env = context.outputs_of(context.step), context.env_of(context.step)
    engine = engine_environment(context.environment)
    await asyncio.to_thread(compose_watch.start_again, engine, context.run_id)
    seen = await asyncio.to_thread(compose_watch.wait_until_healthy, engine, context.run_id)
    _logs[context.run_id] = compose_watch.follow(engine, seen.container_id, Path(outputs["server_log"]))
    who = await _reach(env, lambda: isolation.identity(env, env["DRILL_TARGET_NONCE"]))
    if not who.has_nonce:
        raise ActionError("the container does not carry this run's nonce; start the drill anew")
    return ActionResult(outputs=outputs, env=env)


async def has_gate(context: ActionContext, port: str) -> bool:
    """Whether what answers at that port is this run's: after a reboot it may be anybody's."""
    engine = engine_environment(context.environment)
    return await asyncio.to_thread(compose_watch.has_gate, engine, context.run_id, port)


async def stop(context: ActionContext, outputs: Mapping[str, str]) -> None:
    """Remove what is labelled with the run, at once: its data is thrown away.  Proves that it is gone."""
    engine = engine_environment(context.environment)
    await asyncio.to_thread(compose_watch.remove_all, engine, context.run_id, context.log)
    if follower := _logs.pop(context.run_id, None):
        await asyncio.to_thread(follower.join, 10.0)
    context.release("compose", project_name(context.run_id))
    context.log(f"No container, volume or network of {outputs['image']} is left of this run.")


async def dispose(claim: Claim, log: Callable[[str], None]) -> None:
    """Remove by label what a run that died left behind.  Raises ActionError."""
    environment = dict(os.environ)
    if claim.details.get("docker_host"):
        environment["DOCKER_HOST"] = claim.details["docker_host"]
    await asyncio.to_thread(compose_watch.remove_all, engine_environment(environment), claim.run_id, log)


def project_name(run_id: str) -> str:
    """A compose project of the run's own, so that two drills never meet."""
    return f"drill-{hashlib.sha256(run_id.encode()).hexdigest()[:12]}"


def variables(context: ActionContext, password: str, image: str, need: Need | None) -> dict[str, str]:
    """What compose.restore.yml is filled in with; what the backup needs is not left to the environment."""
    memory = _memory_bytes()
    database = context.arguments.get("database", "")
    provided = settings_of(need, database) if need else {}
    chosen = {
        "DRILL_POSTGRES_IMAGE": image,
        "DRILL_TARGET_PORT": str(server.free_port(server.PREFERRED_PORT)),
        "DRILL_TARGET_DURABLE": "off" if context.arguments.get("profile") == "fast" else "on",
        "DRILL_TARGET_MEMORY": f"{memory // MIB}m",
        "DRILL_TARGET_CPUS": str(os.cpu_count() or 1),
        "DRILL_TARGET_SHARED_BUFFERS": f"{max(128, memory // 8 // MIB)}MB",
    }
    asked = {name: value for name in chosen if (value := context.environment.get(name))}
    backup = _backup(context)
    return {
        **chosen,
        **asked,
        **{_PROVIDED[name]: value for name, value in provided.items() if value},
        "DRILL_TARGET_PASSWORD": password,
        "DRILL_TARGET_RUN": context.run_id,
        "DRILL_TARGET_FOLDER": folder_label(context.run_dir),
        "DRILL_TARGET_EXPIRES": (datetime.now(UTC) + LIFETIME).isoformat(timespec="seconds"),
        "DRILL_BACKUP_DIR": str(backup),
        "DRILL_BACKUP_MOUNT": str(backup),
    }


def _backup(context: ActionContext) -> Path:
    """What is mounted into the container, at its own path."""
    return Path(context.arguments.get("backup") or context.run_dir).resolve()


async def _mark(run_id: str, env: Mapping[str, str]) -> Identity:
    nonce = env["DRILL_TARGET_NONCE"]
    who = await _reach(env, lambda: isolation.identity(env, nonce))
    await _reach(env, lambda: isolation.write_nonce(env, run_id, nonce))
    return who


async def _reach(env: Mapping[str, str], ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until there is an answer: the gate may need a moment longer than the server."""
    deadline = time.monotonic() + CONNECT_TIMEOUT_S
    while True:
        try:
            return await ask()
        except TargetError as problem:
            if time.monotonic() > deadline:
                raise ActionError(
                    f"the container does not answer on port {env['DB_PORT']}: {problem}"
                ) from None
            await asyncio.sleep(0.2)


def _clients(context: ActionContext, major: int, container_id: str) -> str:
    """Where client programs of the server's major are: on this machine, else in the container.

    This machine's others come after the container's: an archive by a newer pg_dump needs a newer pg_restore.
    """
    try:
        programs = ("pg_dump", "pg_restore", "psql")
        return str(find_tools(context.environment, major=major, programs=programs).bin_dir)
    except ToolsMissingError:
        folder = context.private_dir / "clients"
        write_clients(folder, container_id, engine_environment(context.environment), _backup(context))
        context.log(f"This machine has no PostgreSQL {major} client programs: the container's own are used.")
        return os.pathsep.join(
            map(str, (folder, *(tools.bin_dir for tools in installed(context.environment))))
        )


def _outputs(
    context: ActionContext, seen: compose_watch.Seen, env: Mapping[str, str], who: Identity, log: Path
) -> dict[str, str]:
    placed = place_outputs("compose", env, who, log=str(log), bin_dir=env["DRILL_PG_BINDIR"])
    return placed | {
        "isolation": "container-without-network",
        "isolation_detail": SENTENCE,
        "profile": context.arguments.get("profile", "durable"),
        "image": seen.image,
        "container": seen.container_id,
        "server_host": "/var/run/postgresql",
        "server_port": "5432",
        "server_bin_dir": "",
    }

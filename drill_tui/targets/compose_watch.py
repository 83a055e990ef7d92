"""What the Docker engine says about a run's containers: health, networks, logs, leftovers."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound

from drill_tui.engine.ports import ActionError

RUN_LABEL = "drill-tui.run"
SERVICE_LABEL = "com.docker.compose.service"
HEALTH_TIMEOUT_S = 180.0
POLL_S = 0.25
REMOVE_TIMEOUT_S = 30.0
ANONYMOUS = re.compile(r"[0-9a-f]{64}")
"""The name of a volume that Docker made for an image's VOLUME: it carries no label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The database container, as the engine sees it."""

    container_id: str
    image: str
    port: int
    """Of the gate, on the host's loopback."""


@contextmanager
def engine(environment: Mapping[str, str]) -> Iterator[Any]:
    """A client of the engine that the environment names; raises ActionError when it does not answer."""
    try:
        client = docker.from_env(environment=dict(environment))
    except DockerException as problem:
        raise ActionError(f"the Docker engine does not answer: {problem}") from None
    try:
        yield client
    except DockerException as problem:
        raise ActionError(f"the Docker engine refused: {problem}") from None
    finally:
        client.close()


def wait_until_healthy(environment: Mapping[str, str], run_id: str) -> Seen:
    """Block until the database is healthy, and check how it is connected.

    Raises ActionError with the end of its log when it stops or takes too long, or when it has a network.
    """
    deadline = time.monotonic() + HEALTH_TIMEOUT_S
    with engine(environment) as client:
        database, gate = (_service(client, run_id, name) for name in ("database", "gate"))
        while (state := database.attrs["State"])["Status"] in ("created", "running"):
            if state.get("Health", {}).get("Status") == "healthy" or _answers(database):
                return _seen(database, gate)
            if time.monotonic() > deadline:
                break
            time.sleep(POLL_S)
            database.reload()
        log = database.logs(tail=5).decode(errors="replace").strip()
        raise ActionError(f"the database container did not become healthy ({state['Status']}): {log}")


def _answers(database: Any) -> bool:
    """The container's own health check, asked here and now: the engine asks it once a second."""
    test = (database.attrs["Config"].get("Healthcheck") or {}).get("Test") or [""]
    if database.attrs["State"]["Status"] != "running" or test[0] != "CMD":
        return False
    with suppress(APIError):
        return bool(database.exec_run(test[1:]).exit_code == 0)
    return False


def has_gate(environment: Mapping[str, str], run_id: str, port: str) -> bool:
    """Whether a running container of this run publishes that port.  Raises ActionError."""
    with engine(environment) as client:
        running = client.containers.list(filters={"label": f"{RUN_LABEL}={run_id}"})
        published = (one.attrs["NetworkSettings"]["Ports"].get("5432/tcp") or [] for one in running)
        return any(binding["HostPort"] == port for bindings in published for binding in bindings)


def gone(environment: Mapping[str, str], container_id: str) -> str:
    """Why the database's container runs no more; empty while it does, or if Docker does not answer."""
    try:
        with engine(environment) as client:
            try:
                state = client.containers.get(container_id).attrs["State"]
            except NotFound:
                return f"The isolated database died: its container {container_id[:12]} is gone."
    except ActionError:
        return ""
    if state["Status"] in ("created", "running", "restarting", "paused"):
        return ""
    memory = ", killed for want of memory" if state.get("OOMKilled") else ""
    return f"The isolated database died: its container stopped with exit code {state['ExitCode']}{memory}."


def start_again(environment: Mapping[str, str], run_id: str) -> None:
    """Start the run's containers where they stopped (a reboot); does nothing to running ones."""
    with engine(environment) as client:
        for name in ("database", "gate"):
            _service(client, run_id, name).start()


def follow(environment: Mapping[str, str], container_id: str, log: Path) -> threading.Thread:
    """Copy a container's log to a file until the container is gone, in a thread of its own."""

    def copy() -> None:
        with (
            suppress(ActionError, OSError),
            engine(environment) as client,
            log.open("ab", buffering=0) as out,
        ):
            for piece in client.containers.get(container_id).logs(stream=True, follow=True):
                out.write(piece)

    thread = threading.Thread(target=copy, name=f"log of {container_id[:12]}", daemon=True)
    thread.start()
    return thread


def remove_all(environment: Mapping[str, str], run_id: str, log: Callable[[str], None]) -> None:
    """Remove every container, volume and network labelled with the run, and prove that none is left.

    Anonymous volumes of its containers go too: compose keeps those of a container that it made anew.

    Raises ActionError naming what stays.
    """
    marked = {"label": f"{RUN_LABEL}={run_id}"}
    with engine(environment) as client:
        anonymous: set[str] = set()
        containers = client.containers.list(all=True, filters=marked)
        for container in containers:
            mounts = container.attrs.get("Mounts", ())
            anonymous |= {mount["Name"] for mount in mounts if ANONYMOUS.fullmatch(mount.get("Name", ""))}
        with ThreadPoolExecutor(max_workers=max(1, len(containers))) as side_by_side:
            list(side_by_side.map(_remove_container, containers))
        for container in containers:
            log(f"container {container.name} is removed")
        for kind, collection in (("network", client.networks), ("volume", client.volumes)):
            for thing in collection.list(filters=marked):
                _remove(thing)
                log(f"{kind} {thing.name} is removed")
        for name in anonymous:
            with suppress(NotFound):
                _remove(client.volumes.get(name))
        left = leftovers(client, run_id, anonymous)
        if left:
            raise ActionError(f"Docker still has {', '.join(left)} of run {run_id}")


def leftovers(client: Any, run_id: str, volumes: set[str] | frozenset[str] = frozenset()) -> list[str]:
    """Names of what the engine still has of a run; `volumes` are unlabelled ones that its containers had."""
    marked = {"label": f"{RUN_LABEL}={run_id}"}
    found = [f"container {one.name}" for one in client.containers.list(all=True, filters=marked)]
    found += [f"network {one.name}" for one in client.networks.list(filters=marked)]
    found += [
        f"volume {one.name}"
        for one in client.volumes.list()
        if one.name in volumes or (one.attrs.get("Labels") or {}).get(RUN_LABEL) == run_id
    ]
    return found


def _remove_container(container: Any) -> None:
    with suppress(NotFound):
        container.remove(force=True, v=True)


def _remove(thing: Any) -> None:
    """A volume stays in use for a moment after its container is gone."""
    deadline = time.monotonic() + REMOVE_TIMEOUT_S
    while True:
        try:
            return thing.remove()  # type: ignore[no-any-return]
        except NotFound:
            return None
        except APIError:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_S)


def _service(client: Any, run_id: str, name: str) -> Any:
    labels = [f"{RUN_LABEL}={run_id}", f"{SERVICE_LABEL}={name}"]
    found = client.containers.list(all=True, filters={"label": labels})
    if len(found) != 1:
        raise ActionError(f"compose made {len(found)} containers for service {name}, not one")
    return found[0]


def _seen(database: Any, gate: Any) -> Seen:
    gate.reload()
    networks = sorted(database.attrs["NetworkSettings"]["Networks"])
    if database.attrs["HostConfig"]["NetworkMode"] != "none" or networks not in ([], ["none"]):
        raise ActionError(
            f"the database container is connected to {', '.join(networks)}; it must have no network"
        )
    bindings = gate.attrs["NetworkSettings"]["Ports"].get("5432/tcp") or []
    if [binding["HostIp"] for binding in bindings] != ["127.0.0.1"]:
        raise ActionError(f"the gate is not published on this machine's loopback alone: {bindings}")
    return Seen(
        container_id=database.id,
        image=database.attrs["Config"]["Image"],
        port=int(bindings[0]["HostPort"]),
    )

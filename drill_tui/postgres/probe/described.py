"""A server of a run in the words of a step's outputs."""

from __future__ import annotations

from collections.abc import Mapping

from drill_tui.postgres.cluster import server
from drill_tui.postgres.probe.isolation import Identity, read_settings


def place_outputs(
    kind: str,
    env: Mapping[str, str],
    who: Identity,
    *,
    log: str = "",
    data_dir: str = "",
    bin_dir: str = "",
    pid: str = "",
) -> dict[str, str]:
    """Where it is and which one it is; the rest is empty for a server that is not of this machine."""
    return {
        "kind": kind,
        "host": env["DB_HOST"],
        "port": env["DB_PORT"],
        "user": env["DB_USER"],
        "dbname": env["DB_NAME"],
        "server_version": who.server_version,
        "server_version_num": str(who.server_version_num),
        "server_log": log,
        "data_dir": data_dir,
        "system_identifier": who.system_identifier,
        "bin_dir": bin_dir,
        "pid": pid,
    }


def server_outputs(
    kind: str, cluster: server.Cluster, running: server.Running, env: Mapping[str, str], who: Identity
) -> dict[str, str]:
    """The same of a cluster of this run, with what is needed to start it again."""
    return place_outputs(
        kind,
        env,
        who,
        log=str(cluster.log),
        data_dir=str(cluster.data_dir),
        bin_dir=str(cluster.binaries.bin_dir),
        pid=str(running.process.pid),
    )


async def target_outputs(
    profile: str, cluster: server.Cluster, running: server.Running, env: Mapping[str, str], who: Identity
) -> dict[str, str]:
    """The same of a local target, with how it is cut off and the settings that it runs with.

    Raises TargetError.
    """
    shown = await read_settings(env, sorted(cluster.settings))
    return server_outputs("local", cluster, running, env, who) | {
        "isolation": running.level,
        "isolation_detail": running.level_detail,
        "profile": profile,
        "settings": " ".join(f"{name}={value}" for name, value in shown.items()),
    }

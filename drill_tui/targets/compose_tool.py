"""Which program understands compose files here, and whether there is a Docker engine behind it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.client import spawn

TIMEOUT_S = 15.0
ADVICE = "Install Docker and its compose plugin, or choose --param target=local."
_KEPT = ("PATH", "HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "LANG")
_FOUND_BY = ("PATH", "HOME", "DOCKER_CONFIG")


def engine_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What Docker's programs need of an environment: no connection to any database among it."""
    kept = {
        name: value
        for name, value in environment.items()
        if name in _KEPT or name.startswith(("DOCKER_", "COMPOSE_", "DRILL_TARGET_", "DRILL_POSTGRES_"))
    }
    host = "" if "DOCKER_HOST" in kept else _host_of_context(kept)
    return {**kept, **({"DOCKER_HOST": host} if host else {})}


def _host_of_context(environment: Mapping[str, str]) -> str:
    """The engine that the command line would talk to; its library does not know contexts."""
    try:
        asked = subprocess.run(
            ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"],
            env=dict(environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def compose_program(environment: Mapping[str, str]) -> list[str]:
    """`docker compose` where the plugin is there, else `docker-compose`.  Raises ActionError."""
    return list(_compose_program(tuple((name, environment.get(name, "")) for name in _FOUND_BY)))


@cache
def _compose_program(found_by: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Looked for once, by what decides which programs and plugins there are; a failure is not kept."""
    environment = {name: value for name, value in found_by if value}
    for program in (("docker", "compose"), ("docker-compose",)):
        if shutil.which(program[0], path=environment.get("PATH")) and _answers(
            [*program, "version"], environment
        ):
            return program
    raise ActionError(f"there is neither `docker compose` nor docker-compose. {ADVICE}")


def engine_state(environment: Mapping[str, str]) -> tuple[bool, str, str]:
    """Whether a compose target is possible, what was found, and what to do."""
    try:
        program = compose_program(environment)
    except ActionError:
        return False, "neither `docker compose` nor docker-compose", ADVICE
    if not _answers(["docker", "info"], environment):
        return (
            False,
            f"`{' '.join(program)}` is there, but no engine answers",
            "Start Docker, or set DOCKER_HOST; your account may need to be in the group docker.",
        )
    return True, f"`{' '.join(program)}` with an engine behind it", ""


async def compose(
    arguments: Sequence[str],
    *,
    project: str,
    file: Path,
    environment: Mapping[str, str],
    on_line: Callable[[str], None],
) -> None:
    """Run a compose command on a project.  Raises ActionError with its last words."""
    program = compose_program(environment)
    done = await spawn.run(
        [*program, "--project-name", project, "--file", str(file), *arguments],
        env=environment,
        on_line=on_line,
        cwd=file.parent,
    )
    if done.exit_code != 0:
        raise ActionError(f"`{' '.join(program)} {arguments[0]}` failed: {done.last_words}")


def _answers(argv: Sequence[str], environment: Mapping[str, str]) -> bool:
    try:
        asked = subprocess.run(
            argv, env=dict(environment), capture_output=True, check=False, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0

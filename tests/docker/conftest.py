"""A real Docker engine: the one that the environment names, else the one of scripts/docker-test-engine.sh."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError, ActionResult
from drill_tui.targets import actions
from drill_tui.targets.compose_tool import compose_program
from tests.action_context import Context, clean_environment
from tests.e2e.targets.conftest import new_context, production

__all__ = ["new_context", "production"]

TEST_ENGINE = Path(os.environ.get("DRILL_TEST_ENGINE_DIR", "/var/tmp/drill-test-engine"))
TEST_IMAGE = "drill-test-postgres:15"
SPELLINGS = ("docker compose", "docker-compose")


@pytest.fixture(scope="session")
def engine() -> dict[str, str]:
    """Variables that lead to an engine with a PostgreSQL image; skips by name where there is none."""
    variables = {
        name: os.environ[name]
        for name in ("DOCKER_HOST", "DOCKER_CONFIG", "DRILL_POSTGRES_IMAGE")
        if name in os.environ
    }
    if "DOCKER_HOST" not in variables and (TEST_ENGINE / "docker.sock").exists():
        variables["DOCKER_HOST"] = f"unix://{TEST_ENGINE / 'docker.sock'}"
    if "DOCKER_CONFIG" not in variables and (TEST_ENGINE / "config").exists():
        variables["DOCKER_CONFIG"] = str(TEST_ENGINE / "config")
    variables.setdefault("DRILL_POSTGRES_IMAGE", TEST_IMAGE)
    try:
        asked = subprocess.run(
            ["docker", "image", "inspect", variables["DRILL_POSTGRES_IMAGE"]],
            env={**os.environ, **variables},
            capture_output=True,
            check=False,
        )
    except OSError:
        pytest.skip("Docker is not installed (scripts/docker-test-engine.sh start)")
    if asked.returncode != 0:
        pytest.skip("no Docker engine with a PostgreSQL image (scripts/docker-test-engine.sh start)")
    return variables


@pytest.fixture(params=SPELLINGS)
def spelling(request: pytest.FixtureRequest, engine: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The engine's variables, with which drill-tui finds compose under this name; skips where it cannot."""
    variables = dict(engine)
    if request.param == "docker-compose":
        variables["DOCKER_CONFIG"] = str(tmp_path / "without-plugins")
    try:
        found = " ".join(compose_program({**os.environ, **variables}))
    except ActionError:
        found = "neither"
    if found != request.param:
        pytest.skip(f"drill-tui finds {found} here, not {request.param}")
    return variables


@pytest.fixture
def docker(engine: dict[str, str]) -> Iterator[Callable[..., str]]:
    """Runs a docker command and returns what it prints; removes containers that it named at the end."""
    named: list[str] = []

    def run(*arguments: str) -> str:
        if "--name" in arguments:
            named.append(arguments[arguments.index("--name") + 1])
        done = subprocess.run(
            ["docker", *arguments],
            env={**os.environ, **engine},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    yield run
    for name in named:
        run("rm", "--force", "--volumes", name)


@pytest.fixture(scope="module")
def shared(engine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActionResult]:
    """A compose target for every test of a module that only looks at it."""
    context = Context(tmp_path_factory.mktemp("shared"), run_id="shared-run", arguments={"kind": "compose"})
    context.environment = {**clean_environment(), **engine}
    result = asyncio.run(actions.start(context))
    context.results["start_target"] = result
    yield result
    asyncio.run(actions.stop(context))


@pytest.fixture
def compose_context(new_context: Callable[..., Context], engine: dict[str, str]) -> Callable[..., Context]:
    """Makes contexts whose environment leads to the engine."""
    return _contexts(new_context, engine)


@pytest.fixture
def spelt_context(new_context: Callable[..., Context], spelling: dict[str, str]) -> Callable[..., Context]:
    """The same for each spelling of compose."""
    return _contexts(new_context, spelling)


def _contexts(new_context: Callable[..., Context], variables: dict[str, str]) -> Callable[..., Context]:
    def make(**arguments: str) -> Context:
        context = new_context(kind="compose", **arguments)
        context.environment = {**clean_environment(), **variables}
        return context

    return make

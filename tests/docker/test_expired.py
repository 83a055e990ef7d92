"""What drills left in Docker past their time: named and offered, removed when asked, never a living run's."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drill_tui.engine.record.lock import run_lock
from tests.action_context import PROJECT_DIR, clean_environment

pytestmark = [pytest.mark.docker, pytest.mark.e2e, pytest.mark.xdist_group("docker")]
Docker = Callable[..., str]

HERE = socket.gethostname()
PAST = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
FUTURE = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")


@pytest.fixture
def left(engine: dict[str, str], docker: Docker, tmp_path: Path) -> Iterator[dict[str, Path]]:
    """A container, a volume and a network of each run; the folders of the runs."""
    runs = {
        "expired": (PAST, HERE),
        "driven": (PAST, HERE),
        "young": (FUTURE, HERE),
        "elsewhere": (PAST, "another-host"),
        "by-hand": ("", HERE),
    }
    folders = {}
    for run, (expires, host) in runs.items():
        folders[run] = tmp_path / f"test-{run}"
        folders[run].mkdir()
        labels = {"run": f"test-{run}", "expires": expires, "folder": f"{host}:{folders[run]}"}
        marks = [word for name, value in labels.items() for word in ("--label", f"drill-tui.{name}={value}")]
        name = f"drill-test-{run}"
        docker("volume", "create", *marks, name)
        docker("network", "create", *marks, name)
        docker("create", "--name", name, *marks, engine["DRILL_POSTGRES_IMAGE"], "true")
    yield folders
    for run in runs:
        for kind in (["rm", "--force", "--volumes"], ["volume", "rm", "--force"], ["network", "rm"]):
            subprocess.run(
                ["docker", *kind, f"drill-test-{run}"],
                env=clean_environment() | engine,
                capture_output=True,
                check=False,
            )


@pytest.fixture
def drill_tui(engine: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "drill_tui", *arguments],
            env=clean_environment() | engine,
            cwd=PROJECT_DIR,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def names(docker: Docker) -> set[str]:
    kinds = {
        "container": docker("ps", "--all", "--format", "{{.Names}}", "--filter", "name=drill-test-"),
        "volume": docker("volume", "ls", "--format", "{{.Name}}", "--filter", "name=drill-test-"),
        "network": docker("network", "ls", "--format", "{{.Name}}", "--filter", "name=drill-test-"),
    }
    return {f"{kind} {name}" for kind, said in kinds.items() for name in said.split()}


def test_only_what_has_expired_of_no_living_run_is_offered_and_removed(
    left: dict[str, Path],
    drill_tui: Callable[..., subprocess.CompletedProcess[str]],
    docker: Docker,
    tmp_path: Path,
) -> None:
    before = names(docker)
    gone = {f"{kind} drill-test-expired" for kind in ("container", "volume", "network")}
    assert gone < before
    with run_lock(left["driven"]):
        told = drill_tui("doctor").stdout
        assert "of run test-expired, expired" in told
        assert "test-driven" not in told
        offered = drill_tui("clean", "--all", "--artifacts", str(tmp_path))
        assert offered.returncode == 0
        assert "container drill-test-expired" in offered.stdout
        assert "clean --expired" in offered.stdout
        assert names(docker) == before, "an offer removes nothing"

        removed = drill_tui("clean", "--expired")
        assert removed.returncode == 0, removed.stderr
        assert names(docker) == before - gone
        assert "Nothing of a drill has expired" in drill_tui("clean", "--expired").stdout
    assert "test-driven" in drill_tui("clean", "--expired").stdout, "once nobody drives it, it goes"


def test_one_thing_at_a_time(drill_tui: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    refused = drill_tui("clean", "--all", "--expired")
    assert refused.returncode == 2
    assert "--expired" in refused.stderr

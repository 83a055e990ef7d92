"""The whole drill, headless, into a container."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from drill_tui.targets import compose_watch
from tests import servers
from tests.e2e.targets.context import PROJECT_DIR, clean_environment

pytestmark = [pytest.mark.docker, pytest.mark.e2e, pytest.mark.xdist_group("docker")]


@pytest.fixture
def drill(engine: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs drill-tui on a small demo of the container's own major version."""
    environment = {
        **clean_environment(),
        **engine,
        "DRILL_SERVER_BINDIR": str(servers.binaries(15)),
        "DRILL_DEMO_SCALE": "0.02",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "drill_tui", *arguments, "--artifacts", str(tmp_path)],
            cwd=PROJECT_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_drill_into_a_container_passes_and_leaves_nothing(
    drill: Callable[..., subprocess.CompletedProcess[str]], engine: dict[str, str]
) -> None:
    done = drill("--auto", "--json", "--param", "target=compose")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["verdict"] == "pass"
    assert report["cleanup"] == "clean"
    assert report["isolation"]["level"] == "container-without-network"
    assert "the source cannot be reached" in report["isolation"]["proof"]
    with compose_watch.engine(engine) as client:
        assert compose_watch.leftovers(client, report["run_id"]) == []

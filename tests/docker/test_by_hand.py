"""compose.restore.yml as a person types it, without any variable."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.corpus.scripts import run_script
from tests.e2e.targets.context import PROJECT_DIR, clean_environment
from tests.servers import Server

pytestmark = [pytest.mark.docker, pytest.mark.e2e, pytest.mark.xdist_group("docker")]
DEADLINE_S = 90.0


def programs() -> list[list[str]]:
    """Each spelling of compose on this machine."""
    known = [["docker", "compose"], ["docker-compose"]]
    return [
        program
        for program in known
        if shutil.which(program[0])
        and subprocess.run([*program, "version"], capture_output=True, check=False).returncode == 0
    ]


@pytest.fixture(params=programs(), ids=" ".join)
def typed(request: pytest.FixtureRequest, engine: dict[str, str]) -> Iterator[list[str]]:
    """The command in front of `up -d` and `down -v`; ends with `down -v`."""
    command = [*request.param, "-f", "compose.restore.yml"]
    environment = {**clean_environment(), **engine, "COMPOSE_PROJECT_NAME": "drill-test-by-hand"}
    yield command
    subprocess.run(
        [*command, "down", "-v"], env=environment, cwd=PROJECT_DIR, capture_output=True, check=False
    )


def test_up_restore_port_down(typed: list[str], engine: dict[str, str], free_default_port: None) -> None:
    environment = {**clean_environment(), **engine, "COMPOSE_PROJECT_NAME": "drill-test-by-hand"}
    subprocess.run([*typed, "up", "-d"], env=environment, cwd=PROJECT_DIR, check=True, capture_output=True)
    assert answer_of_port_15432() == (42,)
    subprocess.run([*typed, "down", "-v"], env=environment, cwd=PROJECT_DIR, check=True, capture_output=True)
    for kind in (["ps", "--all"], ["volume", "ls"], ["network", "ls"]):
        left = subprocess.run(
            ["docker", *kind, "--quiet", "--filter", "label=drill-tui.run=by-hand"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert left.stdout == ""


@pytest.fixture
def free_default_port() -> None:
    import socket

    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 15432)) == 0:
            pytest.skip("somebody uses port 15432 of this machine")


def answer_of_port_15432() -> tuple[object, ...] | None:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            with psycopg.connect(
                host="localhost", port=15432, user="postgres", password="restore-drill", dbname="postgres"
            ) as connection:
                return connection.execute("SELECT 6 * 7").fetchone()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise


def test_the_manual_procedure_as_typed(
    typed: list[str],
    engine: dict[str, str],
    free_default_port: None,
    production: Server,
    tmp_path: Path,
) -> None:
    production.sql("postgres", "CREATE TABLE orders AS SELECT generate_series(1, 100) AS id")
    environment = {**clean_environment(), **engine, "HOME": str(tmp_path)}
    made = run_script("backup", {**environment, **production.env}, "--output", tmp_path / "backups")
    assert made.code == 0, made.stderr
    up = {**environment, "COMPOSE_PROJECT_NAME": "drill-test-by-hand"}
    subprocess.run([*typed, "up", "-d"], env=up, cwd=PROJECT_DIR, check=True, capture_output=True)
    answer_of_port_15432()
    as_typed = {**environment, "DB_HOST": "localhost", "DB_PORT": "15432", "DB_NAME": "zakops_restore"}
    restored = run_script("restore", as_typed, "--input", *(tmp_path / "backups").iterdir())
    assert restored.code == 0, restored.stderr
    verified = run_script("verify", as_typed)
    assert verified.code == 0, verified.stdout + verified.stderr


def test_file_stands_alone() -> None:
    assert (PROJECT_DIR / "drill_tui" / "targets" / "gate.pl").is_file()
    assert Path(PROJECT_DIR, "artifacts", "restore").is_dir()

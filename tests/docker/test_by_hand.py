"""compose.restore.yml as a person types it, without any variable."""

from __future__ import annotations

import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from drill_tui.targets.compose_tool import compose_program
from tests.action_context import PROJECT_DIR, clean_environment
from tests.corpus.scripts import run_script
from tests.servers import Server

pytestmark = [pytest.mark.docker, pytest.mark.e2e, pytest.mark.xdist_group("docker")]
DEADLINE_S = 170.0


@pytest.fixture
def typed(spelling: dict[str, str]) -> Iterator[Callable[..., None]]:
    """Types what stands behind `docker compose -f compose.restore.yml`; ends with `down -v`."""
    environment = {**clean_environment(), **spelling, "COMPOSE_PROJECT_NAME": "drill-test-by-hand"}
    command = [*compose_program(environment), "-f", "compose.restore.yml"]

    def compose(*words: str, check: bool = True) -> None:
        subprocess.run([*command, *words], env=environment, cwd=PROJECT_DIR, check=check, capture_output=True)

    yield compose
    compose("down", "-v", check=False)


@pytest.fixture
def free_default_port() -> None:
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
    typed: Callable[..., None],
    docker: Callable[..., str],
    spelling: dict[str, str],
    free_default_port: None,
    production: Server,
    tmp_path: Path,
) -> None:
    production.sql("postgres", "CREATE TABLE IF NOT EXISTS orders AS SELECT generate_series(1, 100) AS id")
    environment = {**clean_environment(), **spelling, "HOME": str(tmp_path)}
    made = run_script("backup", {**environment, **production.env}, "--output", tmp_path / "backups")
    assert made.code == 0, made.stderr
    before = left_by_hand(docker)
    typed("up", "-d")
    answer_of_port_15432()
    as_typed = {**environment, "DB_HOST": "localhost", "DB_PORT": "15432", "DB_NAME": "zakops_restore"}
    restored = run_script("restore", as_typed, "--input", *(tmp_path / "backups").iterdir())
    assert restored.code == 0, restored.stderr
    verified = run_script("verify", as_typed)
    assert verified.code == 0, verified.stdout + verified.stderr
    assert left_by_hand(docker) - before == {"container": 2, "volume": 2, "network": 1}
    typed("down", "-v")
    assert left_by_hand(docker) == before


def left_by_hand(docker: Callable[..., str]) -> Counter[str]:
    """How many things of each kind carry the mark of a person's own `up`."""
    mark = ("--quiet", "--filter", "label=drill-tui.run=by-hand")
    listed = {"container": ("ps", "--all"), "volume": ("volume", "ls"), "network": ("network", "ls")}
    return Counter({kind: len(docker(*words, *mark).split()) for kind, words in listed.items()})


def test_file_stands_alone() -> None:
    assert (PROJECT_DIR / "scripts" / "gate.pl").is_file()
    assert Path(PROJECT_DIR, "artifacts", "restore").is_dir()

"""The manual procedure with the three variables that it names, on the port of compose.restore.yml."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.scripts import run_script
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("as_typed")]


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with start_cluster(binaries(15)) as source:
        source.create_database("shop")
        source.sql("shop", "CREATE TABLE orders AS SELECT generate_series(1, 100) AS id")
        made = run_script("backup", source.environment("shop"), "--output", tmp_path_factory.mktemp("b"))
        assert made.code == 0, made.stderr
        yield Path(made.outputs["backup"])


@pytest.fixture
def target() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


def typed(server: Server, home: Path, **more: str) -> dict[str, str]:
    """What a person types, and what says that this server stands at the port of compose.restore.yml."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "DB_HOST": "localhost",
        "DB_PORT": str(server.port),
        "DB_NAME": "zakops_restore",
        "DRILL_TARGET_PORT": str(server.port),
        **more,
    }


def test_restore_and_verify_as_typed(backup: Path, target: Server, tmp_path: Path) -> None:
    target.sql("postgres", "ALTER ROLE postgres PASSWORD 'restore-drill'")
    environment = typed(target, tmp_path)
    restored = run_script("restore", environment, "--input", backup)
    assert restored.code == 0, restored.stderr
    verified = run_script("verify", environment)
    assert verified.code == 0, verified.stdout + verified.stderr
    assert "met" in verified.stdout


def test_the_password_file_goes_before_the_documented_password(
    backup: Path, target: Server, tmp_path: Path
) -> None:
    passfile = tmp_path / ".pgpass"
    passfile.write_text(f"localhost:{target.port}:*:postgres:{target.password}\n")
    passfile.chmod(0o600)
    restored = run_script("restore", typed(target, tmp_path), "--input", backup)
    assert restored.code == 0, restored.stderr


def test_a_source_is_never_given_an_account(target: Server, tmp_path: Path) -> None:
    target.sql("postgres", "ALTER ROLE postgres PASSWORD 'restore-drill'")
    made = run_script("backup", typed(target, tmp_path, DB_NAME="postgres"), "--output", tmp_path / "b")
    assert made.code == 3
    assert "no password supplied" in made.stderr

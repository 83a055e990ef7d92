"""Whose server localhost:15432 is, and when its account may stand in for what was not typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.postgres.client.known_target import DEFAULTS, with_known_target

COMPOSE_FILE = Path(__file__).parents[3] / "compose.restore.yml"
TYPED = {"DB_HOST": "localhost", "DB_PORT": "15432", "DB_NAME": "zakops_restore"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a password file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGPASSFILE", raising=False)
    return tmp_path


def added(environment: dict[str, str]) -> dict[str, str]:
    completed = with_known_target(environment)
    assert {name: completed[name] for name in environment} == environment
    return {name: value for name, value in completed.items() if name not in environment}


def test_the_account_of_the_compose_file_stands_in() -> None:
    assert added(TYPED) == {"DB_USER": "postgres", "DB_PASSWORD": "restore-drill"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1"])
def test_loopback_by_address(host: str) -> None:
    assert added({**TYPED, "DB_HOST": host})["DB_USER"] == "postgres"


@pytest.mark.parametrize(
    "other",
    [
        {"DB_HOST": "db.internal"},
        {"DB_HOST": "10.0.0.1"},
        {"DB_HOST": "localhost.example.net"},
        {"DB_HOST": "localhost,db.internal"},
        {"DB_HOST": "/var/run/postgresql"},
        {"DB_HOST": ""},
        {"DB_PORT": "5432"},
        {"DB_PORT": ""},
        {"DRILL_TARGET_PORT": "25432"},
    ],
)
def test_no_other_server_gets_it(other: dict[str, str]) -> None:
    assert added({**TYPED, **other}) == {}


def test_the_files_own_variables_move_it() -> None:
    moved = {**TYPED, "DB_PORT": "25432", "DRILL_TARGET_PORT": "25432", "DRILL_TARGET_PASSWORD": "other"}
    assert added(moved) == {"DB_USER": "postgres", "DB_PASSWORD": "other"}


def test_what_was_typed_wins() -> None:
    assert added({**TYPED, "DB_USER": "ann"}) == {}
    assert added({**TYPED, "DB_PASSWORD": "own"}) == {"DB_USER": "postgres"}


@pytest.mark.parametrize(
    ("entry", "knows"),
    [
        ("localhost:15432:*:postgres:own", True),
        ("*:*:*:*:own", True),
        ("localhost:15432:*:ann:own", False),
        ("localhost:5432:*:postgres:own", False),
    ],
)
def test_an_entry_of_the_password_file_wins(home: Path, entry: str, knows: bool) -> None:
    (home / ".pgpass").write_text(f"{entry}\n")
    (home / ".pgpass").chmod(0o600)
    assert ("DB_PASSWORD" in added(TYPED)) is not knows
    named = home / "elsewhere"
    (home / ".pgpass").rename(named)
    assert ("DB_PASSWORD" in added({**TYPED, "PGPASSFILE": str(named)})) is not knows


def test_the_compose_file_says_the_same() -> None:
    text = COMPOSE_FILE.read_text()
    for name, value in DEFAULTS.items():
        assert f"${{{name}:-{value}}}" in text

"""The source of drill.toml: when it is taken, and that nothing is ever mixed with it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from drill_tui.cli.exits import UserError
from drill_tui.cli.settings import adopt_source
from drill_tui.engine.processes.environment import without_connections
from drill_tui.postgres.client.connect import explain
from drill_tui.postgres.client.source import resolve

NAMED = """\
[source]
host = "db.example.net"
port = 6432
dbname = "shop"
user = "backup"
passfile = "keys/pass"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "drill.toml").write_text(NAMED)
    return tmp_path


def adopted(project: Path, **environment: str) -> dict[str, str]:
    adopt_source(project, environment)
    return environment


def test_it_is_the_source_where_the_environment_names_none(project: Path) -> None:
    found = adopted(project, HOME="/root")
    assert resolve(found).describe() == "shop on db.example.net:6432 as backup"
    assert found["PGPASSFILE"] == str(project / "keys" / "pass")
    assert resolve(found).origin == "drill.toml"


def test_an_error_of_it_names_the_file(project: Path) -> None:
    source = resolve(adopted(project, HOME="/root"))
    assert "the host and port in drill.toml" in str(
        explain(psycopg.OperationalError("connection refused"), source)
    )


def test_no_program_below_inherits_where_it_came_from(project: Path) -> None:
    found = adopted(project, HOME="/root")
    assert "drill.toml" not in without_connections(found).values()
    assert "drill.toml" not in resolve(found).child_env(found).values()


def test_a_password_in_the_environment_goes_with_it(project: Path) -> None:
    source = resolve(adopted(project, DB_PASSWORD="opens"))
    assert (source.host, source.password) == ("db.example.net", "opens")


@pytest.mark.parametrize("name", ["DB_HOST", "DB_NAME", "DATABASE_URL", "PGHOST", "PGSERVICE", "PGDATABASE"])
def test_a_source_in_the_environment_is_taken_alone(name: str, project: Path) -> None:
    assert adopted(project, **{name: "postgresql://there/it"}) == {name: "postgresql://there/it"}


def test_a_step_whose_connection_was_taken_away_does_not_get_it_back(project: Path) -> None:
    assert adopted(project, DRILL_RUN_ID="restore-drill_1") == {"DRILL_RUN_ID": "restore-drill_1"}


def test_a_service(project: Path) -> None:
    (project / "drill.toml").write_text('[source]\nservice = "shop"\n')
    assert resolve(adopted(project)).describe() == "service shop"
    assert adopted(project, DB_PASSWORD="opens") == {"DB_PASSWORD": "opens"}


def test_how_to_connect_alone_names_no_source(project: Path) -> None:
    (project / "drill.toml").write_text('[source]\nsslmode = "require"\n')
    assert adopted(project) == {}


def test_what_the_environment_says_of_how_to_connect_wins(project: Path) -> None:
    assert adopted(project, PGPASSFILE="/mine")["PGPASSFILE"] == "/mine"


def test_a_file_that_cannot_be_read_is_told(project: Path) -> None:
    (project / "drill.toml").write_text("[sauce]\n")
    with pytest.raises(UserError, match=r"drill\.toml:1:1: unknown key 'sauce' \(did you mean source\?\)"):
        adopted(project)

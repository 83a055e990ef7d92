"""Which database the environment names, and that a password shows nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.postgres.client.source import SourceError, is_configured, resolve

GROUP = {"DB_HOST": "db.example", "DB_PORT": "5433", "DB_NAME": "shop", "DB_USER": "backup"}
SECRET = "s3cr3t:with/slashes@"


def test_the_db_group_wins_over_url_and_libpq() -> None:
    found = resolve({**GROUP, "DATABASE_URL": "postgresql://other/x", "PGHOST": "third", "PGDATABASE": "y"})
    assert found.origin == "DB_*"
    assert (found.host, found.port, found.dbname, found.user) == ("db.example", "5433", "shop", "backup")


def test_groups_are_never_mixed() -> None:
    found = resolve(
        {"DB_HOST": "db.example", "PGPASSWORD": SECRET, "PGUSER": "somebody", "PGSERVICE": "prod"}
    )
    assert found.libpq_env() == {"PGHOST": "db.example"}


def test_how_to_connect_applies_to_every_group() -> None:
    found = resolve(
        {**GROUP, "PGSSLMODE": "verify-full", "PGPASSFILE": "/x/pgpass", "PGCONNECT_TIMEOUT": "3"}
    )
    env = found.libpq_env()
    assert env["PGSSLMODE"] == "verify-full"
    assert env["PGPASSFILE"] == "/x/pgpass"
    assert found.keywords()["connect_timeout"] == "3"


def test_a_url_wins_over_libpq_and_gives_its_password_to_the_environment_only() -> None:
    url = "postgresql://backup:s3cr3t%3Awith%2Fslashes%40@db.example:5433/shop?sslmode=require"
    found = resolve({"DATABASE_URL": url, "PGHOST": "third"})
    assert found.origin == "DATABASE_URL"
    assert found.libpq_env() == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGDATABASE": "shop",
        "PGUSER": "backup",
        "PGPASSWORD": SECRET,
        "PGSSLMODE": "require",
    }
    assert SECRET not in repr(found)
    assert SECRET not in found.describe()


def test_libpq_variables_stay_as_they_are() -> None:
    found = resolve({"PGSERVICE": "prod", "PGSERVICEFILE": "/etc/services.conf", "PGPASSWORD": SECRET})
    assert found.origin == "libpq"
    assert found.libpq_env() == {
        "PGSERVICE": "prod",
        "PGSERVICEFILE": "/etc/services.conf",
        "PGPASSWORD": SECRET,
    }
    assert "host" not in found.keywords(), "an empty host would win over the service file"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{SECRET}[@h/x",
        "mysql://u:hunter2hunter2@h/db",
        "postgresql://u:hunter2@hunter2@h/db",
        "postgresql://u:hunter2/hunter2@h/db",
    ],
)
def test_a_url_that_cannot_be_read_is_not_quoted(url: str) -> None:
    with pytest.raises(SourceError, match="DATABASE_URL cannot be read") as caught:
        resolve({"DATABASE_URL": url})
    assert "hunter2" not in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1"])
def test_a_port_that_is_none_is_named(port: str) -> None:
    with pytest.raises(SourceError, match="DB_PORT"):
        resolve({**GROUP, "DB_PORT": port})


@pytest.mark.parametrize(
    "name", ["DB_HOST", "DB_PASSWORD", "DATABASE_URL", "PGHOST", "PGSERVICE", "PGDATABASE"]
)
def test_one_variable_configures_a_source(name: str) -> None:
    assert is_configured({name: "x"})


def test_nothing_or_emptiness_configures_no_source() -> None:
    assert not is_configured({})
    assert not is_configured({"DB_HOST": "", "PGPASSWORD": "x", "PGSSLMODE": "require"})


def test_a_child_inherits_no_other_connection() -> None:
    base = {"PATH": "/bin", "PGHOST": "other", "PGPASSWORD": "other", "DATABASE_URL": "x", "DB_HOST": "x"}
    env = resolve(GROUP).child_env(base)
    assert env["PGHOST"] == "db.example"
    assert env["PATH"] == "/bin"
    assert not {"PGPASSWORD", "DATABASE_URL", "DB_HOST"} & env.keys()


def test_psycopg_takes_nothing_from_the_environment_of_the_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {"PGHOSTADDR": "192.0.2.1", "PGPASSWORD": SECRET, "PGDATABASE": "other"}.items():
        monkeypatch.setenv(name, value)
    keywords = resolve({"DB_HOST": str(tmp_path), "DB_USER": "u"}).keywords()
    assert (keywords["hostaddr"], keywords["password"], keywords["dbname"]) == ("", "", "")


def test_a_list_of_hosts_is_pinned_to_the_one_that_was_reached() -> None:
    found = resolve({"DB_HOST": "a,b", "DB_PORT": "1,2", "DB_NAME": "shop"}).pinned_to("b", 2)
    assert (found.host, found.port, found.dbname) == ("b", "2", "shop")

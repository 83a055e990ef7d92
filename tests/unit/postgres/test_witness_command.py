"""Which database and which file a pg_dump command names, read as getopt and libpq read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.postgres.client.errors import RestoreUsageError
from drill_tui.postgres.client.source import SourceError
from drill_tui.postgres.witness.command import DumpCommand, understand


@pytest.fixture
def there(tmp_path: Path) -> dict[str, str]:
    """An environment in which pg_dump is found."""
    (tmp_path / "pg_dump").write_text("#!/bin/sh\n")
    (tmp_path / "pg_dump").chmod(0o755)
    return {"PATH": str(tmp_path), "PGHOST": "from-env", "PGPASSWORD": "secret", "DB_HOST": "never"}


def where(command: DumpCommand) -> tuple[str, str, str, str]:
    source = command.source
    return source.host, source.port, source.user, source.dbname


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("shop",), ("from-env", "5432", "", "shop")),
        ((), ("from-env", "5432", "", "")),
        (("-h", "db", "-p", "5433", "-U", "u", "-d", "shop"), ("db", "5433", "u", "shop")),
        (("-hdb", "-p5433", "-vUu", "shop"), ("db", "5433", "u", "shop")),
        (("--host=db", "--port", "1", "--user=u", "--dbn=shop"), ("db", "1", "u", "shop")),
        (("shop", "-h", "db"), ("db", "5432", "", "shop")),
        (("-h", "db", "--", "-odd"), ("db", "5432", "", "-odd")),
        (("-h", "db", "host=other dbname=shop"), ("other", "5432", "", "shop")),
        (("postgresql://u:p%40@uri:99/shop?sslmode=require",), ("uri", "99", "u", "shop")),
        (("-d", "postgres:///shop", "-p", "77"), ("from-env", "77", "", "shop")),
    ],
)
def test_the_database_is_the_one_that_pg_dump_takes(
    there: dict[str, str], arguments: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert where(understand(["pg_dump", *arguments], there)) == expected


def test_a_password_comes_from_the_string_and_else_from_the_environment(there: dict[str, str]) -> None:
    assert understand(["pg_dump", "shop"], there).source.password == "secret"
    named = understand(["pg_dump", "postgresql://u:p%40@uri/shop"], there)
    assert named.source.password == "p@"
    assert "p@" not in repr(named.source)


@pytest.mark.parametrize(
    ("arguments", "form", "file"),
    [
        ((), "plain", None),
        (("-Fc", "-f", "a.dump"), "custom", "a.dump"),
        (("-Fd", "-j4", "-vf", "dir"), "directory", "dir"),
        (("--format=TAR", "--file=a", "-Z0"), "tar", "a"),
        (("-f", "a", "-f", "b"), "plain", "b"),
    ],
)
def test_format_and_file(
    there: dict[str, str], arguments: tuple[str, ...], form: str, file: str | None
) -> None:
    found = understand(["pg_dump", *arguments], there)
    assert (found.format, found.file) == (form, Path(file) if file else None)


def test_only_the_snapshot_is_added_and_before_everything_else(there: dict[str, str]) -> None:
    found = understand(["pg_dump", "-Fc", "-O", "--no-acl", "-B", "--", "shop"], there)
    assert found.argv("00000003-1")[1:] == [
        "--snapshot=00000003-1",
        "-Fc",
        "-O",
        "--no-acl",
        "-B",
        "--",
        "shop",
    ]
    assert found.left_out == ("no-large-objects", "no-owner", "no-privileges")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("pg_dump", "--snapshot=1", "shop"), "brings the snapshot itself"),
        (("pg_dump", "--snap", "1", "shop"), "brings the snapshot itself"),
        (("pg_dump", "--no-synchronized-snapshots"), "would not share"),
        (("pg_dump", "-t", "orders", "shop"), "--table=orders dumps a part, and a script has no list"),
        (("pg_dump", "-Fc", "-n", "public", "shop"), "--schema=public dumps a part"),
        (("pg_dump", "-vsf", "x"), "--schema-only dumps a part"),
        (("pg_dump", "-Fp", "-f", "x", "--exclude-table-data=log*", "shop"), "dumps a part"),
        (("pg_dump", "--extra-float-digits=0"), "rounds numbers"),
        (("pg_dump", "-W"), "cannot ask"),
        (("pg_dump", "--new-option"), "is not known here"),
        (("pg_dump", "-q"), "-q of pg_dump is not known"),
        (("pg_dump", "--no-s"), "may mean"),
        (("pg_dump", "-d", "shop", "other"), "takes one database"),
        (("pg_dump", "a", "b"), "takes one database"),
        (("pg_dump", "-f"), "has no value"),
        (("pg_dump", "-v", "--verbose=yes"), "takes no value"),
        (("pg_dump", "-Fx"), "is none of custom"),
        (("pg_dump", "-vFdf", "dir", "-j4"), "'df' is none of"),
        (("pg_dump", "-h", "a,b", "shop"), "several servers"),
        (("pg_dumpall", "-f", "x"), "takes no snapshot from outside"),
        (("sudo", "-u", "postgres", "pg_dump"), "the command is 'sudo'"),
        (("/nowhere/pg_dump", "shop"), "there is no program"),
    ],
)
def test_what_cannot_be_understood_or_would_lie_is_refused(
    there: dict[str, str], command: tuple[str, ...], said: str
) -> None:
    with pytest.raises(RestoreUsageError, match=said):
        understand(command, there)


def test_a_connection_string_that_libpq_cannot_read_is_told_without_its_password(
    there: dict[str, str],
) -> None:
    with pytest.raises(SourceError) as refused:
        understand(["pg_dump", "postgresql://u:s3cret@[::1/shop"], there)
    assert "s3cret" not in str(refused.value)

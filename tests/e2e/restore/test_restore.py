"""A backup comes back whole: roles, owners, settings, grants, hostile names; and only where it should."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.corpus.scripts import Ran, run_script
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("restore")]
DATABASE = 'shop "x"=\' ünï %s'
MEMBERS = """
SELECT r.rolname::text, m.rolname::text FROM pg_auth_members
JOIN pg_roles r ON r.oid = roleid JOIN pg_roles m ON m.oid = member WHERE m.rolname = 'app'
"""
SETTINGS = """
SELECT coalesce(r.rolname, '')::text, d.datname IS NOT NULL, unnest(setconfig)
FROM pg_db_role_setting
LEFT JOIN pg_roles r ON r.oid = setrole LEFT JOIN pg_database d ON d.oid = setdatabase
ORDER BY 1, 2, 3
"""
GRANTS = """
SELECT coalesce(r.rolname, 'public')::text, privilege_type, is_grantable
FROM pg_database, aclexplode(datacl) LEFT JOIN pg_roles r ON r.oid = grantee
WHERE datname = %s ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Shop:
    source: Server
    backup: Path


@pytest.fixture(scope="module", params=[15, 18], ids=["from-15", "from-18"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    source = start_cluster(binaries(request.param))
    quoted = DATABASE.replace('"', '""')
    try:
        source.sql(
            "postgres",
            "CREATE ROLE app LOGIN PASSWORD 'canary-secret' CONNECTION LIMIT 7",
            'CREATE ROLE "the ""team""" NOINHERIT',
            "COMMENT ON ROLE app IS E'it\\'s\\nthe app'",
            'GRANT "the ""team""" TO app WITH ADMIN OPTION',
            "ALTER ROLE app SET search_path TO 'a b', public",
            "CREATE EXTENSION IF NOT EXISTS plpgsql",
        )
        source.create_database(DATABASE, "OWNER app")
        source.sql(
            DATABASE,
            'CREATE SCHEMA "s p\nace" AUTHORIZATION app',
            'CREATE TABLE "s p\nace"."t "" x" (id int PRIMARY KEY, body text)',
            'INSERT INTO "s p\nace"."t "" x" SELECT n, repeat(\'x\', n) FROM generate_series(1, 300) n',
            'CREATE TABLE "error: ERROR: x" (id int)',
            "CREATE SUBSCRIPTION pull CONNECTION 'host=192.0.2.1 password=canary-secret' PUBLICATION p"
            " WITH (connect = false)",
            "CREATE FUNCTION stop_all() RETURNS event_trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no more changes'; END $$",
            f'ALTER DATABASE "{quoted}" SET default_transaction_read_only = on',
            f"ALTER DATABASE \"{quoted}\" SET search_path TO public, 'x y'",
            f"ALTER ROLE app IN DATABASE \"{quoted}\" SET work_mem = '9MB'",
            f'REVOKE TEMPORARY ON DATABASE "{quoted}" FROM PUBLIC',
            f'GRANT CONNECT ON DATABASE "{quoted}" TO "the ""team""" WITH GRANT OPTION',
            "SET default_transaction_read_only = off",
            f"COMMENT ON DATABASE \"{quoted}\" IS E'the\\nshop'",
        )
        with source.connect(DATABASE) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(
                "CREATE EVENT TRIGGER no_changes ON ddl_command_start EXECUTE FUNCTION public.stop_all()"
            )
        made = run_script(
            "backup", source.environment(DATABASE), "--output", tmp_path_factory.mktemp("backups")
        )
        assert made.code == 0, made.stderr
        yield Shop(source, Path(made.outputs["backup"]))
    finally:
        source.stop()


@pytest.fixture(scope="module", params=[15, 18], ids=["to-15", "to-18"])
def target(request: pytest.FixtureRequest, shop: Shop) -> Iterator[Server]:
    """Made anew for each source: roles that exist already are left as they are."""
    assert shop.backup.is_dir()
    yield from _server(request.param)


def _server(major: int) -> Iterator[Server]:
    with start_cluster(binaries(major)) as server:
        yield server


def restore(server: Server, database: str, backup: Path, *options: str) -> Ran:
    return run_script("restore", server.environment(database), "--input", backup, *options)


def test_everything_comes_back_under_another_name(shop: Shop, target: Server) -> None:
    if target.sql("postgres", "SHOW server_version_num") < shop.source.sql(
        "postgres", "SHOW server_version_num"
    ):
        ran = restore(target, "older", shop.backup)
        assert (ran.code, ran.result("restore_completes")) == (3, "unproven")
        assert "older than the backup's 18" in ran.stderr
        return
    database = "zurück = 'x'"
    ran = restore(target, database, shop.backup, "--jobs", "2")
    assert (ran.code, ran.result("restore_completes")) == (0, "met"), ran.stdout + ran.stderr
    assert "canary-secret" not in ran.stdout + ran.stderr + str(ran.evidence)
    with target.connect(database) as there, shop.source.connect(DATABASE) as here:
        same = 'SELECT count(*), sum(length(body)) FROM "s p\nace"."t "" x"'
        assert there.execute(same).fetchall() == here.execute(same).fetchall() == [(300, 45150)]
        enabled = "SELECT subenabled FROM pg_subscription"
        assert there.execute(enabled).fetchall() == [(False,)]
        assert there.execute("SELECT evtname FROM pg_event_trigger").fetchall() == [("no_changes",)]
        assert there.execute("SELECT count(*) > 0 FROM pg_stats WHERE tablename LIKE 't %'").fetchone() == (
            True,
        )
        assert there.execute(MEMBERS).fetchall() == here.execute(MEMBERS).fetchall()
        assert there.execute(SETTINGS).fetchall() == here.execute(SETTINGS).fetchall()
        assert there.execute(GRANTS, [database]).fetchall() == here.execute(GRANTS, [DATABASE]).fetchall()
        role = "SELECT rolconnlimit, rolsuper, rolpassword FROM pg_authid WHERE rolname = 'app'"
        assert there.execute(role).fetchall() == [(7, False, None)]
        described = (
            "SELECT pg_get_userbyid(datdba), shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = %s"
        )
        assert there.execute(described, [database]).fetchall() == [("app", "the\nshop")]
    again = restore(target, database, shop.backup)
    assert again.code == 3, "it is not empty any more"
    replaced = restore(target, database, shop.backup, "--replace", "--confirm", database)
    assert (replaced.code, replaced.result("restore_completes")) == (0, "met"), replaced.stderr


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(shop: Shop) -> None:
    with start_cluster(binaries(18)) as target:
        ran = restore(target, "shop", shop.backup, "--dry-run")
        assert ran.code == 0, ran.stderr
        assert "create:   database shop, UTF8, C.UTF-8, owner app" in ran.stdout
        assert ran.evidence == {}
        assert target.sql("postgres", "SELECT count(*) FROM pg_database WHERE oid >= 16384") == [(0,)]
        assert target.sql("postgres", "SELECT count(*) FROM pg_roles WHERE oid >= 16384") == [(0,)]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_pg_restore_does_not_run_as_root(shop: Shop, tmp_path: Path) -> None:
    """A crafted archive may run code in pg_restore: it may then write nothing that is not its own."""
    from drill_tui.postgres.archive.confinement import unprivileged

    secret = tmp_path / "root-only"
    secret.mkdir(mode=0o700)
    (secret / "file").write_text("readable")
    command = f'id -u; cat "{secret}/file"; touch "{secret}/new"'
    done = subprocess.run(
        unprivileged(["sh", "-c", command], {}), capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[0] != "0"
    assert "readable" in done.stdout
    assert not (secret / "new").exists()

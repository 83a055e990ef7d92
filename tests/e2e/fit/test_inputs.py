"""Good databases whose restore needs more than a bare server: they pass, or are refused beforehand.

Every source is a real server, and the whole drill runs.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psycopg
import pytest

from drill_tui.targets.fit_report import make_report
from tests.corpus.restored_database import run_script
from tests.e2e.drill.running import Drill, drill_tui, run_drill
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("fit_inputs")]
EXTENSIONS = Path("/usr/share/postgresql/15/extension")
CRON = {
    "shared_preload_libraries": "pg_cron",
    "cron.database_name": "jobs",
    "max_locks_per_transaction": "80",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    for extension in ("pg_cron", "pg_partman"):
        if not (EXTENSIONS / f"{extension}.control").exists():
            pytest.skip(f"{extension} of PostgreSQL 15 is not installed here")
    with start_cluster(binaries(15), settings={**CRON, "allow_in_place_tablespaces": "on"}) as started:
        yield started


def drilled(server: Server, dbname: str, artifacts: Path, **more: str) -> Drill:
    env = {**server.env, "DB_NAME": dbname, **more}
    return run_drill(artifacts, env=env)


def wheel() -> Mapping[str, str]:
    return {"DRILL_SERVER_BINDIR": str(binaries(18)), "DOCKER_HOST": "unix:///nowhere"}


def test_tablespaces_jobs_and_remote_views_pass_on_a_server_of_the_same_kind(
    server: Server, tmp_path: Path
) -> None:
    port = server.port
    server.create_database("jobs")
    server.sql("postgres", "CREATE TABLESPACE fast LOCATION ''", "CREATE TABLESPACE \"Slow one\" LOCATION ''")
    server.sql(
        "jobs",
        'CREATE TABLE t (i int, v text, PRIMARY KEY (i) USING INDEX TABLESPACE "Slow one") TABLESPACE fast',
        "INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, 500) i",
        "CREATE EXTENSION pg_cron",
        "SELECT cron.schedule('nightly', '0 3 * * *', 'vacuum')",
        "SELECT cron.schedule('weekly', '0 4 * * 0', 'analyze')",
        "CREATE EXTENSION postgres_fdw",
        f"CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{port}')",
        f"CREATE USER MAPPING FOR postgres SERVER s OPTIONS (user 'postgres', password '{server.password}')",
        "CREATE FOREIGN TABLE far (i int, v text) SERVER s OPTIONS (table_name 't')",
        "ALTER SERVER s OPTIONS (ADD dbname 'jobs')",
        "CREATE MATERIALIZED VIEW seen AS SELECT count(*) AS n FROM far",
        "CREATE MATERIALIZED VIEW seen_twice AS SELECT n * 2 AS n FROM seen",
        "CREATE TABLE p (k int PRIMARY KEY) PARTITION BY LIST (k)",
        "DO $$ BEGIN FOR i IN 1..40 LOOP EXECUTE format("
        "'CREATE TABLE p_%s PARTITION OF p FOR VALUES IN (%s)', i, i); END LOOP; END $$",
        "CREATE TABLE child (k int REFERENCES p)",
        *PARTITIONED,
    )
    drill = run_drill(tmp_path, "--keep", env={**server.env, "DB_NAME": "jobs"})
    assert drill.code == 0, drill.story()
    outputs = {step["id"]: step["outputs"] for step in drill.report["steps"]}
    assert outputs["fit"]["kind"] == "local"
    assert "source's major version, 15" in outputs["fit"]["why"]
    settings = outputs["start_target"]["settings"]
    assert "shared_preload_libraries=pg_cron" in settings
    assert "max_worker_processes=0" in settings
    assert "max_locks_per_transaction=128" in settings
    assert "without a worker" in outputs["name_actors"]["inert"]
    assert 'not refreshed here: needs server "s"' in str(drill.criterion("data_integrity"))
    assert drill.criterion("schema")["result"] == "met"
    try:
        kept = outputs["start_target"]
        told = verified_after(DAMAGE, kept, drill.run_dir / "private" / "target.pgpass", tmp_path)
    finally:
        drill_tui("clean", drill.run_dir.name, "--artifacts", str(tmp_path))
    assert "cron.job: as many rows as before, with other contents" in told
    assert "partman.part_config: as many rows as before, with other contents" in told
    assert "TABLE public.t" in told
    assert "tablespace" in told


PARTITIONED = (
    "CREATE SCHEMA partman",
    "CREATE EXTENSION pg_partman SCHEMA partman",
    "CREATE TABLE event (id bigint NOT NULL, at timestamptz NOT NULL) PARTITION BY RANGE (at)",
    "SELECT partman.create_parent('public.event', 'at', 'native', 'monthly')",
    "UPDATE partman.part_config SET retention = '12 months' WHERE parent_table = 'public.event'",
    "INSERT INTO event SELECT i, now() FROM generate_series(1, 50) i",
)
DAMAGE = (
    "UPDATE cron.job SET schedule = '0 5 * * *' WHERE jobname = 'weekly'",
    "UPDATE partman.part_config SET retention = '1 month'",
    "ALTER TABLE t SET TABLESPACE pg_default",
)


def verified_after(damage: Sequence[str], kept: Mapping[str, str], passfile: Path, artifacts: Path) -> str:
    """What verify.sh says of a kept target that was changed in this way."""
    place = {"DB_HOST": kept["host"], "DB_PORT": kept["port"], "DB_USER": kept["user"]}
    env = {**place, "DB_NAME": "zakops_restore", "PGPASSFILE": str(passfile)}
    with psycopg.connect(
        host=kept["host"],
        port=kept["port"],
        user=kept["user"],
        dbname=env["DB_NAME"],
        passfile=str(passfile),
        autocommit=True,
    ) as connection:
        for statement in damage:
            connection.execute(statement)
    environment = {"PATH": os.environ["PATH"], **env, "DRILL_ARTIFACTS_DIR": str(artifacts / "again")}
    done = run_script("verify", environment)
    assert done.returncode == 1, done.stderr
    return " ".join(done.stdout.split())


def test_a_coordinate_system_of_ones_own_is_data(server: Server, tmp_path: Path) -> None:
    """PostGIS marks the rows of spatial_ref_sys that it did not bring itself."""
    if not (EXTENSIONS / "postgis.control").exists():
        pytest.skip("PostGIS of PostgreSQL 15 is not installed here")
    server.create_database("places")
    server.sql(
        "places",
        "CREATE EXTENSION postgis",
        "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) "
        "VALUES (910001, 'site', 1, '', '+proj=longlat +datum=WGS84')",
        "INSERT INTO spatial_ref_sys (srid, proj4text) VALUES (910002, '+proj=longlat')",
        "CREATE TABLE spot (id int PRIMARY KEY, at geometry(Point, 910001))",
        "INSERT INTO spot SELECT i, ST_SetSRID(ST_Point(i, i), 910001) FROM generate_series(1, 20) i",
    )
    drill = run_drill(tmp_path, "--keep", env={**server.env, "DB_NAME": "places"})
    assert drill.code == 0, drill.story()
    kept = next(s["outputs"] for s in drill.report["steps"] if s["id"] == "start_target")
    passfile = drill.run_dir / "private" / "target.pgpass"
    try:
        for statement, found in (
            ("UPDATE spatial_ref_sys SET proj4text = '' WHERE srid = 910002", "as many rows as before"),
            ("DELETE FROM spatial_ref_sys WHERE srid = 910002", "1 row, and were 2"),
        ):
            told = verified_after((statement,), kept, passfile, tmp_path)
            assert f"public.spatial_ref_sys: {found}" in told
    finally:
        drill_tui("clean", drill.run_dir.name, "--artifacts", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "statements", "options", "says"),
    [
        (
            "collation",
            ("CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",),
            "",
            "is built without ICU",
        ),
        ("icu", (), "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'", "is built without ICU"),
        (
            "xml",
            ("CREATE TABLE t (x xml)", "INSERT INTO t VALUES ('<a/>')"),
            "",
            'holds xml values (public.t.x), and PostgreSQL 18',
        ),
        ("lz4", ("CREATE TABLE t (x text COMPRESSION lz4)",), "", "is built without lz4"),
        ("crypto", ("CREATE EXTENSION pgcrypto",), "", "embedded lacks the extension pgcrypto"),
    ],
)  # fmt: skip
def test_what_the_wheel_lacks_is_said_with_its_remedy(
    server: Server, name: str, statements: tuple[str, ...], options: str, says: str
) -> None:
    server.create_database(name, options)
    if statements:
        server.sql(name, *statements)
    env = {"PATH": os.environ["PATH"], **server.env, "DB_NAME": name, **wheel()}
    report = asyncio.run(make_report(None, "auto", env))
    assert report.chosen == ""
    assert says in report.why
    assert "Install postgresql-15" in report.why
    server.drop_database(name)


def test_an_unfit_target_ends_the_drill_before_the_dump_and_holds_nobody(
    server: Server, tmp_path: Path
) -> None:
    server.create_database("unfit")
    server.sql("unfit", "CREATE EXTENSION pgcrypto")
    drill = drilled(server, "unfit", tmp_path, **wheel())
    assert drill.code == 3, drill.story()
    assert drill.report["verdict"] == "error"
    steps = {step["id"]: step for step in drill.report["steps"]}
    assert steps["fit"]["result"] == "error"
    assert "embedded lacks the extension pgcrypto" in steps["fit"]["reason"]
    assert not steps["backup"]["attempts"]
    assert not list(tmp_path.glob("*/backup"))
    told = drill_tui("fit", env={**server.env, "DB_NAME": "unfit", **wheel()})
    assert told.returncode == 3
    assert "embedded lacks the extension pgcrypto" in told.stdout

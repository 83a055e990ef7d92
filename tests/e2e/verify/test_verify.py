"""verify.sh as a person and a drill use it: arguments, evidence, refusals, and a server that dies."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from tests.corpus.restored_database import (
    RESTORED,
    SCRIPTS,
    Restored,
    back_up_and_restore,
    load,
    run_script,
    shortfalls,
)
from tests.extending import install_example
from tests.servers import binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("verify")]
SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "verify.schema.json"
CRITERIA = ["required_tables", "data_integrity", "foreign_keys", "indexes", "schema"]
TABLES = """
CREATE TABLE items (id serial PRIMARY KEY, v text);
INSERT INTO items (v) SELECT 'x' || n FROM generate_series(1, 1000) n;
CREATE TABLE parts (item int REFERENCES items);
INSERT INTO parts SELECT n FROM generate_series(1, 500) n;
ALTER DATABASE small SET work_mem = '5MB';
GRANT CONNECT ON DATABASE small TO shop_reader;
COMMENT ON DATABASE small IS 'the shop';
CREATE TABLE account (id int PRIMARY KEY, balance int);
INSERT INTO account VALUES (1, 10), (2, 0);
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    source, target = start_cluster(binaries(15)), start_cluster(binaries(15))
    try:
        source.sql("postgres", "CREATE ROLE shop_owner", "CREATE ROLE shop_reader")
        source.create_database("small", "OWNER shop_owner")
        load(source, "small", TABLES)
        place = tmp_path_factory.mktemp("small")
        yield Restored(
            source, target, back_up_and_restore(source, "small", target, RESTORED, place), place / "a"
        )
    finally:
        source.stop()
        target.stop()


def talking(environment: dict[str, str], place: Path) -> dict[str, str]:
    """The environment that the engine gives a step."""
    return {
        **environment,
        "DRILL_RUN_ID": "restore-drill_20261122T140102Z_3fa9",
        "DRILL_OUTPUT": str(place / "output"),
        "DRILL_EVIDENCE": str(place / "evidence"),
        "DRILL_PROGRESS": str(place / "progress"),
    }


def evidence(place: Path) -> dict[str, str]:
    lines = [json.loads(line) for line in (place / "evidence").read_text().splitlines()]
    return {line["criterion"]: line["result"] for line in lines}


def test_without_arguments_it_finds_the_backup_and_talks_back(small: Restored, tmp_path: Path) -> None:
    with_package = {"PYTHONPATH": str(install_example(tmp_path))}
    environment = talking(small.environment(RESTORED), tmp_path) | with_package
    done = run_script("verify", environment, "--also", "balances")
    assert done.returncode == 0, done.stdout + done.stderr
    assert evidence(tmp_path) == dict.fromkeys((*CRITERIA, "balances"), "met")
    (output,) = (tmp_path / "output").read_text().splitlines()
    report = json.loads(Path(output.removeprefix("verify_report=")).read_text())
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    assert (report["result"], report["run_id"]) == ("met", "restore-drill_20261122T140102Z_3fa9")
    assert report["backup"]["path"] == str(small.backup)
    progress = [json.loads(line) for line in (tmp_path / "progress").read_text().splitlines()]
    assert progress[-1]["done"] == progress[-1]["total"]


def test_two_reports_of_one_second_both_stay(small: Restored) -> None:
    before = set(small.artifacts.glob("verify_*.json"))
    commands = [
        subprocess.Popen(
            [SCRIPTS / "verify.sh"],
            env=small.environment(RESTORED),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    assert [command.communicate() and command.returncode for command in commands] == [0, 0]
    assert len(set(small.artifacts.glob("verify_*.json")) - before) == 2


def test_a_fault_exits_1_and_is_in_the_evidence(small: Restored, tmp_path: Path) -> None:
    with small.copy() as database:
        small.target.sql(database, "DELETE FROM items WHERE id = 1000", "UPDATE account SET balance = -id")
        with_package = {"PYTHONPATH": str(install_example(tmp_path))}
        environment = talking(small.environment(database), tmp_path) | with_package
        done = run_script("verify", environment, "--also", "balances")
    assert done.returncode == 1
    missed = {"data_integrity": "missed", "balances": "missed"}
    assert evidence(tmp_path) == {**dict.fromkeys(CRITERIA, "met"), **missed}
    assert "account 1: its balance is negative" in done.stdout
    assert "public.items: 999 rows, and were 1,000" in done.stdout.replace("\n", " ").replace("  ", "")


def test_a_required_table_that_the_backup_lacks_is_missed(small: Restored) -> None:
    report = small.verify(required_tables=("public.items", "public.invoices"))
    assert list(shortfalls(report)) == ["required_tables"]
    assert "public.invoices" in shortfalls(report)["required_tables"]


def test_counting_rows_alone_proves_no_content(small: Restored) -> None:
    assert shortfalls(small.verify(depth="counts")).keys() == {"data_integrity"}
    assert shortfalls(small.verify(depth="counts"))["data_integrity"].startswith("unproven")


def test_without_a_record_nothing_is_written_and_amcheck_is_unproven(small: Restored) -> None:
    with small.copy() as database:
        small.target.sql("postgres", f"DELETE FROM drill_tui.restore_record WHERE database = '{database}'")
        done = run_script("verify", small.environment(database))
        assert done.returncode == 3
        assert "--backup PATH" in done.stderr
        named = run_script("verify", small.environment(database), "--backup", str(small.backup))
        schemas = small.target.sql(database, "SELECT nspname FROM pg_namespace WHERE nspname ~ '^drill'")
    assert named.returncode == 6
    assert "no drill restored this database" in " ".join(named.stdout.split())
    assert schemas == []


def test_a_dump_without_a_manifest_leaves_what_needs_one_unproven(small: Restored, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.dump"
    subprocess.run(
        [small.source.bin_dir / "pg_dump", "-Fc", "-f", foreign], env=small.source.libpq("small"), check=True
    )
    with small.copy() as database:
        small.target.sql(
            "postgres",
            f"UPDATE drill_tui.restore_record SET manifest = NULL, backup_path = '{foreign}'"
            f" WHERE database = '{database}'",
        )
        report = small.verify(database)
        small.target.sql(database, "ALTER TABLE parts ADD extra int")
        changed = small.verify(database)
    found = shortfalls(report)
    assert set(found) == {"required_tables", "data_integrity", "schema"}
    assert all(why.startswith("unproven") and "manifest.json" in why for why in found.values())
    assert shortfalls(changed)["schema"].startswith("missed: 1 fault. TABLE public.parts")


def test_the_source_itself_is_refused(small: Restored) -> None:
    done = run_script("verify", small.source.environment("small"), "--backup", str(small.backup))
    assert done.returncode == 3
    assert "the cluster that the backup came from" in done.stderr


def test_another_backup_than_the_restored_one_is_refused(small: Restored, tmp_path: Path) -> None:
    other = back_up_and_restore(small.source, "small", small.target, "elsewhere", tmp_path)
    done = run_script("verify", small.environment(RESTORED), "--backup", str(other))
    assert done.returncode == 3
    assert other.name in done.stderr
    assert small.backup.name in done.stderr


def test_a_role_that_may_not_read_leaves_everything_it_could_not_read_unproven(small: Restored) -> None:
    with small.copy() as database:
        small.target.sql("postgres", "ALTER ROLE shop_reader LOGIN PASSWORD 'reader'")
        environment = {**small.environment(database), "DB_USER": "shop_reader", "DB_PASSWORD": "reader"}
        done = run_script("verify", environment, "--backup", str(small.backup))
    assert done.returncode == 1
    assert "permission denied" in done.stdout
    assert "✓ met       The data" not in done.stdout


def test_a_wrong_password_is_one_clear_error(small: Restored, tmp_path: Path) -> None:
    environment = talking({**small.environment(RESTORED), "DB_PASSWORD": "wrong-password"}, tmp_path)
    done = run_script("verify", environment)
    assert done.returncode == 3
    assert "password authentication failed" in done.stderr
    assert "wrong-password" not in done.stderr
    assert evidence(tmp_path) == dict.fromkeys(CRITERIA, "unproven")


@pytest.mark.parametrize("arguments", [["--jobs", "many"], ["--depth", "some"], ["extra"], ["--also", "no"]])
def test_wrong_usage_exits_2(small: Restored, arguments: list[str]) -> None:
    assert run_script("verify", small.environment(RESTORED), *arguments).returncode == 2


def test_stopped_by_a_signal_it_leaves_nothing_in_the_target(small: Restored) -> None:
    with small.copy() as database, small.target.connect(database) as blocker:
        verification = held_up(small, database, blocker, small.environment(database))
        verification.terminate()
        verification.communicate(timeout=120)
        assert verification.returncode == 143
        left = small.target.sql(database, "SELECT nspname FROM pg_namespace WHERE nspname ~ '^drill'")
        databases = {name for (name,) in small.target.sql("postgres", "SELECT datname FROM pg_database")}
    assert left == []
    assert not [name for name in databases if name.startswith("drill_tui_scratch")]


def test_a_server_that_dies_half_way_is_an_error_and_nothing_is_met(tmp_path: Path, small: Restored) -> None:
    with start_cluster(binaries(15)) as target:
        backup = back_up_and_restore(small.source, "small", target, RESTORED, tmp_path)
        doomed = Restored(small.source, target, backup, tmp_path / "artifacts")
        blocker = target.connect(RESTORED)
        verification = held_up(doomed, RESTORED, blocker, talking(doomed.environment(RESTORED), tmp_path))
        target.kill()
        _, errors = verification.communicate(timeout=120)
        blocker.close()
    assert verification.returncode == 3
    assert b"the server was lost during the verification" in errors
    assert evidence(tmp_path) == dict.fromkeys(CRITERIA, "unproven")
    (report,) = doomed.artifacts.glob("verify_*.json")
    assert json.loads(report.read_text())["result"] == "unproven"


def held_up(
    restored: Restored, database: str, blocker: object, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """A verification that waits for a lock on a table, for as long as `blocker` keeps it."""
    import psycopg

    assert isinstance(blocker, psycopg.Connection)
    blocker.execute("BEGIN")
    blocker.execute("LOCK TABLE items IN ACCESS EXCLUSIVE MODE")
    started = subprocess.Popen(
        [SCRIPTS / "verify.sh"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        f" AND application_name = 'drill-tui' AND datname = '{database}'"
    )
    deadline = time.monotonic() + 60
    while started.poll() is None and time.monotonic() < deadline:
        if restored.target.sql("postgres", waiting) != [(0,)]:
            return started
    raise AssertionError(
        f"the verification never came to the lock: {started.stderr and started.stderr.read()!r}"
    )


def test_an_operating_system_without_room_for_the_report_is_an_error(small: Restored, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file where the directory should be")
    done = run_script("verify", {**small.environment(RESTORED), "DRILL_ARTIFACTS_DIR": str(taken)})
    assert done.returncode == 3
    assert "could not be written" in done.stderr

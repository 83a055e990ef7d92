"""How `drill-tui witness -- pg_dump …` ends when something goes wrong, and witnesses that do not count."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from drill_tui.postgres.archive.witness_file import listed, read
from drill_tui.postgres.witness.command import understand
from drill_tui.postgres.witness.dump import dump_with_witness
from drill_tui.postgres.witness.running import Order
from tests.e2e.drill.running import SHOP, wait_until
from tests.e2e.witness.dumping import libpq_only, restore, verify, witness
from tests.servers import Server, binaries, start_cluster
from tests.standby import standby_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("witness")]
BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'pg_dump'"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        for name in ("shop", "crm"):
            server.create_database(name)
            server.sql(name, *SHOP)
        yield server


def dumped(server: Server, path: Path, *options: str, dbname: str = "shop") -> Path:
    """A dump of the given name with its witness, which is returned."""
    ran = witness(server, "--", server.bin_dir / "pg_dump", *options, "-f", path, dbname)
    assert ran.returncode == 0, ran.stderr
    return path.with_name(f"{path.name}.witness.json")


def test_a_dump_that_fails_passes_its_code_on_and_takes_the_old_witness_along(
    server: Server, tmp_path: Path
) -> None:
    """The second one writes over the first one's file, and then fails."""
    program = tmp_path / "pg_dump"
    real = server.bin_dir / "pg_dump"
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exec "{real}" "$@"\n"{real}" "$@"\nexit 7\n')
    program.chmod(0o755)
    path = tmp_path / "shop.dump"
    left = dumped(server, path, "-Fc")
    ran = witness(server, "--", program, "-Fc", "-f", path, "shop")
    assert ran.returncode == 7
    assert f"Not complete, and without a witness: {path}" in ran.stderr
    assert not left.exists()


def test_a_dump_that_never_touched_the_old_one_leaves_its_witness(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "shop.dir"
    left = dumped(server, path, "-Fd")
    ran = witness(server, "--", server.bin_dir / "pg_dump", "-Fd", "-f", path, "shop")
    assert ran.returncode == 1
    assert "Nothing was written, and what lies at" in ran.stderr
    assert left.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_both(server: Server, tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "shop.sql"
    argv = [sys.executable, "-m", "drill_tui", "witness", "--", str(server.bin_dir / "pg_dump")]
    with server.connect("shop", autocommit=False) as holder:
        running = _start(server, [*argv, "-f", str(path), "shop"], holder)
        running.send_signal(number)
        _, said = running.communicate(timeout=120)
        holder.rollback()
    assert running.returncode == 128 + number
    assert b"stopped, and pg_dump with it" in said
    assert b"Traceback" not in said
    assert not list(tmp_path.glob("*.json*"))
    wait_until(
        lambda: (
            server.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop'") == [(0,)]
        ),
        "every session to end",
    )


def test_a_reader_that_leaves_ends_the_dump_in_a_sentence(server: Server, tmp_path: Path) -> None:
    server.create_database("long")
    server.sql("long", "CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 100000) i")
    out = tmp_path / "long.sql.witness.json"
    argv = [sys.executable, "-m", "drill_tui", "witness", "--out", str(out)]
    with subprocess.Popen(
        [*argv, "--", str(server.bin_dir / "pg_dump"), "long"],
        env=libpq_only(server),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.read(10)
        running.stdout.close()
        assert running.stderr is not None
        said = running.stderr.read()
    assert running.returncode == 3
    assert b"standard output took no more of the dump" in said
    assert b"Traceback" not in said
    assert not out.exists()


def _start(server: Server, argv: list[str], holder: psycopg.Connection[object]) -> subprocess.Popen[bytes]:
    """Held up where pg_dump reads what nothing of ours does."""
    holder.execute("LOCK TABLE pg_catalog.pg_ts_dict IN ACCESS EXCLUSIVE MODE")
    running = subprocess.Popen(
        argv,
        env=libpq_only(server),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    wait_until(lambda: running.poll() is not None or server.sql("postgres", BLOCKED) != [(0,)], "the lock")
    assert running.poll() is None
    return running


def test_a_dump_whose_evidence_was_lost_is_whole_and_says_so(server: Server, tmp_path: Path) -> None:
    """The user's backup must not suffer for the witness.  With -B pg_dump does not read this table."""
    path = tmp_path / "shop.dump"
    env = libpq_only(server)
    command = understand([str(server.bin_dir / "pg_dump"), "-Fc", "-B", "-f", str(path), "shop"], env)
    ((large_object,),) = server.sql("shop", "SELECT lo_from_bytea(0, 'read by the evidence alone')")
    order = Order(command=command, environment=env, lock_timeout_s=0.3, say=lambda line: None)
    with server.connect("shop", autocommit=False) as holder:
        holder.execute("LOCK TABLE pg_catalog.pg_largeobject IN ACCESS EXCLUSIVE MODE")
        done = asyncio.run(dump_with_witness(order))
        holder.rollback()
    server.sql("shop", f"SELECT lo_unlink({large_object})")
    assert (done.exit_code, done.witness) == (0, None)
    assert "could not be read: canceling statement due to lock timeout" in done.problem
    assert [file.name for file in tmp_path.iterdir()] == ["shop.dump"]
    assert restore(server, path, "elsewhere").code == 0


def test_a_role_that_does_not_see_every_row_dumps_nothing(server: Server, tmp_path: Path) -> None:
    server.sql(
        "crm",
        "CREATE ROLE half LOGIN PASSWORD 'half'",
        "GRANT pg_read_all_data TO half",
        "ALTER TABLE customer ENABLE ROW LEVEL SECURITY",
    )
    path = tmp_path / "crm.dump"
    env = {"PGUSER": "half", "PGPASSWORD": "half"}
    options = ("-Fc", "--enable-row-security", "-f", path, "crm")
    ran = witness(server, "--", server.bin_dir / "pg_dump", *options, env=env)
    assert ran.returncode == 1
    assert "row-level security applies to it" in ran.stderr
    assert not path.exists()


def test_a_standby_that_loses_rows_in_shared_snapshots_is_refused(tmp_path: Path) -> None:
    with start_cluster(binaries(18)) as primary, standby_of(primary) as standby:
        if standby.sql("postgres", "show server_version_num")[0][0] >= "180007":
            pytest.skip("this PostgreSQL 18 shares snapshots of standbys soundly")
        path = tmp_path / "shop.dump"
        ran = witness(standby, "--", standby.bin_dir / "pg_dump", "-f", path, "postgres")
    assert ran.returncode == 3
    assert "loses rows when several sessions share a snapshot of a standby (fixed in 18.7)" in ran.stderr
    assert not path.exists()


def unproven_because(server: Server, path: Path) -> str:
    """What the drill says of a dump whose witness does not count."""
    restored = restore(server, path, "elsewhere")
    assert restored.code == 0, restored.stderr
    done = verify(server, "elsewhere")
    assert done.code == 6, done.stdout
    assert done.result("data_integrity") == "unproven"
    return done.evidence["data_integrity"]["detail"]


def test_a_witness_that_was_altered_vouches_for_nothing(server: Server, tmp_path: Path) -> None:
    left = dumped(server, tmp_path / "shop.dump", "-Fc")
    left.write_text(left.read_text().replace('"rows": 5000', '"rows": 4999'))
    assert "was changed after it was written" in unproven_because(server, tmp_path / "shop.dump")


def test_a_witness_of_another_file_is_told(server: Server, tmp_path: Path) -> None:
    left = dumped(server, tmp_path / "monday.dump", "-Fc")
    dumped(server, tmp_path / "tuesday.dump", "-Fc", "-Z1")
    shutil.copy(left, tmp_path / "tuesday.dump.witness.json")
    said = unproven_because(server, tmp_path / "tuesday.dump")
    assert "is of another file: it was taken with 'monday.dump'" in said


def test_a_dump_that_was_made_anew_is_told(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "shop.sql"
    dumped(server, path)
    subprocess.run([server.bin_dir / "pg_dump", "-f", path], env=server.libpq("shop"), check=True)
    assert "is not the file that its witness saw" in unproven_because(server, path)


@pytest.mark.parametrize("options", [("-Fc",), ("-Ft",), ("-Fd",)])
def test_a_witness_of_another_database_is_told(
    server: Server, tmp_path: Path, options: tuple[str, ...]
) -> None:
    left = dumped(server, tmp_path / "crm", *options, dbname="crm")
    path = tmp_path / "nightly"
    dumped(server, path, *options)
    shutil.copy(left, tmp_path / "nightly.witness.json")
    assert "was taken from another database: 'crm', and the dump is of 'shop'" in unproven_because(
        server, path
    )


def test_a_witness_of_a_whole_server_is_none_of_a_dump(server: Server, tmp_path: Path) -> None:
    left = dumped(server, tmp_path / "shop.dump", "-Fc")
    env = server.environment("shop")
    ran = witness(server, "--output", tmp_path / "of-server", env=env)
    assert ran.returncode == 0, ran.stderr
    (whole,) = (tmp_path / "of-server").glob("witness_*.json")
    dumped(server, tmp_path / "of-server/witness_night.dump", "-Fc")
    assert listed(tmp_path / "of-server") == [whole], "a drill of a physical backup takes none of a dump"
    assert "dump" not in json.loads(whole.read_text()), "as older versions wrote them, and read them"
    shutil.copy(whole, left)
    assert "is the witness of a whole server" in unproven_because(server, tmp_path / "shop.dump")


def test_dump_and_witness_may_be_renamed_together_and_packed_afterwards(
    server: Server, tmp_path: Path
) -> None:
    left = dumped(server, tmp_path / "shop.sql", "--no-owner", "--no-privileges")
    (tmp_path / "moved").mkdir()
    left.rename(tmp_path / "moved/yesterday.sql.witness.json")
    (tmp_path / "shop.sql").rename(tmp_path / "moved/yesterday.sql")
    subprocess.run(["gzip", tmp_path / "moved/yesterday.sql"], check=True)
    with start_cluster(binaries(15)) as target:
        assert restore(target, tmp_path / "moved/yesterday.sql.gz", "elsewhere").code == 0
        done = verify(target, "elsewhere")
    assert done.code == 0, done.stdout
    assert "--no-owner" in done.evidence["data_integrity"]["coverage"]
    assert read(tmp_path / "moved/yesterday.sql.witness.json").dump is not None

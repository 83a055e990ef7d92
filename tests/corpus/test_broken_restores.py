"""Restores that must not pass: wrong targets, servers that give out, programs that lie, and quiet damage."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drill_tui.faults.damage import largest_data, replace_in, sign
from tests.corpus.broken_backup import Good
from tests.corpus.scripts import Ran, run_script
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("broken_restores")]
CRITERION = "restore_completes"


def restore(server: Server, database: str, backup: Path, *options: str, **extra: str) -> Ran:
    return run_script("restore", {**server.environment(database), **extra}, "--input", backup, *options)


def assert_unproven(ran: Ran, words: str) -> None:
    """The target or the request is at fault: nothing is proven, and the backup is not called bad."""
    assert (ran.code, ran.result(CRITERION)) == (3, "unproven"), ran.stderr
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


def databases(server: Server) -> set[str]:
    return {str(row[0]) for row in server.sql("postgres", "SELECT datname FROM pg_database")}


def test_the_source_is_refused_as_target(source: Server, good: Good) -> None:
    assert_unproven(restore(source, "copy", good.backup), "the cluster that the backup came from")
    assert "copy" not in databases(source)


def test_a_target_that_is_not_empty_is_refused_and_left_alone(target: Server, good: Good) -> None:
    target.create_database("busy")
    target.sql("busy", "CREATE TABLE mine (id int)", "INSERT INTO mine VALUES (1)")
    assert_unproven(restore(target, "busy", good.backup), "not empty: table public.mine")
    wrong = restore(target, "busy", good.backup, "--replace", "--confirm", "busi")
    assert_unproven(wrong, "needs the name 'busy'")
    unasked = restore(target, "busy", good.backup, "--replace")
    assert_unproven(unasked, "needs the name 'busy'")
    assert target.sql("busy", "SELECT count(*) FROM mine") == [(1,)]
    replaced = restore(target, "busy", good.backup, "--replace", "--confirm", "busy")
    assert (replaced.code, replaced.result(CRITERION)) == (0, "met"), replaced.stderr
    assert target.sql("busy", "SELECT count(*) FROM orders") == [(20000,)]


def test_the_clusters_own_database_and_no_database_are_wrong_usage(target: Server, good: Good) -> None:
    assert restore(target, "postgres", good.backup).code == 2
    unnamed = {name: value for name, value in target.environment("x").items() if name != "DB_NAME"}
    ran = run_script("restore", unnamed, "--input", good.backup)
    assert ran.code == 2
    assert "Set DB_NAME" in ran.stderr


def test_a_wrong_password_is_told_without_showing_it(target: Server, good: Good) -> None:
    ran = restore(target, "shop", good.backup, DB_PASSWORD="not-the-password")
    assert_unproven(ran, "password authentication failed")
    assert "not-the-password" not in ran.stdout + ran.stderr


def test_a_server_that_is_not_there_is_told(target: Server, good: Good) -> None:
    assert_unproven(restore(target, "shop", good.backup, DB_PORT="1"), "Cannot connect")


def test_a_server_of_another_drill_is_refused(target: Server, good: Good) -> None:
    ran = restore(target, "shop", good.backup, DRILL_TARGET_NONCE="f" * 32)
    assert_unproven(ran, "does not carry this drill's nonce")


def test_an_altered_backup_is_not_restored(target: Server, good: Good, tmp_path: Path) -> None:
    backup = good.copy_to(tmp_path)
    (backup / "dump/9999.dat").touch()
    ran = restore(target, "altered", backup)
    assert (ran.code, ran.result(CRITERION)) == (1, "missed")
    assert "not listed" in ran.stderr
    assert "altered" not in databases(target)


def test_a_role_missing_from_the_backup_is_named(target: Server, good: Good, tmp_path: Path) -> None:
    backup = good.copy_to(tmp_path)
    text = (backup / "globals.sql").read_text()
    renamed = text.replace("shop_owner", "somebody")
    (backup / "globals.sql").write_text(renamed)
    sign(backup)
    target.sql("postgres", "DROP DATABASE IF EXISTS busy", "DROP ROLE IF EXISTS shop_owner")
    ran = restore(target, "roles", backup)
    assert (ran.code, ran.result(CRITERION)) == (1, "missed")
    assert "needs roles that neither globals.sql nor the target has: 'shop_owner'" in ran.stderr
    roles = target.sql("postgres", "SELECT rolname FROM pg_roles WHERE rolname = 'somebody'")
    assert roles == [], "roles are made all or none"


@contextmanager
def in_place_of_pg_restore(server: Server, folder: Path, script: str) -> Iterator[dict[str, str]]:
    """The server's own client programs, but `pg_restore` is this shell script when it loads a database."""
    folder.chmod(0o755)
    programs = folder / "bin"
    programs.mkdir(mode=0o755)
    for program in server.bin_dir.iterdir():
        (programs / program.name).symlink_to(program)
    (programs / "pg_restore").unlink()
    real = server.bin_dir / "pg_restore"
    (programs / "pg_restore").write_text(
        f'#!/bin/sh\ncase "$*" in *--dbname*) ;; *) exec {real} "$@" ;; esac\nreal={real}\n{script}\n'
    )
    (programs / "pg_restore").chmod(0o755)
    yield {"DRILL_PG_BINDIR": str(programs)}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ('"$real" "$@"; echo "pg_restore: error: could not do it all" >&2; exit 0', "could not do it all"),
        ('"$real" "$@"; echo "sh: something: fatal: no" >&2; exit 0', "fatal: no"),
        ('"$real" "$@"; exit 1', "exit code 1 without saying why"),
        ('echo "pg_restore: warning: errors ignored on restore: 7" >&2; exit 0', "counted 7 errors"),
    ],
)
def test_errors_fail_the_restore_whatever_the_exit_code(
    target: Server, good: Good, tmp_path: Path, script: str, words: str
) -> None:
    target.drop_database("liar")
    with in_place_of_pg_restore(target, tmp_path, script) as environment:
        ran = restore(target, "liar", good.backup, **environment)
    assert (ran.code, ran.result(CRITERION)) == (1, "missed"), ran.stderr
    assert words in ran.evidence[CRITERION]["detail"]
    assert target.sql("postgres", "SELECT to_regclass('drill_tui.restore_record')") == [(None,)] or (
        target.sql("postgres", "SELECT FROM drill_tui.restore_record WHERE database = 'liar'") == []
    )


def test_a_server_that_dies_during_the_restore_is_not_the_backups_fault(good: Good, tmp_path: Path) -> None:
    server = start_cluster(binaries(15))
    for name in ("begun", "go"):
        os.mkfifo(tmp_path / name, 0o666)
        (tmp_path / name).chmod(0o666)
    waits = f'echo > "{tmp_path}/begun"; read -r line < "{tmp_path}/go"; exec "$real" "$@"'

    def power_cut() -> None:
        (tmp_path / "begun").read_text()
        server.kill()
        (tmp_path / "go").write_text("go\n")

    try:
        with in_place_of_pg_restore(server, tmp_path, waits) as environment:
            for parent in (tmp_path, *tmp_path.parents[:3]):
                parent.chmod(parent.stat().st_mode | 0o011)
            cut = threading.Thread(target=power_cut, daemon=True)
            cut.start()
            ran = restore(server, "shop", good.backup, **environment)
            cut.join(timeout=90)
    finally:
        server.stop()
    assert_unproven(ran, "the target gave out during the restore")


@pytest.mark.skipif(os.getuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_is_not_the_backups_fault(source: Server, good: Good, tmp_path: Path) -> None:
    source.create_database("big")
    source.sql(
        "big",
        "CREATE TABLE blob (id int, body text)",
        "INSERT INTO blob SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 60000) n",
        "ALTER TABLE blob ALTER body SET STORAGE EXTERNAL",
    )
    made = run_script("backup", source.environment("big"), "--output", tmp_path)
    source.drop_database("big")
    small = Path("/tmp") / f"drill-small-{os.getpid()}"
    small.mkdir(mode=0o755)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=110m,mode=755", "none", small], capture_output=True, check=False
    )
    if mounted.returncode:
        small.rmdir()
        pytest.skip("this machine may not mount")
    try:
        with start_cluster(
            binaries(15), small, settings={"max_wal_size": "32MB", "min_wal_size": "32MB"}
        ) as server:
            ran = restore(server, "big", Path(made.outputs["backup"]))
    finally:
        subprocess.run(["umount", small], check=True)
        small.rmdir()
    assert_unproven(ran, "the target gave out during the restore")
    assert "disk is full" in ran.stderr or "server's log" in ran.stderr


def test_a_changed_value_with_checksums_to_match_is_caught_by_the_digests(
    target: Server, good: Good, tmp_path: Path
) -> None:
    backup = good.copy_to(tmp_path, good.uncompressed)
    replace_in(largest_data(backup), b"\n777\t278\t7.77", b"\n777\t278\t7.78")
    sign(backup)
    assert restore(target, "quiet", backup).code == 0
    ran = run_script("verify", target.environment("quiet"))
    assert (ran.code, ran.result("data_integrity")) == (1, "missed")
    assert "orders" in ran.evidence["data_integrity"]["detail"]
    assert ran.result("foreign_keys") == "met"

"""Backups that must not pass: a source that holds nothing, gives out or says no, and a disk that fills up."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.corpus.scripts import Ran, run_script
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("broken_sources")]
CRITERION = "backup_completes"
BIG = (
    "CREATE TABLE big AS SELECT md5(n::text) || md5((n + 1)::text) AS body FROM generate_series(1, 100000) n"
)


def assert_unproven(ran: Ran, words: str, output: Path) -> None:
    """The source or this machine is at fault: no verdict, and nothing that looks like a backup."""
    assert (ran.code, ran.result(CRITERION)) == (3, "unproven"), ran.stderr
    assert words in ran.stderr
    assert words in ran.evidence[CRITERION]["detail"]
    assert "Traceback" not in ran.stderr
    assert not output.exists() or list(output.iterdir()) == []


def test_a_backup_of_an_empty_database_proves_nothing(source: Server, target: Server, tmp_path: Path) -> None:
    source.create_database("empty")
    made = run_script("backup", source.environment("empty"), "--output", tmp_path)
    source.drop_database("empty")
    assert "0 tables, 0 rows" in made.stdout
    restored = run_script("restore", target.environment("empty"), "--input", made.outputs["backup"])
    assert restored.code == 0, restored.stderr
    verified = run_script("verify", target.environment("empty"))
    assert (verified.code, verified.result("required_tables")) == (6, "unproven")
    assert "the backup holds no table" in verified.evidence["required_tables"]["detail"]


@contextmanager
def in_place_of_pg_dump(server: Server, folder: Path, script: str) -> Iterator[dict[str, str]]:
    """The server's own client programs, but `pg_dump` runs this shell script before it dumps."""
    programs = folder / "bin"
    programs.mkdir()
    for program in server.bin_dir.iterdir():
        (programs / program.name).symlink_to(program)
    (programs / "pg_dump").unlink()
    real = server.bin_dir / "pg_dump"
    (programs / "pg_dump").write_text(
        f'#!/bin/sh\ncase "$*" in *--snapshot*) {script} ;; esac\nexec {real} "$@"\n'
    )
    (programs / "pg_dump").chmod(0o755)
    yield {"DRILL_PG_BINDIR": str(programs)}


def test_a_server_that_dies_during_the_backup_is_no_verdict(tmp_path: Path) -> None:
    server = start_cluster(binaries(15))
    for name in ("begun", "go"):
        os.mkfifo(tmp_path / name)
    waits = f'echo > "{tmp_path}/begun"; read -r line < "{tmp_path}/go"'
    go = os.open(tmp_path / "go", os.O_RDWR)

    def power_cut() -> None:
        (tmp_path / "begun").read_text()
        server.kill()
        os.write(go, b"go\n")

    try:
        server.sql("postgres", BIG)
        with in_place_of_pg_dump(server, tmp_path, waits) as environment:
            cut = threading.Thread(target=power_cut, daemon=True)
            cut.start()
            ran = run_script(
                "backup", {**server.environment("postgres"), **environment}, "--output", tmp_path / "backups"
            )
            cut.join(timeout=90)
    finally:
        os.close(go)
        server.stop()
    assert_unproven(ran, "server", tmp_path / "backups")


@pytest.mark.skipif(os.getuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_during_the_backup_is_no_verdict(source: Server, tmp_path: Path) -> None:
    output = tmp_path / "backups"
    output.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(output)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine may not mount")
    source.create_database("big")
    try:
        source.sql("big", BIG)
        ran = run_script("backup", source.environment("big"), "--output", output)
        assert_unproven(ran, "No space left on device", output)
    finally:
        subprocess.run(["umount", output], check=True)
        source.drop_database("big")


def test_a_wrong_password_is_no_verdict_and_shows_nowhere(source: Server, tmp_path: Path) -> None:
    wrong = {**source.environment("shop"), "DB_PASSWORD": "canary-4711"}
    ran = run_script("backup", wrong, "--output", tmp_path / "backups")
    assert_unproven(ran, "password authentication failed", tmp_path / "backups")
    assert "canary-4711" not in ran.stdout + ran.stderr

"""A restore that is stopped leaves no child behind, says so, and can be run again; anybody may run it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.corpus.scripts import SCRIPTS, run_script
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("restore_stopped")]
DEADLINE_S = 120


@pytest.fixture(scope="module")
def target() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with start_cluster(binaries(15)) as source:
        source.create_database("shop")
        source.sql(
            "shop",
            "CREATE TABLE orders (id int PRIMARY KEY, note text)",
            "INSERT INTO orders SELECT n, md5(n::text) FROM generate_series(1, 20000) n",
            "CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_catalog.pg_sleep(0.005); RETURN $1; END $$",
            "CREATE TABLE waits (id int)",
            "CREATE INDEX ON waits (slow(id))",
            "INSERT INTO waits SELECT generate_series(1, 100)",
        )
        made = run_script("backup", source.environment("shop"), "--output", tmp_path_factory.mktemp("b"))
        assert made.code == 0, made.stderr
        yield Path(made.outputs["backup"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_restore_and_its_children(
    backup: Path, target: Server, tmp_path: Path, number: signal.Signals
) -> None:
    database = f"stopped_{number.name.lower()}"
    evidence = tmp_path / "evidence"
    child = subprocess.Popen(
        [SCRIPTS / "restore.sh", "--input", backup, "--jobs", "1"],
        env={**target.environment(database), "DRILL_EVIDENCE": str(evidence)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    children = _wait_for_pg_restore(child)
    child.send_signal(number)
    _, stderr = child.communicate(timeout=DEADLINE_S)
    assert child.returncode == 128 + number
    assert "half restored" in stderr
    assert '"unproven"' in evidence.read_text()
    _, alive = psutil.wait_procs(children, timeout=DEADLINE_S)
    assert alive == []
    again = run_script(
        "restore", target.environment(database), "--input", backup, "--replace", "--confirm", database
    )
    assert again.code == 0, again.stderr


def _wait_for_pg_restore(child: subprocess.Popen[str]) -> list[psutil.Process]:
    deadline = time.monotonic() + DEADLINE_S
    parent = psutil.Process(child.pid)
    while time.monotonic() < deadline:
        found = parent.children(recursive=True)
        if any("--dbname" in " ".join(_command(process)) for process in found):
            return found
        assert child.poll() is None, child.communicate()
    raise AssertionError("pg_restore was never started")


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user runs all the other tests")
def test_an_ordinary_user_can_restore(backup: Path, target: Server) -> None:
    account = pwd.getpwnam("nobody")
    for needed in (SCRIPTS, Path(sys.executable).resolve()):
        if any(not parent.stat().st_mode & 0o001 for parent in needed.parents):
            pytest.skip(f"{needed} lies where only root can enter")
    readable = Path(shutil.copytree(backup, f"/tmp/drill-readable-{os.getpid()}"))
    try:
        for path in (readable, *readable.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        done = subprocess.run(
            [SCRIPTS / "restore.sh", "--input", readable],
            env=target.environment("ordinary"),
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(readable)
    assert done.returncode == 0, done.stderr
    assert target.sql("ordinary", "SELECT count(*) FROM orders") == [(20000,)]

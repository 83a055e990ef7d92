"""backup.sh when things are wrong: the right exit code, a sentence that helps, nothing that looks whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.e2e.backup.conftest import SCRIPT, BackUp, alive, argv_of, child_pids

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("backup")]
DEADLINE_S = 120.0
ROLE = "backup_test_role"
ROLE_PASSWORD = "role-password"


def big_table(rows: int) -> str:
    """SQL for a table that does not compress well."""
    text = "md5(i::text) || md5((i + 1)::text)"
    return f"create table big as select {text} as x from generate_series(1, {rows}) i"


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_empty(folder: Path) -> bool:
    return not folder.exists() or not list(folder.iterdir())


@pytest.fixture
def role(fifteen: servers.Server, database: str) -> Iterator[Mapping[str, str]]:
    """The environment of an ordinary role that may read everything but bypasses nothing."""
    fifteen.sql(
        database,
        f"drop role if exists {ROLE}",
        f"create role {ROLE} login password '{ROLE_PASSWORD}' in role pg_read_all_data",
        "create table secret (id int, owner text)",
        "insert into secret select i, 'x' from generate_series(1, 10) i",
    )
    yield {**fifteen.environment(database), "DB_USER": ROLE, "DB_PASSWORD": ROLE_PASSWORD}
    fifteen.sql(database, f"drop owned by {ROLE}", f"drop role {ROLE}")


def test_an_ordinary_role_that_sees_everything_will_do(role: Mapping[str, str], back_up: BackUp) -> None:
    ran = back_up(role)
    assert ran.code == 0, ran.stderr
    assert "no row-level security applies" in ran.stdout
    assert [table.rows for table in ran.manifest.tables] == [10]


def test_a_role_that_row_security_blinds_is_refused(
    fifteen: servers.Server, database: str, role: Mapping[str, str], back_up: BackUp, tmp_path: Path
) -> None:
    fifteen.sql(
        database,
        "alter table secret enable row level security",
        "create policy half on secret using (id % 2 = 0)",
    )
    ran = back_up({**role, "DRILL_EVIDENCE": str(tmp_path / "evidence")})
    assert ran.code == 1
    assert f"Role {ROLE} cannot see every row" in ran.stderr
    assert '"public"."secret"' in ran.stderr
    assert json.loads((tmp_path / "evidence").read_text())["result"] == "missed"
    assert is_empty(ran.output)
    fifteen.sql("postgres", f"alter role {ROLE} bypassrls")
    assert back_up(role).manifest.tables[0].rows == 10


def test_a_table_that_may_not_be_read_is_named(
    fifteen: servers.Server, database: str, role: Mapping[str, str], back_up: BackUp
) -> None:
    fifteen.sql("postgres", f"revoke pg_read_all_data from {ROLE}")
    ran = back_up(role)
    assert ran.code == 1
    assert 'may not read "public"."secret"' in ran.stderr
    assert "GRANT pg_read_all_data" in ran.stderr


def test_a_wrong_password_shows_nowhere(fifteen: servers.Server, back_up: BackUp) -> None:
    ran = back_up({**fifteen.environment("postgres"), "DB_PASSWORD": "canary-4711"})
    assert ran.code == 3
    assert "password authentication failed" in ran.stderr
    assert "Check DB_USER and DB_PASSWORD" in ran.stderr
    assert "canary-4711" not in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"DB_PORT": "1"}, "Check DB_HOST and DB_PORT"),
        ({"DB_NAME": "nosuchdb"}, "Check DB_NAME"),
        ({"DB_PORT": "many"}, "DB_PORT is 'many'"),
        ({"DRILL_PG_BINDIR": "/nonexistent"}, "DRILL_PG_BINDIR"),
    ],
)
def test_a_wrong_environment_is_no_verdict(
    change: dict[str, str], words: str, fifteen: servers.Server, back_up: BackUp
) -> None:
    ran = back_up({**fifteen.environment("postgres"), **change})
    assert ran.code == 3
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr
    assert is_empty(ran.output)


@pytest.mark.parametrize(
    "arguments",
    [("--jobs", "many"), ("--compress", "rar"), ("--lock-timeout", "soon"), ("--digest", "half"), ("x",)],
)
def test_wrong_usage(arguments: tuple[str, ...], fifteen: servers.Server, back_up: BackUp) -> None:
    ran = back_up(fifteen.environment("postgres"), *arguments)
    assert ran.code == 2
    assert "usage:" in ran.stderr


def test_a_client_older_than_the_server_is_refused(eighteen: servers.Server, back_up: BackUp) -> None:
    old = {"DRILL_PG_BINDIR": str(servers.binaries(15))}
    ran = back_up({**eighteen.environment("postgres"), **old})
    assert ran.code == 3
    assert "18 or newer is needed; found: 15" in ran.stderr


def test_a_file_size_limit_leaves_nothing(fifteen: servers.Server, database: str, back_up: BackUp) -> None:
    fifteen.sql(
        database,
        big_table(50000),
    )
    ran = back_up(fifteen.environment(database), prefix="ulimit -f 64")
    assert ran.code == 3, ran.stdout + ran.stderr
    assert is_empty(ran.output)


@pytest.fixture
def locked(fifteen: servers.Server, database: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Somebody changes the schema and does not commit."""
    fifteen.sql(database, "create table busy (id int)")
    with fifteen.connect(database, autocommit=False) as holder:
        holder.execute("lock table busy in access exclusive mode")
        yield holder
        holder.rollback()


def is_waiting(server: servers.Server) -> bool:
    return bool(server.sql("postgres", "select 1 from pg_locks where not granted"))


@pytest.mark.usefixtures("locked")
def test_a_lock_is_not_waited_for_forever(fifteen: servers.Server, database: str, back_up: BackUp) -> None:
    ran = back_up(fifteen.environment(database), "--lock-timeout", "0.5")
    assert ran.code == 3
    assert "could not be locked within 0.5 s" in ran.stderr
    assert is_empty(ran.output)


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_backup_leaves_nothing(
    number: signal.Signals, code: int, fifteen: servers.Server, database: str, tmp_path: Path
) -> None:
    output = tmp_path / "backups"
    child = subprocess.Popen(
        [SCRIPT, "--output", str(output)],
        env=fifteen.environment(database),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: is_waiting(fifteen))
    child.send_signal(number)
    _, errors = child.communicate(timeout=DEADLINE_S)
    assert child.returncode == code
    assert "stopped before the backup was complete" in errors
    assert is_empty(output)


def test_a_signal_to_the_whole_group_is_a_stop_and_no_verdict(
    fifteen: servers.Server, database: str, tmp_path: Path
) -> None:
    fifteen.sql(database, big_table(400_000))
    evidence = tmp_path / "evidence"
    child = subprocess.Popen(
        [SCRIPT, "--output", str(tmp_path / "backups"), "--compress", "gzip:9"],
        env={**fifteen.environment(database), "DRILL_EVIDENCE": str(evidence)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until(lambda: any("--format=directory" in argv_of(pid) for pid in child_pids(child.pid)))
    os.killpg(child.pid, signal.SIGTERM)
    _, errors = child.communicate(timeout=DEADLINE_S)
    assert child.returncode in (3, 143), errors
    assert "Traceback" not in errors
    assert json.loads(evidence.read_text())["result"] == "unproven"
    assert is_empty(tmp_path / "backups")


def test_a_killed_backup_never_looks_whole_and_its_children_go_too(
    fifteen: servers.Server, database: str, back_up: BackUp, tmp_path: Path
) -> None:
    fifteen.sql(
        database,
        big_table(400000),
    )
    output = tmp_path / "backups"
    child = subprocess.Popen(
        [SCRIPT, "--output", str(output), "--compress", "gzip:9"],
        env={**fifteen.environment(database), "DRILL_RUN_ID": "run-9"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen: dict[int, str] = {}

    def is_dumping() -> bool:
        seen.update({pid: argv_of(pid) for pid in child_pids(child.pid)})
        return any("--format=directory" in argv for argv in seen.values())

    until(is_dumping)
    assert fifteen.password not in " ".join(seen.values())
    child.kill()
    child.wait()
    until(lambda: not any(alive(pid) for pid in seen))
    (left,) = output.iterdir()
    assert left.name.endswith(".partial")
    assert (left / ".drill-run").read_text() == "run-9\n"
    ran = back_up(fifteen.environment(database))
    assert ran.code == 0
    assert f"Left from an interrupted backup, remove it when no backup runs: {left}" in ran.stdout

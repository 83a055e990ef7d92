"""A witness against pg_dump, and a drill of pgBackRest against its own restore and recovery."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.big_database import COUNT_ALL, SCHEMA, SMALL_TABLES, events_of
from tests.bench.measure import PROJECT, Goal, best, clean_environment, timed
from tests.e2e.physical.repository import DATABASE, STANZA, Archived, archived_server
from tests.servers import _as_server_user, _server_account

RECOVERY_TIMEOUT_S = 600.0
DRILL_TUI = (str(PROJECT / ".venv" / "bin" / "python"), "-m", "drill_tui")


@contextmanager
def filled(options: argparse.Namespace) -> Iterator[Archived]:
    """A server that archives, with the tables of the other measurements."""
    events = events_of(options.megabytes * 4 // 5)  # 1.5 GB, unless another size is asked for
    archived = archived_server()
    try:
        server = archived.server
        server.sql(DATABASE, SCHEMA.format(events=events, lines=2 * events, small=SMALL_TABLES))
        server.sql(DATABASE, "vacuum (freeze, analyze)")
        server.sql(DATABASE, "checkpoint")
        size = server.sql(DATABASE, "select pg_database_size(current_database())")[0][0]
        print(f"database of {size / 1e6:,.0f} MB", flush=True)
        yield archived
    finally:
        archived.stop()


def witness_goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    with filled(options) as archived:
        server, witnesses = archived.server, work / "witnesses"

        def dump() -> float:
            argv = [str(server.bin_dir / "pg_dump"), DATABASE]
            return timed(
                [f"{argv[0]} {argv[1]} > /dev/null"], server.libpq(DATABASE) | _path(), shell_text=True
            )

        def witness(*more: str) -> float:
            argv = [*DRILL_TUI, "witness", "--database", DATABASE, "--output", str(witnesses), *more]
            return timed(argv, clean_environment(**server.environment(DATABASE)))

        dump_s, whole_s, part_s = best(
            options.repeat, [dump, witness, lambda: witness("--share", "5%", "--large", "16MB")]
        )
        yield Goal(
            "witness / pg_dump > /dev/null", whole_s / dump_s, 0.35, f"{whole_s:.1f} s to {dump_s:.1f} s"
        )
        yield Goal(
            "witness --share 5% / witness", part_s / whole_s, 0.90, f"{part_s:.1f} s to {whole_s:.1f} s"
        )


def physical_goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    with filled(options) as archived:
        archived.backup()
        environment = clean_environment(**archived.server.environment(DATABASE))
        witnesses = work / "witnesses"
        timed([*DRILL_TUI, "witness", "--output", str(witnesses)], environment)
        archived.archive_now()

        def by_hand() -> float:
            with tempfile.TemporaryDirectory(prefix="drill-bench-") as folder:
                return _by_hand(archived, Path(folder))

        def drill() -> float:
            argv = [
                *DRILL_TUI,
                *("--auto", "--runbook", "pgbackrest", "--param", f"config={archived.config}"),
                *("--artifacts", str(work / "artifacts")),
            ]
            return timed(argv, clean_environment(DRILL_WITNESSES=str(witnesses)))

        bare_s, ours_s = best(options.repeat, [by_hand, drill])
        yield Goal(
            "pgbackrest drill / its restore, recovery and 0.5 × a read of every table",
            ours_s / bare_s,
            1.25,
            f"{ours_s:.1f} s to {bare_s:.1f} s",
        )


def _by_hand(archived: Archived, folder: Path) -> float:
    """Restore, start, recovery to the end, and half of one sequential read of every table."""
    data, server = folder / "data", archived.server
    data.mkdir(mode=0o700)
    if os.getuid() == 0:
        account = _server_account()
        for path in (folder, data):
            os.chown(path, account.pw_uid, account.pw_gid)
    started = time.monotonic()
    archived.pgbackrest(f"--pg1-path={data}", "--archive-mode=off", "restore")
    port = server.port + 1
    control = [*_as_server_user(), str(server.bin_dir / "pg_ctl"), "-D", str(data)]
    settings = f"-p {port} -c unix_socket_directories={folder} -c listen_addresses= -c archive_mode=off"
    begin = [*control, "-w", "-t", "600", "-l", str(folder / "log"), "-o", settings, "start"]
    subprocess.run(begin, check=True, capture_output=True, cwd="/")
    env = {**server.libpq(DATABASE), **_path(), "PGHOST": str(folder), "PGPORT": str(port)}
    try:
        _wait_open(env, server.bin_dir)
        recovered_s = time.monotonic() - started
        read_s = timed([f"{server.bin_dir}/{COUNT_ALL}"], env, shell_text=True)
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, check=True, capture_output=True, cwd="/")
        shutil.rmtree(data)
    print(f"by hand: {STANZA} recovered in {recovered_s:.1f} s, read in {read_s:.1f} s", flush=True)
    return recovered_s + 0.5 * read_s


def _wait_open(env: dict[str, str], bin_dir: Path) -> None:
    ask = [f"{bin_dir}/psql", "-XqAtc", "select pg_is_in_recovery()"]
    deadline = time.monotonic() + RECOVERY_TIMEOUT_S
    while subprocess.run(ask, env=env, capture_output=True, text=True, check=False).stdout.strip() != "f":
        if time.monotonic() > deadline:
            raise SystemExit("the copy by hand did not open")
        time.sleep(0.05)


def _path() -> dict[str, str]:
    return {"PATH": os.environ["PATH"]}

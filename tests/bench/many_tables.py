"""Thousands of small tables: what each table costs besides its rows."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from tests import servers
from tests.bench.measure import PROJECT, Goal, clean_environment, empty, timed

DATABASE = "many"
JOBS = "2"
SERVER = {"max_locks_per_transaction": "256", "fsync": "on"}
PER_TRANSACTION = 500


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    source = servers.start_cluster(servers.binaries(15), settings=SERVER)
    try:
        source.create_database(DATABASE)
        for first in range(1, options.tables + 1, PER_TRANSACTION):
            source.sql(DATABASE, _make(first, min(first + PER_TRANSACTION - 1, options.tables)))
        source.sql(DATABASE, "vacuum (analyze)")
        drill = [str(PROJECT / ".venv/bin/drill-tui"), "--auto", "--artifacts", str(work / "artifacts")]
        ours_s = timed(drill, clean_environment(**source.environment(DATABASE)))
        bare_s = _by_hand(source, work)
    finally:
        source.stop()
    detail = f"{ours_s:.1f} s to {bare_s:.1f} s, {options.tables:,} tables"
    yield Goal("drill / bare commands, small tables", ours_s / bare_s, 1.10, detail)


def _make(first: int, last: int) -> str:
    return f"""do $$ begin
        for n in {first} .. {last} loop
            execute format('create table t%s (id int primary key, name text not null, at timestamptz)', n);
            execute format('insert into t%s select i, md5(i::text), now() from generate_series(1, 20) i', n);
        end loop;
    end $$"""


def _by_hand(source: servers.Server, work: Path) -> float:
    """Dump, a new cluster, restore and ANALYZE, with nothing looked at."""
    folder = empty(work / "many")
    bin_dir = source.bin_dir
    dump = [str(bin_dir / "pg_dump"), "-Fd", "-j", JOBS, "-f", str(folder / "dump")]
    seconds = timed(dump, source.libpq(DATABASE))
    target = servers.start_cluster(bin_dir, settings=SERVER)
    try:
        target.create_database(DATABASE)
        restore = [str(bin_dir / "pg_restore"), "-j", JOBS, "-d", DATABASE, str(folder / "dump")]
        seconds += timed(restore, target.libpq(DATABASE))
        analyze = [str(bin_dir / "vacuumdb"), "--analyze-only", "-q", "-j", JOBS, DATABASE]
        seconds += timed(analyze, target.libpq("postgres"))
    finally:
        target.stop()
    return seconds

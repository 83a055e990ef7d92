"""One table with four indexes and nothing else: what a restore does that has a single table to divide."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from tests import servers
from tests.bench.big_database import JOBS, SERVER
from tests.bench.measure import Goal, best, clean_environment, timed

DATABASE = "ledger"
COPY = "ledger_restore"
MEGABYTES = 1000
BYTES_PER_ROW = 165
SCHEMA = """
create table entry (
    id bigint not null,
    account int not null,
    at timestamptz not null,
    amount numeric(14, 2),
    note text not null
);
insert into entry
    select i, i::bigint * 7919 % 500009, timestamptz '2021-01-01Z' + i * interval '3 s', i / 7.0,
        md5(i::text) || ' ' || md5((i::bigint * 31)::text)
    from generate_series(1, {rows}) i;
alter table entry add primary key (id);
create index on entry (account, at);
create index on entry (at);
create index on entry (note);
"""


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    source = servers.start_cluster(servers.binaries(15), settings=SERVER)
    target = servers.start_cluster(servers.binaries(15), settings=SERVER)
    try:
        source.create_database(DATABASE)
        source.sql(DATABASE, SCHEMA.format(rows=MEGABYTES * 1_000_000 // BYTES_PER_ROW))
        backup = ["scripts/backup.sh", "--output", str(work / "one-table"), "--jobs", JOBS]
        timed(backup, clean_environment(**source.environment(DATABASE)))
        (made,) = (work / "one-table").iterdir()
        size = source.sql(DATABASE, "select pg_table_size('entry')")[0][0]
        yield _restored(options, target, made, f"{size / 1e6:,.0f} MB and its indexes")
    finally:
        source.stop()
        target.stop()


def _restored(options: argparse.Namespace, target: servers.Server, backup: Path, what: str) -> Goal:
    def fresh() -> None:
        target.drop_database(COPY)
        target.create_database(COPY)
        target.sql(COPY, "checkpoint")

    def bare() -> float:
        restore = [str(target.bin_dir / "pg_restore"), "-j", JOBS, "-d", COPY, str(backup / "dump")]
        return timed(restore, target.libpq(COPY))

    def ours() -> float:
        argv = ["scripts/restore.sh", "--input", str(backup), "--jobs", JOBS]
        return timed(argv, clean_environment(**target.environment(COPY)))

    bare_s, ours_s = best(options.repeat, [bare, ours], between=fresh)
    detail = f"{ours_s:.1f} s to {bare_s:.1f} s, {what}"
    return Goal("one table: restore.sh / pg_restore -j", ours_s / bare_s, 0.75, detail)

"""Two big tables and many small ones: backup, restore, verification and the whole drill."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests import servers
from tests.bench.measure import PROJECT, Goal, best, clean_environment, empty, timed
from tests.bench.memory import run_watched

DATABASE = "shop"
COPY = "shop_restore"
SMALL_TABLES = 300
BYTES_PER_EVENT = 250
JOBS = "2"
LEVEL = "3"
SERVER = {"shared_buffers": "256MB", "max_wal_size": "4GB", "maintenance_work_mem": "256MB", "fsync": "on"}

COUNT_ALL = r"""psql -XqAt <<'SQL'
select format('select count(*) from %I', relname)
from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace \gexec
SQL"""
SCHEMA = """
create table customer (
    id bigint generated always as identity primary key,
    email text not null unique,
    joined timestamptz not null,
    note text
);
create table event (
    id bigint generated always as identity primary key,
    customer bigint not null references customer,
    at timestamptz not null,
    kind text not null,
    amount numeric(12, 2),
    payload jsonb,
    note text
);
create table event_line (
    id bigint generated always as identity primary key,
    event bigint not null,
    sku uuid not null,
    quantity int not null,
    price double precision not null,
    label text not null
);
insert into customer (email, joined, note)
    select 'person' || i || '@example.org', timestamptz '2020-01-01Z' + i * interval '1 min', md5(i::text)
    from generate_series(1, 100000) i;
insert into event (customer, at, kind, amount, payload, note)
    select 1 + i % 100000, timestamptz '2021-01-01Z' + i * interval '7 s',
        (array['view', 'login', 'purchase', 'refund'])[1 + i % 4], i / 7.0,
        case when i % 5 = 0 then jsonb_build_object('session', md5(i::text), 'step', i % 13) end,
        md5(i::text) || ' ' || md5((i * 31)::text)
    from generate_series(1, {events}) i;
insert into event_line (event, sku, quantity, price, label)
    select 1 + i % {events}, md5(i::text)::uuid, 1 + i % 9, i / 3.0, 'article ' || md5((i * 7)::text)
    from generate_series(1, {lines}) i;
create index on event (customer, at);
create index on event_line (event);
alter table event_line add foreign key (event) references event;
do $$ begin
    for n in 1 .. {small} loop
        execute format('create table lookup_%s (id int primary key, name text not null)', n);
        execute format('insert into lookup_%s select i, md5(i::text) from generate_series(1, 50) i', n);
    end loop;
end $$;
"""


def events_of(megabytes: int) -> int:
    """Rows of `event` in a database of this size; half of it are lines."""
    return megabytes * 1_000_000 // 2 // BYTES_PER_EVENT


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    """Measure on one source and one target of the same binaries.

    Lines are about half the width of events, so twice as many make two tables of about one size.
    """
    events = events_of(options.megabytes)
    source = servers.start_cluster(servers.binaries(15), settings=SERVER)
    target = servers.start_cluster(servers.binaries(15), settings=SERVER)
    try:
        source.create_database(DATABASE)
        source.sql(DATABASE, SCHEMA.format(events=events, lines=2 * events, small=SMALL_TABLES))
        source.sql(DATABASE, "vacuum (freeze, analyze)")
        source.sql(DATABASE, "checkpoint")
        size = source.sql(DATABASE, "select pg_database_size(current_database())")[0][0]
        print(f"database of {size / 1e6:,.0f} MB", flush=True)
        yield from _steps(options, work, source, target)
        yield _whole(work, source)
        yield _memory(work, source)
    finally:
        source.stop()
        target.stop()


def _steps(
    options: argparse.Namespace, work: Path, source: servers.Server, target: servers.Server
) -> Iterator[Goal]:
    by_hand, ours = work / "by_hand", work / "ours"

    def bare_dump() -> float:
        empty(by_hand)
        dump = [str(source.bin_dir / "pg_dump"), "-Fd", "-j", JOBS, f"-Z{LEVEL}", "-f", str(by_hand / "dump")]
        return timed(dump, source.libpq(DATABASE))

    def our_backup() -> float:
        empty(ours)
        argv = ["scripts/backup.sh", "--output", str(ours), "--jobs", JOBS, "--compress", f"gzip:{LEVEL}"]
        return timed(argv, clean_environment(**source.environment(DATABASE)))

    bare_s, ours_s = best(options.repeat, [bare_dump, our_backup])
    yield Goal("backup.sh / pg_dump -Fd -j", ours_s / bare_s, 1.10, f"{ours_s:.1f} s to {bare_s:.1f} s")
    backup = next(ours.iterdir())

    def bare_restore() -> float:
        restore = [str(target.bin_dir / "pg_restore"), "-j", JOBS, "-d", COPY, str(by_hand / "dump")]
        analyze = [str(target.bin_dir / "vacuumdb"), "--analyze-only", "-j", JOBS, "-q", COPY]
        return timed(restore, target.libpq(COPY)) + timed(analyze, target.libpq("postgres"))

    def our_restore() -> float:
        argv = ["scripts/restore.sh", "--input", str(backup), "--jobs", JOBS]
        return timed(argv, clean_environment(**target.environment(COPY)))

    def fresh() -> None:
        target.drop_database(COPY)
        target.create_database(COPY)
        target.sql(COPY, "checkpoint")

    bare_s, ours_s = best(options.repeat, [bare_restore, our_restore], between=fresh)
    yield Goal(
        "restore.sh / pg_restore -j + ANALYZE", ours_s / bare_s, 1.10, f"{ours_s:.1f} s to {bare_s:.1f} s"
    )

    def our_verify() -> float:
        argv = ["scripts/verify.sh", "--backup", str(backup), "--jobs", JOBS]
        artifacts = {"DRILL_ARTIFACTS_DIR": str(work / "verified")}
        return timed(argv, clean_environment(**target.environment(COPY), **artifacts))

    (verify_s,) = best(options.repeat, [our_verify])
    yield Goal("verify.sh / restore", verify_s / bare_s, 0.25, f"{verify_s:.1f} s to {bare_s:.1f} s")
    target.drop_database(COPY)
    shutil.rmtree(by_hand)
    shutil.rmtree(ours)


def _memory(work: Path, source: servers.Server) -> Goal:
    """A drill of its own: to be looked at slows a drill down."""
    drill = [str(PROJECT / ".venv/bin/drill-tui"), "--auto", "--artifacts", str(work / "watched")]
    peak = run_watched(drill, clean_environment(**source.environment(DATABASE)))
    servers_mb = f"its servers {peak.servers_mb:.0f}"
    detail = f"the largest process {peak.largest_mb:.0f}, {servers_mb}; PSS, {peak.samples} samples"
    return Goal("memory of a drill, all our processes, MB", peak.most_programs_mb, 150.0, detail)


def _whole(work: Path, source: servers.Server) -> Goal:
    """The drill against a person's first idea: one stream in, one stream out, and a count per table."""
    drill = [str(PROJECT / ".venv/bin/drill-tui"), "--auto", "--artifacts", str(work / "artifacts")]
    ours_s = timed(drill, clean_environment(**source.environment(DATABASE)))
    bin_dir, folder = source.bin_dir, empty(work / "naive")
    target = servers.start_cluster(bin_dir, settings=SERVER)
    try:
        target.create_database(COPY)
        dump_s = timed(
            [f"{bin_dir}/pg_dump | gzip > {folder}/dump.sql.gz; sha256sum {folder}/dump.sql.gz"],
            source.libpq(DATABASE),
            shell_text=True,
        )
        restore_s = timed(
            [f"gunzip -c {folder}/dump.sql.gz | {bin_dir}/psql -Xq -v ON_ERROR_STOP=1 >{folder}/out"],
            target.libpq(COPY),
            shell_text=True,
        )
        count = [f"{bin_dir}/{COUNT_ALL}"]
        count_s = timed(count, target.libpq(COPY), shell_text=True)
        count_s += timed(count, source.libpq(DATABASE), shell_text=True)
    finally:
        target.stop()
    naive_s = dump_s + restore_s + count_s
    parts = f"dump {dump_s:.1f}, restore {restore_s:.1f}, counts {count_s:.1f}"
    detail = f"{naive_s:.1f} s ({parts}) to {ours_s:.1f} s"
    return Goal("naive way / whole drill", naive_s / ours_s, 2.0, detail, at_least=True)

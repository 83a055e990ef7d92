"""No false alarm: whatever a database holds, a faithful restore of it meets every criterion."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.corpus.restored_database import Restored, back_up_and_restore, load, shortfalls
from tests.servers import Server, binaries, in_memory, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("restored_sound")]
ODDITIES = Path(__file__).with_name("restored_oddities.sql")
MANY_TABLES = 2000
ROOM_BYTES = 4 << 30
SETTINGS = {"max_locks_per_transaction": "512", "max_wal_size": "256MB"}
MANY = """
DO $$ BEGIN FOR n IN {first}..{last} LOOP
    EXECUTE format('CREATE TABLE t%s (id int %s, up int, v text)', n,
        CASE n % 4 WHEN 3 THEN 'PRIMARY KEY' END);
    EXECUTE format('INSERT INTO t%s VALUES (1, NULL, %s)', n, n);
    CONTINUE WHEN n % 20 > 0;
    EXECUTE format('ALTER TABLE t%s ADD FOREIGN KEY (up) REFERENCES t%s', n, n - 1);
END LOOP; END $$;
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    """Two of each version, by `source-15`, `target-18` and so on."""
    with ExitStack() as stack:
        found: dict[str, Server] = {}
        for name, major in (("source", 15), ("target", 15), ("source", 18), ("target", 18)):
            server = start_cluster(binaries(major), in_memory(ROOM_BYTES), settings=SETTINGS)
            stack.callback(server.stop)
            server.sql("postgres", 'CREATE ROLE "Odd Role"')
            found[f"{name}-{major}"] = server
        yield found


@contextmanager
def restored(source: Server, target: Server, database: str, place: Path) -> Iterator[Restored]:
    """The database, backed up and restored under the same name; both are gone afterwards."""
    try:
        backup = back_up_and_restore(source, database, target, database, place)
        yield Restored(source, target, backup, place / "artifacts")
    finally:
        source.drop_database(database)
        target.drop_database(database)


@pytest.mark.parametrize(("old", "new"), [(15, 15), (15, 18), (18, 18)])
def test_oddities_of_every_kind(servers: dict[str, Server], old: int, new: int, tmp_path: Path) -> None:
    source, target = servers[f"source-{old}"], servers[f"target-{new}"]
    name = 'odd "db" ☃ \'x'
    source.create_database(name)
    load(source, name, ODDITIES.read_text())
    with restored(source, target, name, tmp_path) as copy:
        report = copy.verify(name, required_tables=("odd schema.new\nline", "wide"))
        left = target.sql(name, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'drill%'")
        databases = {name for (name,) in target.sql("postgres", "SELECT datname FROM pg_database")}
    assert shortfalls(report) == {}
    assert left == []
    assert databases == {name, "postgres", "template0", "template1"}
    assert "canary-secret" not in report.model_dump_json()


@pytest.mark.parametrize(
    ("encoding", "text"), [("LATIN1", "größe"), ("WIN1251", "размер"), ("EUC_JP", "大きさ")]
)
def test_an_encoding_other_than_utf_8(
    servers: dict[str, Server], encoding: str, text: str, tmp_path: Path
) -> None:
    source, target = servers["source-15"], servers["target-18"]
    source.create_database("encoded", f"TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    load(
        source,
        "encoded",
        f'CREATE TABLE "{text}" ("{text}" varchar(9) PRIMARY KEY CHECK ("{text}" IN (\'{text}\', \'x\')));'
        f"INSERT INTO \"{text}\" VALUES ('{text}'); COMMENT ON TABLE \"{text}\" IS '{text}';",
    )
    with restored(source, target, "encoded", tmp_path) as copy:
        assert shortfalls(copy.verify("encoded")) == {}
        target.sql("encoded", f'COMMENT ON TABLE "{text}" IS NULL')
        report = copy.verify("encoded")
    (schema,) = [found for found in report.criteria if found.result == "missed"]
    assert text in schema.detail


ONLY_IN_18 = """
CREATE EXTENSION btree_gist;
CREATE TABLE rooms (id int, open daterange, PRIMARY KEY (id, open WITHOUT OVERLAPS));
CREATE TABLE stays (room int, at daterange, FOREIGN KEY (room, PERIOD at) REFERENCES rooms (id, PERIOD open));
INSERT INTO rooms VALUES (1, '[2024-01-01,2024-02-01)'), (1, '[2024-02-01,2024-03-01)');
INSERT INTO stays VALUES (1, '[2024-01-15,2024-02-15)'), (NULL, '[2024-01-15,2024-02-15)');
CREATE TABLE loose (room int, name text NOT NULL, doubled int GENERATED ALWAYS AS (room * 2) VIRTUAL);
CREATE TABLE named (id int PRIMARY KEY);
ALTER TABLE loose ADD CONSTRAINT loose_named FOREIGN KEY (room) REFERENCES named NOT ENFORCED;
INSERT INTO loose VALUES (77, 'x');
CREATE TABLE roots (id int PRIMARY KEY) PARTITION BY HASH (id);
CREATE TABLE roots_1 PARTITION OF roots FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE leaves (root int);
INSERT INTO leaves VALUES (5);
ALTER TABLE leaves ADD CONSTRAINT leaves_root FOREIGN KEY (root) REFERENCES roots NOT VALID;
"""


def test_what_only_postgresql_18_has(servers: dict[str, Server], tmp_path: Path) -> None:
    source, target = servers["source-18"], servers["target-18"]
    source.create_database("newest")
    load(source, "newest", ONLY_IN_18)
    with restored(source, target, "newest", tmp_path) as copy:
        report = copy.verify("newest")
        assert shortfalls(report) == {}
        assert "loose_named is NOT ENFORCED: 1 row without a parent" in report.criteria[2].coverage
        note = "public.leaves leaves_root is NOT VALID: 1 row without a parent, as in the source"
        assert note in report.criteria[2].coverage
        target.sql(
            "newest",
            "UPDATE pg_constraint SET convalidated = true WHERE conname = 'leaves_root'",
            "SET session_replication_role = replica",
            "UPDATE stays SET at = '[2024-01-15,2024-03-02)' WHERE room = 1",
        )
        changed = copy.verify("newest")
    faults = {f"{fault.subject}: {fault.problem}" for fault in changed.criteria[2].faults}
    assert faults >= {
        "public.stays stays_room_at_fkey: 1 row without a parent in public.rooms",
        "public.leaves leaves_root: 1 row without a parent in public.roots; the source holds the orphan too",
    }


def test_two_thousand_tables(servers: dict[str, Server], tmp_path: Path) -> None:
    source, target = servers["source-15"], servers["target-15"]
    source.create_database("many")
    for start in range(0, MANY_TABLES, 500):
        load(source, "many", MANY.format(first=start + 1, last=start + 500))
    with restored(source, target, "many", tmp_path) as copy:
        report = copy.verify("many")
        assert shortfalls(report) == {}
        target.sql("many", "UPDATE t1234 SET v = 'other'")
        changed = copy.verify("many")
    assert [(table.name, table.digest_equal) for table in changed.tables] == [("t1234", False)]


def test_a_backup_taken_while_production_writes(servers: dict[str, Server], tmp_path: Path) -> None:
    source, target = servers["source-18"], servers["target-18"]
    source.create_database("busy")
    pgbench = [str(source.bin_dir / "pgbench"), "-n"]
    environment = source.libpq("busy")
    subprocess.run([*pgbench, "-i", "-q", "-s", "1", "--foreign-keys"], env=environment, check=True)
    source.sql("busy", "CREATE TABLE tickets (id serial PRIMARY KEY, at timestamptz DEFAULT now())")
    script = tmp_path / "write.sql"
    script.write_text(
        "INSERT INTO tickets DEFAULT VALUES;\nUPDATE pgbench_accounts SET abalance = abalance + 1"
        " WHERE aid = 1 + (random() * 1000)::int;\n"
    )
    writers = subprocess.Popen(
        [*pgbench, "-T", "120", "-c", "2", "-b", "tpcb-like", "-f", str(script)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        backup = back_up_and_restore(source, "busy", target, "busy", tmp_path)
        assert writers.poll() is None, "pgbench wrote from before the backup to after it"
    finally:
        writers.terminate()
        writers.wait()
    report = Restored(source, target, backup, tmp_path / "artifacts").verify("busy")
    assert shortfalls(report) == {}

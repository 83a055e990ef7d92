"""backup.sh against real servers: what it leaves, and that it is the truth."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path

import pytest

from drill_tui.postgres.archive.manifest import Manifest
from tests import servers
from tests.e2e.backup.conftest import BackUp, restore_by_hand
from tests.standby import standby_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("backup")]
EVERY_TYPE = Path(__file__).with_name("every_type.sql")
HOSTILE = 'My "db" ü\'s %s'


def load(server: servers.Server, name: str, script: Path) -> None:
    server.drop_database(name)
    server.create_database(name)
    for role in ("reader", '"Od d ""r"', "team"):
        server.sql("postgres", f"drop role if exists {role}")
    psql = [str(server.bin_dir / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-f", str(script)]
    done = subprocess.run(psql, env=server.libpq(name), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def contents(manifest: Manifest) -> dict[tuple[str, str], tuple[int | None, str | None]]:
    return {(table.schema_name, table.name): (table.rows, table.digest) for table in manifest.tables}


@pytest.mark.parametrize("target", ["fifteen", "eighteen"])
def test_every_type_comes_back_the_same_on_the_same_and_on_a_newer_major(
    target: str, fifteen: servers.Server, back_up: BackUp, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    load(fifteen, HOSTILE, EVERY_TYPE)
    ran = back_up(fifteen.environment(HOSTILE))
    assert ran.code == 0, ran.stderr
    checked = subprocess.run(["sha256sum", "-c", "--quiet", "checksums.sha256"], cwd=ran.folder, check=False)
    assert checked.returncode == 0
    before = ran.manifest
    other: servers.Server = request.getfixturevalue(target)
    restore_by_hand(ran, other, "copy of it")
    ran.output.rename(tmp_path / "first")
    again = back_up(other.environment("copy of it"))
    assert again.code == 0, again.stderr
    after = again.manifest
    assert contents(after) == contents(before)
    assert after.large_objects == before.large_objects
    assert after.sequences == before.sequences
    assert after.nonce != before.nonce
    other.drop_database("copy of it")
    fifteen.drop_database(HOSTILE)


def test_the_manifest_says_what_is_there(fifteen: servers.Server, back_up: BackUp) -> None:
    load(fifteen, HOSTILE, EVERY_TYPE)
    found = back_up(fifteen.environment(HOSTILE)).manifest
    fifteen.drop_database(HOSTILE)
    tables = {table.name: table for table in found.tables}
    assert tables["part"].kind == "p"
    assert tables["part"].rows is None
    assert tables["part_eu"].partition_of == '"public"."part"'
    assert (tables["part_eu"].rows, tables["part_us"].rows) == (20, 10)
    assert (tables["parent"].rows, tables["child"].rows) == (1, 1)
    assert (tables["summary"].populated, tables["later"].populated) == (True, False)
    assert (tables["summary"].view_rows, tables["later"].view_rows) == (2, None)
    assert (tables["nocols"].rows, tables["fast"].rows, tables["empty"].rows) == (3, 7, 0)
    sequences = {sequence.name: sequence for sequence in found.sequences}
    assert sequences["serial_one_id_seq"].owned_by == "public.serial_one.id"
    assert (sequences["down"].increment, sequences["down"].last_value) == (-5, -1)
    assert (sequences["never_called"].last_value, sequences["never_called"].is_called) == (42, False)
    assert (found.large_objects.count, found.large_objects.size_bytes) == (3, 1_500_001)
    assert found.roles == ('Od d "r', "postgres", "reader", "team")
    assert found.database.name == HOSTILE
    assert found.database.settings == ("work_mem=5MB",)
    assert found.database.comment == "as it is"
    assert [collation.name for collation in found.collations] == ["nocase"]
    assert found.server.version_num // 10000 == 15
    assert found.server.system_identifier.isdigit()
    assert found.dump.files > 0
    assert any("materialized views" in sentence for sentence in found.coverage)


def test_counts_only(fifteen: servers.Server, database: str, back_up: BackUp) -> None:
    fifteen.sql(database, "create table t as select generate_series(1, 10) as i")
    (table,) = back_up(fifteen.environment(database), "--digest", "counts").manifest.tables
    assert (table.rows, table.digest) == (10, None)


def test_counts_and_digests_are_the_dumps_own_while_others_write(
    fifteen: servers.Server, database: str, back_up: BackUp
) -> None:
    fifteen.sql(
        database,
        "create table account (id int primary key, balance int not null)",
        "insert into account select i, 100 from generate_series(1, 20000) i",
        "create table entry (id bigserial, account int, amount int)",
    )
    stop = threading.Event()
    writes: list[int] = []

    def write() -> None:
        with fifteen.connect(database) as connection:
            for number in range(1_000_000):
                if stop.is_set():
                    break
                connection.execute(
                    "with moved as (update account set balance = balance - 1 where id = %s returning id)"
                    " insert into entry (account, amount) select id, 1 from moved",
                    [number % 20000 + 1],
                )
                writes.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        ran = back_up(fifteen.environment(database))
    finally:
        stop.set()
        writer.join()
    assert ran.code == 0, ran.stderr
    assert writes, "nobody wrote, so nothing was tested"
    restore_by_hand(ran, fifteen, "copy")
    for table in ran.manifest.tables:
        rows = fifteen.sql("copy", f"select count(*) from {table.name}")
        assert rows == [(table.rows,)]
    lost = fifteen.sql("copy", "select 20000 * 100 - sum(balance) from account")[0][0]
    assert lost == fifteen.sql("copy", "select count(*) from entry")[0][0]
    entries = fifteen.sql("copy", "select last_value from entry_id_seq")[0][0]
    assert entries >= ran.manifest.sequences[0].last_value
    fifteen.drop_database("copy")


def test_another_encoding_than_utf8(fifteen: servers.Server, database: str, back_up: BackUp) -> None:
    name = f"{database} latin"
    fifteen.create_database(name, "template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'")
    fifteen.sql(name, 'create table "Größe" (n text)', """insert into "Größe" values ('süß')""")
    ran = back_up(fifteen.environment(name))
    fifteen.drop_database(name)
    assert ran.code == 0, ran.stderr
    assert ran.manifest.database.encoding == "LATIN1"
    assert [(table.name, table.rows) for table in ran.manifest.tables] == [("Größe", 1)]


def test_it_talks_back_to_the_drill(
    fifteen: servers.Server, database: str, back_up: BackUp, tmp_path: Path
) -> None:
    channels = {f"DRILL_{name}": str(tmp_path / name) for name in ("OUTPUT", "PROGRESS", "EVIDENCE")}
    ran = back_up({**fifteen.environment(database), **channels, "DRILL_RUN_ID": "run-7"})
    outputs = dict(line.split("=", 1) for line in (tmp_path / "OUTPUT").read_text().splitlines())
    assert outputs["backup"] == str(ran.folder)
    assert int(outputs["size_bytes"]) == sum(f.stat().st_size for f in ran.folder.rglob("*") if f.is_file())
    assert outputs["snapshot_at"] == ran.manifest.snapshot_at.isoformat()
    (said,) = [json.loads(line) for line in (tmp_path / "EVIDENCE").read_text().splitlines()]
    assert (said["criterion"], said["result"]) == ("backup_completes", "met")
    assert "superuser" in said["detail"]
    assert json.loads((tmp_path / "PROGRESS").read_text().splitlines()[-1])["unit"] == "bytes"
    assert ran.manifest.run_id == "run-7"


def test_an_empty_database_is_backed_up(fifteen: servers.Server, database: str, back_up: BackUp) -> None:
    ran = back_up(fifteen.environment(database))
    assert ran.code == 0
    assert ran.manifest.tables == ()


def test_a_standby_can_be_the_source(fifteen: servers.Server, database: str, back_up: BackUp) -> None:
    fifteen.sql(
        database,
        "create table t as select generate_series(1, 1000) as i",
        "create unlogged table fast as select generate_series(1, 10) as i",
        "create sequence s",
    )
    standby = standby_of(fifteen)
    try:
        ran = back_up(standby.environment(database))
    finally:
        standby.stop()
    assert ran.code == 0, ran.stderr
    assert ran.manifest.server.in_recovery
    assert {table.name: table.rows for table in ran.manifest.tables} == {"t": 1000, "fast": None}
    assert any("unlogged" in sentence for sentence in ran.manifest.coverage)


def test_a_url_and_libpq_variables_lead_there_too(
    fifteen: servers.Server, database: str, back_up: BackUp, tmp_path: Path
) -> None:
    base = {
        name: value for name, value in fifteen.environment(database).items() if not name.startswith("DB_")
    }
    address = f"{fifteen.user}:{fifteen.password}@{fifteen.host}:{fifteen.port}"
    assert back_up({**base, "DATABASE_URL": f"postgresql://{address}/{database}"}).code == 0
    service = tmp_path / "services.conf"
    service.write_text(
        f"[prod]\nhost={fifteen.host}\nport={fifteen.port}\nuser={fifteen.user}\n"
        f"password={fifteen.password}\ndbname={database}\n"
    )
    (tmp_path / "backups").rename(tmp_path / "first")
    ran = back_up({**base, "PGSERVICE": "prod", "PGSERVICEFILE": str(service)})
    assert ran.code == 0, ran.stderr
    assert ran.manifest.database.name == database

"""`drill-tui witness -- pg_dump …` under load: good dumps are proven to the row, and bad ones never."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from tests.e2e.drill.running import ROOT, run_drill
from tests.e2e.witness.dumping import (
    SCHEMA,
    broken_pg_dump,
    libpq_only,
    restore,
    verify,
    witness,
    writing,
)
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("witness")]
FORMS = {"shop.dump": ("-Fc",), "shop.dir": ("-Fd", "-j2"), "shop.tar": ("-Ft",), "shop.sql": ("-Fp",)}
JUDGED = ("required_tables", "data_integrity", "foreign_keys", "indexes", "schema")


@dataclass(frozen=True)
class Shop:
    source: Server
    target: Server
    folder: Path

    def dump(self, name: str) -> Path:
        """In a folder of its own, as a backup job would leave it, with its witness."""
        return self.folder / name / name


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    source, target = start_cluster(binaries(15)), start_cluster(binaries(18))
    found = Shop(source, target, tmp_path_factory.mktemp("dumps"))
    try:
        source.create_database("shop")
        source.sql("shop", *SCHEMA)
        pg_dump = source.bin_dir / "pg_dump"
        with writing(source) as done:
            for name, options in FORMS.items():
                (found.folder / name).mkdir()
                before = done["writes"]
                ran = witness(source, "--", pg_dump, *options, "-f", found.dump(name), "shop")
                assert ran.returncode == 0, ran.stderr
                assert done["writes"] > before, "nothing was written during the dump"
            _piped(found, pg_dump, "shop.sql.gz", "gzip")
            if shutil.which("zstd"):
                _piped(found, pg_dump, "shop.sql.zst", "zstd", "-q")
        yield found
    finally:
        source.stop()
        target.stop()


def _piped(shop: Shop, pg_dump: Path, name: str, *packer: str) -> None:
    """`drill-tui witness --out … -- pg_dump shop | gzip > shop.sql.gz`."""
    packed = shop.dump(name)
    packed.parent.mkdir()
    out = packed.with_name(f"{name}.witness.json")
    argv = [sys.executable, "-m", "drill_tui", "witness", "--out", str(out), "--", str(pg_dump), "shop"]
    env = libpq_only(shop.source)
    with packed.open("wb") as file, subprocess.Popen(argv, env=env, stdout=subprocess.PIPE) as dump:
        subprocess.run(packer, stdin=dump.stdout, stdout=file, check=True)
        assert dump.wait(timeout=120) == 0


@pytest.mark.parametrize("name", [*FORMS, "shop.sql.gz", "shop.sql.zst"])
def test_a_good_dump_is_proven_to_the_row(shop: Shop, name: str) -> None:
    if not shop.dump(name).exists():
        pytest.skip("zstd is not installed here")
    restored = restore(shop.target, shop.dump(name), "good")
    assert (restored.code, restored.result("restore_completes")) == (0, "met"), restored.stderr
    done = verify(shop.target, "good")
    assert done.code == 0, done.stdout
    for criterion in JUDGED:
        assert "against the witness taken at" in done.evidence[criterion]["detail"]


@pytest.mark.parametrize("name", ["shop.dump", "shop.sql.gz"])
def test_the_drill_of_the_latest_backup_passes(shop: Shop, name: str, tmp_path: Path) -> None:
    drill = run_drill(tmp_path, "--runbook", "latest-backup", env={"DRILL_BACKUPS": str(shop.folder / name)})
    assert drill.code == 0, drill.story()
    assert drill.criterion("checksums_verify")["result"] == "met"


@pytest.mark.parametrize(
    ("name", "damage", "reason"),
    [
        ("shop.dump", "DELETE FROM purchase WHERE id = 17", "public.purchase: "),
        ("shop.dir", "TRUNCATE event_old", "public.event_old: 0 rows"),
        ("shop.sql.gz", "UPDATE customer SET name = 'other' WHERE id = 7", "public.customer: as many rows"),
        ("shop.tar", "SELECT setval('customer_id_seq', 12)", "sequence public.customer_id_seq: is set back"),
        ("shop.sql", "SELECT lo_unlink(4712)", "large objects: there are 1"),
    ],
)
def test_what_is_wrong_in_the_copy_is_found(shop: Shop, name: str, damage: str, reason: str) -> None:
    assert restore(shop.target, shop.dump(name), "bad").code == 0
    shop.target.sql("bad", damage)
    done = verify(shop.target, "bad")
    assert (done.code, done.result("data_integrity")) == (1, "missed"), done.stdout
    detail = done.evidence["data_integrity"]["detail"]
    assert reason in detail
    assert "against the witness taken at" in detail


@pytest.mark.parametrize(
    ("edit", "criterion", "reason"),
    [
        (r"/^19000\t/d", "data_integrity", "public.purchase: "),
        (r"/^COPY public.event_old/,/^\\\\\\./{/^[0-9]/d}", "data_integrity", "public.event_old: 0 rows"),
        (r"s/\\(customer_id_seq.*\\), [0-9]*, true/\\1, 3, true/", "data_integrity", "is set back"),
        (r"/^CREATE INDEX purchase_big/d", "indexes", "purchase_big"),
        (r"/^GRANT SELECT ON TABLE public.customer/d", "schema", "customer"),
    ],
)
def test_a_pg_dump_that_writes_less_than_there_is_is_found(
    shop: Shop, tmp_path: Path, edit: str, criterion: str, reason: str
) -> None:
    """The witness's evidence comes from the server, and not from the file that it vouches for."""
    dump = tmp_path / "shop.sql"
    program = broken_pg_dump(tmp_path, shop.source, edit.replace("\\\\", "\\"))
    ran = witness(shop.source, "--", program, f"--file={dump}", "shop")
    assert ran.returncode == 0, ran.stderr
    assert restore(shop.target, dump, "less").code == 0
    done = verify(shop.target, "less")
    assert done.result(criterion) != "met", done.stdout
    assert reason in done.evidence[criterion]["detail"]


@pytest.mark.parametrize(
    ("options", "left_out"),
    [
        (("--exclude-table-data=event*", "-B"), 'without their rows by these options: "public"."event_new"'),
        (("-T", "event*", "--no-unlogged-table-data"), 'Not in the dump by these options: "public"."event"'),
        (("-n", "public", "-T", "basket"), '"public"."basket"'),
    ],
)
def test_a_dump_of_a_part_is_held_to_what_it_was_to_hold(
    shop: Shop, tmp_path: Path, options: tuple[str, ...], left_out: str
) -> None:
    dump = tmp_path / "part.dump"
    program = shop.source.bin_dir / "pg_dump"
    ran = witness(shop.source, "--", program, "-Fc", *options, "-f", dump, "shop")
    assert ran.returncode == 0, ran.stderr
    assert restore(shop.target, dump, "part").code == 0
    done = verify(shop.target, "part")
    assert done.code == 0, done.stdout
    assert left_out in done.evidence["data_integrity"]["coverage"]
    shop.target.sql("part", "DELETE FROM purchase WHERE id = 17")
    assert verify(shop.target, "part").result("data_integrity") == "missed"


def test_the_witness_fits_its_schema_and_holds_no_value(shop: Shop) -> None:
    path = Path(f"{shop.dump('shop.dump')}.witness.json")
    found = json.loads(path.read_text())
    jsonschema.validate(found, json.loads((ROOT / "docs/schemas/witness.schema.json").read_text()))
    assert (found["way"], found["dump"]["form"], found["dump"]["name"]) == ("dump", "custom", "shop.dump")
    (database,) = found["databases"]
    assert database["lsn"] is None
    rows = {table["name"]: table["rows"] for table in database["tables"]}
    assert rows["basket"] == 100
    assert "customer 17" not in path.read_text()
    assert shop.source.sql("shop", "SELECT * FROM pg_replication_slots") == []

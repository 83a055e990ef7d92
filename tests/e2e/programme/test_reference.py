"""Dumps without a witness, held to the last drill that passed: grown ones pass, poorer ones do not."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.corpus.scripts import run_script
from tests.e2e.drill.running import SHOP, Drill, run_drill
from tests.e2e.witness.dumping import witness
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("reference")]
JUDGED = ("required_tables", "data_integrity", "foreign_keys", "indexes", "schema")


@dataclass(frozen=True)
class Nightly:
    """A source that grows, and drills of its dumps in one folder of evidence."""

    server: Server
    folder: Path

    def dump(self, name: str, *options: str, dbname: str = "shop") -> Path:
        """By the team's own job, with a checksum beside it."""
        path = self.folder / name / name
        path.parent.mkdir()
        plain = path.with_suffix("") if path.suffix == ".gz" else path
        argv = [str(self.server.bin_dir / "pg_dump"), *options, "-f", str(plain)]
        subprocess.run(argv, env=self.server.libpq(dbname), check=True)
        if plain != path:
            path.write_bytes(gzip.compress(plain.read_bytes()))
            plain.unlink()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_name(f"{name}.sha256").write_text(f"{digest}  {name}\n")
        return path

    def drill(self, dump: Path, growth: str = "0.9..1.5") -> Drill:
        """Its own report only; the evidence of all drills lies in one folder."""
        artifacts = self.folder / "artifacts"
        before = set(artifacts.glob("restore_drill_*.json"))
        done = run_drill(
            artifacts,
            *("--runbook", "latest-backup", "--param", f"growth={growth}"),
            env={"DRILL_BACKUPS": str(dump.parent)},
        )
        (report,) = set(artifacts.glob("restore_drill_*.json")) - before
        alone = self.folder / f"report-{report.stem}"
        alone.mkdir()
        (alone / report.name).write_bytes(report.read_bytes())
        return Drill(code=done.code, stdout=done.stdout, stderr=done.stderr, artifacts=alone)


@pytest.fixture(scope="module")
def nightly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nightly]:
    with start_cluster(binaries(18)) as server:
        found = Nightly(server, tmp_path_factory.mktemp("nightly"))
        for name in ("shop", "crm"):
            server.create_database(name)
            server.sql(name, *SHOP, "CREATE INDEX by_name ON customer (name)", "CREATE TABLE later (i int)")
        yield found


def test_drills_follow_one_another_from_the_first_with_a_witness(nightly: Nightly) -> None:
    nothing_yet = nightly.drill(nightly.dump("shop_0.dump", "-Fc"))
    assert nothing_yet.code == 6, nothing_yet.story()
    assert "no drill of latest-backup has passed yet" in nothing_yet.criterion("data_integrity")["detail"]

    first = nightly.folder / "first"
    first.mkdir()
    options = ("-Fc", "-f", first / "shop_1.dump", "shop")
    assert witness(nightly.server, "--", nightly.server.bin_dir / "pg_dump", *options).returncode == 0
    passed = nightly.drill(first / "shop_1.dump")
    assert passed.code == 0, passed.story()

    nightly.server.sql(
        "shop",
        "INSERT INTO purchase SELECT i, 1 + i % 1000 FROM generate_series(5001, 7000) i",
        "INSERT INTO later SELECT generate_series(1, 900)",
        "CREATE TABLE newer (i int)",
    )
    grown = nightly.drill(nightly.dump("shop_2.dump", "-Fc"))
    assert grown.code == 0, grown.story()
    for criterion in JUDGED:
        assert "against the drill of" in grown.criterion(criterion)["detail"]
    assert passed.report["run_id"] in grown.criterion("data_integrity")["detail"]
    assert "new since that drill: public.newer" in grown.criterion("required_tables")["coverage"]

    script = nightly.drill(nightly.dump("other.sql.gz"))
    assert "and tells what it held" in script.criterion("data_integrity")["detail"]
    crm = nightly.drill(nightly.dump("crm_2.dump", "-Fc", dbname="crm"))
    assert "was of the database in crm_2.dump" in crm.criterion("data_integrity")["detail"]

    off = nightly.drill(nightly.dump("shop_3.dump", "-Fc"), growth="")
    assert off.criterion("data_integrity")["result"] == "unproven"

    less = ("DELETE FROM purchase WHERE id > 5000", "DROP TABLE newer", "DROP INDEX by_name")
    nightly.server.sql("shop", *less)
    poorer = nightly.drill(nightly.dump("shop_4.dump", "-Fc"))
    assert poorer.code == 1, poorer.story()
    assert "purchase: 5,000 rows, and were 7,000" in poorer.criterion("data_integrity")["detail"]
    assert "public.newer: table was there in that drill" in poorer.criterion("required_tables")["detail"]
    assert "index public.by_name: was in that drill" in poorer.criterion("indexes")["detail"]
    assert poorer.criterion("foreign_keys")["result"] == "met"


def test_a_script_follows_the_script_of_the_night_before(nightly: Nightly) -> None:
    first = nightly.folder / "scripts"
    first.mkdir()
    options = ("-f", first / "crm_2026-11-28.sql", "crm")
    assert witness(nightly.server, "--", nightly.server.bin_dir / "pg_dump", *options).returncode == 0
    assert nightly.drill(first / "crm_2026-11-28.sql").code == 0
    again = nightly.drill(nightly.dump("crm_2026-11-29.sql.gz", dbname="crm"))
    assert again.code == 0, again.story()
    assert "13 names of definitions as in that drill" in again.criterion("schema")["detail"]


@pytest.mark.parametrize("growth", ["0.9", "1.1..1.5", "0.9..0.95", "a..b", "0..inf"])
def test_a_band_that_is_none_is_told(nightly: Nightly, growth: str) -> None:
    ran = run_script("verify", nightly.server.environment("shop"), "--growth", growth)
    assert ran.code == 2
    assert "--growth" in ran.stderr

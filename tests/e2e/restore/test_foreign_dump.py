"""Dumps that somebody else made restore as well, and what they cannot prove is said."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.corpus.scripts import Ran, run_script
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("foreign_dump")]
FORMS = ("custom", "directory", "tar", "sql", "sql.gz")


@dataclass(frozen=True)
class Dumps:
    source: Server
    folder: Path

    def path(self, form: str) -> Path:
        return self.folder / f"shop.{form}"


@pytest.fixture(scope="module")
def target() -> Iterator[Server]:
    with start_cluster(binaries(18)) as server:
        yield server


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dumps]:
    source = start_cluster(binaries(15))
    found = Dumps(source, tmp_path_factory.mktemp("dumps"))
    try:
        source.create_database("shop")
        source.sql(
            "shop",
            "CREATE ROLE somebody",
            "CREATE TABLE orders (id int PRIMARY KEY, note text)",
            "INSERT INTO orders SELECT n, E'line\\n\\\\restrict ' || n FROM generate_series(1, 5000) n",
            "ALTER TABLE orders OWNER TO somebody",
            "CREATE EXTENSION hstore",
        )
        for form, flag in (("custom", "-Fc"), ("directory", "-Fd"), ("tar", "-Ft"), ("sql", "-Fp")):
            subprocess.run(
                [source.bin_dir / "pg_dump", flag, "-f", found.path(form)],
                env=source.libpq("shop"),
                check=True,
            )
        found.path("sql.gz").write_bytes(gzip.compress(found.path("sql").read_bytes()))
        yield found
    finally:
        source.stop()


def check(path: Path) -> Ran:
    return run_script("restore", dict(os.environ), "--input", path, "--check-only")


@pytest.mark.parametrize("form", FORMS)
def test_a_whole_dump_is_restored_and_its_gaps_are_said(dumps: Dumps, target: Server, form: str) -> None:
    checked = check(dumps.path(form))
    assert (checked.code, checked.result("checksums_verify")) == (0, "unproven"), checked.stderr
    assert "no manifest" in checked.evidence["checksums_verify"]["coverage"]
    assert ("snapshot_age_s" in checked.outputs) == (form not in ("sql", "sql.gz"))
    database = f"shop_{form}"
    ran = run_script("restore", target.environment(database), "--input", dumps.path(form), "--jobs", "2")
    assert (ran.code, ran.result("restore_completes")) == (0, "met"), ran.stderr
    coverage = ran.evidence["restore_completes"]["coverage"]
    assert "no manifest" in coverage
    assert "owners and grants of missing roles are left out" in coverage
    assert target.sql(database, "SELECT count(*), max(note) FROM orders") == [(5000, "line\n\\restrict 999")]
    record = "SELECT manifest FROM drill_tui.restore_record WHERE database = %s"
    with target.connect() as connection:
        assert connection.execute(record, [database]).fetchall() == [(None,)]


@pytest.mark.parametrize(
    ("form", "keep"), [("directory", 0), ("custom", 0), *((form, 0.5) for form in FORMS), ("tar", 0.98)]
)
def test_a_cut_dump_is_noticed(dumps: Dumps, tmp_path: Path, form: str, keep: float) -> None:
    source = dumps.path(form)
    if form == "directory":
        subprocess.run(["cp", "-r", source, tmp_path], check=True)
        cut = max((tmp_path / source.name).glob("*.dat.gz"), key=lambda path: path.stat().st_size)
    else:
        cut = tmp_path / source.name
        cut.write_bytes(source.read_bytes())
    os.truncate(cut, int(cut.stat().st_size * keep))
    ran = check(tmp_path / source.name)
    assert (ran.code, ran.result("checksums_verify")) == (1, "missed"), (ran.stdout, ran.stderr)


def test_a_dump_cut_between_two_rows_is_noticed_although_psql_takes_it(dumps: Dumps, tmp_path: Path) -> None:
    text = dumps.path("sql").read_bytes()
    cut = tmp_path / "cut.sql"
    cut.write_bytes(text[: text.index(b"\n2500\t") + 1])
    ran = check(cut)
    assert ran.code == 1
    assert "does not end with pg_dump's line" in ran.stderr


def test_a_checksum_beside_the_dump_is_used(dumps: Dumps, tmp_path: Path) -> None:
    dump = tmp_path / "shop.custom"
    dump.write_bytes(dumps.path("custom").read_bytes())
    beside = tmp_path / "shop.custom.sha256"
    beside.write_text(f"{hashlib.sha256(dump.read_bytes()).hexdigest()}  shop.custom\n")
    assert check(dump).result("checksums_verify") == "met"
    beside.write_text(f"{'0' * 64}  shop.custom\n")
    assert check(dump).result("checksums_verify") == "missed"


def test_a_script_cannot_run_a_program(dumps: Dumps, target: Server, tmp_path: Path) -> None:
    escaped = tmp_path / "escaped"
    tmp_path.chmod(0o777)
    script = tmp_path / "evil.sql"
    text = dumps.path("sql").read_text()
    evil = f"SELECT 1 \\! touch {escaped}\n"
    script.write_text(text.replace("SET row_security = off;", f"SET row_security = off;\n{evil}"))
    ran = run_script("restore", target.environment("evil"), "--input", script)
    assert (ran.code, ran.result("restore_completes")) == (1, "missed"), ran.stderr
    assert not escaped.exists()


def test_a_missing_extension_is_named_before_anything_is_made(dumps: Dumps, tmp_path: Path) -> None:
    """A dump of the future: the archive's own list says which extension it creates."""
    with start_cluster(binaries(15)) as bare:
        listed = (dumps.path("directory") / "toc.dat").read_bytes()
        renamed = tmp_path / "renamed"
        subprocess.run(["cp", "-r", dumps.path("directory"), renamed], check=True)
        (renamed / "toc.dat").write_bytes(listed.replace(b"hstore", b"nstore"))
        ran = run_script("restore", bare.environment("shop"), "--input", renamed)
        assert (ran.code, ran.result("restore_completes")) == (3, "unproven")
        assert "lacks extensions that the backup needs: nstore" in ran.stderr
        assert bare.sql("postgres", "SELECT FROM pg_database WHERE datname = 'shop'") == []


def test_a_dump_of_a_newer_server_is_refused(target: Server, tmp_path: Path) -> None:
    with start_cluster(binaries(15)) as old:
        dump = tmp_path / "newer.custom"
        subprocess.run([target.bin_dir / "pg_dump", "-Fc", "-f", dump], env=target.libpq(), check=True)
        ran = run_script("restore", old.environment("shop"), "--input", dump)
        assert (ran.code, ran.result("restore_completes")) == (3, "unproven")
        assert "older than the backup's 18" in ran.stderr

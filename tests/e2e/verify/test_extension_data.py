"""What an extension marks for dumps is data: its rows and sequences are verified, by its own conditions."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from drill_tui.postgres.verify.report import VerifyReport
from tests.corpus.restored_database import Restored, back_up_and_restore, shortfalls
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("restored_broken")]
EVERY_DATABASE = "rules"
SCRIPT = """
CREATE TABLE rules (id int PRIMARY KEY, text text, stock bool NOT NULL DEFAULT false);
INSERT INTO rules SELECT n, 'stock ' || n, true FROM generate_series(1, 3) n;
CREATE TABLE users (id serial PRIMARY KEY, name text);
CREATE TABLE runs (id serial PRIMARY KEY);
CREATE TABLE scratch (id int);
SELECT pg_catalog.pg_extension_config_dump('rules', 'WHERE NOT stock');
SELECT pg_catalog.pg_extension_config_dump('users', '');
SELECT pg_catalog.pg_extension_config_dump('users_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('runs', '');
"""
NEWER = """
CREATE TABLE brought_by_the_newer_one (id int);
ALTER TABLE scratch ADD more int;
"""
FILLED = (
    "CREATE EXTENSION ledger",
    "INSERT INTO rules VALUES (10, 'our own'), (11, 'ours too')",
    "INSERT INTO users (name) SELECT 'u' || n FROM generate_series(1, 5) n",
    "INSERT INTO scratch VALUES (1)",
)


@dataclass
class Ledger:
    """Clusters that know an extension of our own, and the folder that it is defined in."""

    source: Server
    target: Server
    extensions: Path

    def offer(self, version: str) -> None:
        """Make `CREATE EXTENSION ledger` give that version from now on."""
        (self.extensions / "ledger.control").write_text(
            f"default_version = '{version}'\nrelocatable = true\n"
        )


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """PostgreSQL 18, the first to look for extensions elsewhere than in its own installation."""
    home = Path(tempfile.mkdtemp(prefix="drill-extension-"))
    folder = home / "extension"
    folder.mkdir()
    home.chmod(0o755)
    (folder / "ledger--1.sql").write_text(SCRIPT)
    (folder / "ledger--2.sql").write_text(SCRIPT.replace("(1, 3)", "(1, 4)") + NEWER)
    settings = {"extension_control_path": f"$system:{home}"}
    try:
        with (
            start_cluster(binaries(18), settings=settings) as source,
            start_cluster(binaries(18), settings=settings) as target,
        ):
            yield Ledger(source, target, folder)
    finally:
        shutil.rmtree(home)


@pytest.fixture
def copied(ledger: Ledger, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Restored]:
    """A source that holds the extension of version 1, restored where it is of the version in the mark."""
    ledger.offer("1")
    ledger.source.create_database(EVERY_DATABASE)
    ledger.source.sql(EVERY_DATABASE, *FILLED, *request.param[1:])
    ledger.offer(request.param[0])
    backup = back_up_and_restore(ledger.source, EVERY_DATABASE, ledger.target, EVERY_DATABASE, tmp_path)
    yield Restored(ledger.source, ledger.target, backup, tmp_path / "artifacts")
    ledger.source.drop_database(EVERY_DATABASE)
    ledger.target.drop_database(EVERY_DATABASE)


def verified(copied: Restored, *statements: str) -> VerifyReport:
    copied.target.sql(EVERY_DATABASE, *statements)
    return copied.verify(EVERY_DATABASE)


@pytest.mark.parametrize("copied", [("1", "DELETE FROM rules WHERE id = 2")], indirect=True)
def test_only_the_marked_rows_count_and_each_of_them_does(copied: Restored) -> None:
    """The source lost a stock row, which the restore brings back; no dump could hold that."""
    assert copied.target.sql(EVERY_DATABASE, "SELECT count(*) FROM rules") == [(5,)]
    assert shortfalls(verified(copied)) == {}
    report = verified(
        copied, "UPDATE rules SET text = 'changed' WHERE id = 10", "DELETE FROM users WHERE id = 3"
    )
    assert shortfalls(report).keys() == {"data_integrity"}
    why = shortfalls(report)["data_integrity"]
    assert "public.rules: as many rows as before, with other contents" in why
    assert "public.users: 4 rows, and were 5" in why
    report = verified(copied, "SELECT setval('users_id_seq', 1)")
    assert "sequence public.users_id_seq: is set back" in shortfalls(report)["data_integrity"]


@pytest.mark.parametrize("copied", [("1", "INSERT INTO runs DEFAULT VALUES")], indirect=True)
def test_a_sequence_that_the_extension_forgot_is_behind_its_rows(copied: Restored) -> None:
    why = shortfalls(verified(copied))
    assert why.keys() == {"data_integrity"}
    assert "(the extension ledger marks the table for dumps, and not its sequence)" in why["data_integrity"]


@pytest.mark.parametrize("copied", [("2",)], indirect=True)
def test_another_version_is_a_note_unless_the_manifest_wants_the_same(copied: Restored) -> None:
    report = verified(copied)
    assert shortfalls(report) == {}
    notes = [note for found in report.criteria for note in found.cautions]
    assert "extension ledger is 2, and was 1" in notes
    text = (copied.backup / "manifest.json").read_text()
    bound = text.replace('"version_required": false', '"version_required": true').replace(
        '"version_required":false', '"version_required":true'
    )
    assert bound != text
    (copied.backup / "manifest.json").write_text(bound)
    why = shortfalls(replace(copied).verify(EVERY_DATABASE))
    assert "extension ledger: is 2, and was 1: its data needs the version that wrote it" in why["schema"]

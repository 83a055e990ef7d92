"""What a backup is by its content, and that finding the newest one and restoring it never disagree."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive.forms import recognise
from drill_tui.postgres.archive.latest import candidates, newest_backup
from drill_tui.postgres.client.errors import BackupBadError, RestoreError, RestoreUsageError

SCRIPT = b"--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n\n--\n-- PostgreSQL database dump complete\n--\n"
CLUSTER = b"--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE reader;\n" + SCRIPT
ARCHIVE = b"PGDMP\x01\x10\x00\x04\x08\x01" + bytes([1]) + 6 * bytes(5)

SCRIPTS = {
    "nightly.sql": SCRIPT,
    "nightly.dump": SCRIPT,
    "nightly.dump.gz": gzip.compress(SCRIPT),
    "without-suffix": gzip.compress(SCRIPT),
    "from-windows.sql": SCRIPT.replace(b"\n", b"\r\n"),
    "about-clusters.sql": SCRIPT.replace(b"SELECT 1", b"SELECT '-- PostgreSQL database cluster dump'"),
}
REFUSED = {
    "every.sql": (CLUSTER, "a dump of a whole cluster"),
    "every.dump.gz": (gzip.compress(CLUSTER), "a dump of a whole cluster"),
    "packed.dump.gz": (gzip.compress(ARCHIVE), "a pg_dump archive inside gzip"),
    "packed.sql.bz2": (bz2.compress(SCRIPT), "packed with bzip2"),
    "packed.xz": (lzma.compress(SCRIPT), "packed with xz"),
    "from-powershell.sql": (b"\xff\xfe" + SCRIPT.decode().encode("utf-16-le"), "a script in UTF-16"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_one_under_any_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(SCRIPTS[name])
    assert recognise(tmp_path / name) == "sql"
    newest = newest_backup(tmp_path, pytest.fail)
    assert (newest.path.name, newest.kind) == (name, "sql")


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_restore_refuses_is_never_the_newest_and_is_named_with_its_remedy(
    name: str, tmp_path: Path
) -> None:
    content, why = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RestoreUsageError, match=why) as refusal:
        recognise(tmp_path / name)
    said: list[str] = []
    assert list(candidates(tmp_path, said.append)) == []
    assert len(said) == 1
    assert name in said[0]
    assert refusal.value.advice in said[0]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "is empty"), (gzip.compress(SCRIPT)[:30], "cannot be unpacked")],
    ids=["empty", "cut"],
)
def test_a_dump_that_failed_is_bad(content: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "nightly.sql.gz").write_bytes(content)
    with pytest.raises(BackupBadError, match=why):
        recognise(tmp_path / "nightly.sql.gz")


def test_a_name_alone_makes_no_dump_and_is_told(tmp_path: Path) -> None:
    for name in ("notes.sql", "notes.dump.gz", "README", ".gitkeep"):
        (tmp_path / name).write_bytes(b"" if name == ".gitkeep" else b"We dump at night.\n")
    said: list[str] = []
    with pytest.raises(ActionError):
        newest_backup(tmp_path, said.append)
    assert sorted(line.rpartition("/")[2] for line in said) == ["notes.dump.gz", "notes.sql"]


def test_a_folder_is_an_archive_by_its_table_of_contents(tmp_path: Path) -> None:
    (tmp_path / "toc.dat").write_bytes(ARCHIVE)
    assert recognise(tmp_path) == "directory"
    assert recognise(tmp_path / "toc.dat") == "custom"
    (tmp_path / "toc.dat").unlink()
    assert recognise(tmp_path) is None


def test_every_refusal_says_what_to_do(tmp_path: Path) -> None:
    for name, (content, _) in REFUSED.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(RestoreError) as refusal:
            recognise(tmp_path / name)
        assert refusal.value.advice.endswith(".")

"""What the count of an archive's rows says that it covered."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from drill_tui.postgres.archive.rows import check_rows
from drill_tui.postgres.client.errors import BackupBadError

ROWS = b"1\tann\n2\tbob\n\\.\n\n\n"


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    (tmp_path / "11.dat").write_bytes(ROWS)
    (tmp_path / "12.dat.gz").write_bytes(gzip.compress(ROWS))
    return tmp_path


def test_files_that_only_pg_restore_can_unpack_are_not_claimed(dump: Path) -> None:
    entries = {11: "public a ann", 12: "public b ann"}
    assert check_rows(dump, entries, None) == "the rows' end found in all 2 data files"
    for number, ending in ((13, "zst"), (14, "lz4")):
        (dump / f"{number}.dat.{ending}").write_bytes(b"")
        entries[number] = "public c ann"
    assert (
        check_rows(dump, entries, None) == "the rows' end found in 2 of 4 data files (others are lz4 or zstd)"
    )


@pytest.mark.parametrize("name", ["11.dat", "12.dat.gz"])
def test_a_file_without_its_end_is_named(dump: Path, name: str) -> None:
    cut = ROWS.removesuffix(b"\\.\n\n\n")
    (dump / name).write_bytes(gzip.compress(cut) if name.endswith("gz") else cut)
    with pytest.raises(BackupBadError, match=f"dump/{name} is cut off"):
        check_rows(dump, {11: "public a ann", 12: "public b ann"}, None)

"""Scripts under zstd, which the program of that name unpacks, and what is said where it is not installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from drill_tui.postgres.archive.forms import open_plain, recognise
from drill_tui.postgres.archive.latest import newest_backup
from drill_tui.postgres.client.errors import BackupBadError, RestoreUsageError
from tests.unit.postgres.test_forms import ARCHIVE, SCRIPT

FRAME = b"\x28\xb5\x2f\xfd"
installed = pytest.mark.skipif(shutil.which("zstd") is None, reason="zstd is not installed here")


def packed(content: bytes) -> bytes:
    return subprocess.run(["zstd", "-q", "-c"], input=content, capture_output=True, check=True).stdout


@installed
def test_a_script_is_found_and_read(tmp_path: Path) -> None:
    path = tmp_path / "nightly.sql.zst"
    path.write_bytes(packed(SCRIPT * 9000))
    newest = newest_backup(tmp_path, pytest.fail)
    assert (newest.path.name, newest.kind) == ("nightly.sql.zst", "sql")
    with open_plain(path) as file:
        assert file.read() == SCRIPT * 9000


@installed
@pytest.mark.parametrize("damage", ["cut", "garbage"])
def test_a_damaged_one_is_bad(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "nightly.sql.zst"
    path.write_bytes(packed(SCRIPT)[:30] if damage == "cut" else FRAME + bytes(40))
    with pytest.raises(BackupBadError, match="cannot be unpacked"):
        recognise(path)


@installed
def test_one_that_is_cut_far_behind_its_beginning_ends_in_an_error_and_not_early(tmp_path: Path) -> None:
    path = tmp_path / "nightly.sql.zst"
    whole = packed(b"".join(b"INSERT INTO t VALUES (%d);\n" % (n * n) for n in range(300_000)))
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with open_plain(path) as file, pytest.raises(EOFError, match=r"."):
        file.read()


@installed
def test_an_archive_inside_is_refused_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "nightly.dump.zst").write_bytes(packed(ARCHIVE))
    with pytest.raises(RestoreUsageError, match="a pg_dump archive inside gzip or zstd") as refusal:
        recognise(tmp_path / "nightly.dump.zst")
    assert "zstd -d -k" in refusal.value.advice


def test_without_the_program_it_is_refused_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nightly.sql").write_bytes(FRAME + bytes(20))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RestoreUsageError, match=r"packed with zstd, .*not unpacked here") as refusal:
        recognise(tmp_path / "nightly.sql")
    assert "With the program zstd installed" in refusal.value.advice

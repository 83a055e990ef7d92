"""Archived WAL comes back as it was, whatever packed it; damage and a missing program are said."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.physical.pages import lacks_checksums
from drill_tui.sources.packed import plain_name, require_programs, unpack
from drill_tui.sources.port import BackupFaultError

NAME = "000000010000000000000003"
CONTENT = b"\x13\xd1" * 5000


@pytest.fixture(params=["", ".gz", ".lz4"])
def packed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path: Path = tmp_path / f"{NAME}{request.param}"
    path.write_bytes(gzip.compress(CONTENT) if request.param == ".gz" else CONTENT)
    if request.param == ".lz4":
        if shutil.which("lz4") is None:
            pytest.skip("lz4 is not installed here")
        path.write_bytes(subprocess.run(["lz4", "-c"], input=CONTENT, capture_output=True, check=True).stdout)
    return path


def test_a_segment_comes_back_under_its_own_name(packed: Path, tmp_path: Path) -> None:
    assert plain_name(packed.name) == NAME
    unpack(packed, tmp_path / "plain", os.environ)
    assert (tmp_path / "plain").read_bytes() == CONTENT


def test_one_that_was_cut_off_is_the_backups_fault(packed: Path, tmp_path: Path) -> None:
    if packed.suffix:
        packed.write_bytes(packed.read_bytes()[:-20])
        with pytest.raises(BackupFaultError, match=f"WAL segment {NAME} cannot be read back"):
            unpack(packed, tmp_path / "plain", os.environ)


def test_what_nothing_here_unpacks_is_said_beforehand() -> None:
    require_programs([Path(f"{NAME}.gz")], {"PATH": ""})
    with pytest.raises(ActionError, match="lz4 is not installed on this machine"):
        require_programs([Path(f"{NAME}.lz4")], {"PATH": ""})


def test_a_page_that_never_got_a_checksum_is_seen_and_an_empty_one_is_none(tmp_path: Path) -> None:
    (tmp_path / "pg_control").write_bytes(b"\x01" + bytes(100))
    (tmp_path / "1213").write_bytes(bytes(8192))
    (tmp_path / "1260").write_bytes(bytes(7) + b"\x01\x34\x12" + bytes(8182))
    assert not lacks_checksums(tmp_path)
    (tmp_path / "1261").write_bytes(b"\x01" + bytes(8191))
    assert lacks_checksums(tmp_path)

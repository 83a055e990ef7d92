"""Archived WAL comes back as it was, whatever packed it; damage and a missing program are said."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.physical.pages import lacks_checksums
from drill_tui.sources.packed import plain_name, require_programs, unpack
from drill_tui.sources.port import BackupFaultError

NAME = "000000010000000000000003"
CONTENT = b"\x13\xd1" * 5000


PACKED: Mapping[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
PROGRAMS = {".lz4": "lz4", ".zst": "zstd"}


def packed_as(suffix: str) -> bytes:
    if suffix in PACKED:
        return PACKED[suffix](CONTENT)
    if shutil.which(PROGRAMS[suffix]) is None:
        pytest.skip(f"{PROGRAMS[suffix]} is not installed here")
    done = subprocess.run([PROGRAMS[suffix], "-c"], input=CONTENT, capture_output=True, check=True)
    return done.stdout


@pytest.fixture(params=[*PACKED, *PROGRAMS])
def suffix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["named", "under the plain name"])
def packed(suffix: str, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path: Path = tmp_path / (NAME + suffix if request.param == "named" else NAME)
    path.write_bytes(packed_as(suffix))
    return path


def test_a_segment_comes_back_under_its_own_name(packed: Path, tmp_path: Path) -> None:
    assert plain_name(packed.name) == NAME
    unpack(packed, tmp_path / "plain", os.environ)
    assert (tmp_path / "plain").read_bytes() == CONTENT


def test_one_that_was_cut_off_is_the_backups_fault(suffix: str, packed: Path, tmp_path: Path) -> None:
    if suffix:
        packed.write_bytes(packed.read_bytes()[:-20])
        with pytest.raises(BackupFaultError, match=f"WAL segment {NAME} cannot be read back"):
            unpack(packed, tmp_path / "plain", os.environ)


def test_what_is_neither_wal_nor_packed_is_the_backups_fault(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(bytes(5000))
    with pytest.raises(BackupFaultError, match=f"WAL segment {NAME} cannot be read back: it begins as no"):
        unpack(tmp_path / NAME, tmp_path / "plain", os.environ)
    (tmp_path / "00000002.history").write_text("1\t0/5000000\tno recovery target specified\n")
    unpack(tmp_path / "00000002.history", tmp_path / "plain", os.environ)


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

"""Drills of what a real Barman keeps: green when it is sound, red for the right reason when it is not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.drill.running import nothing_left
from tests.e2e.physical.kept import QUIET_ROWS, Kept, kept_by_barman
from tests.e2e.physical.repository import fingerprint_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("physical")]
soak_only = pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="in `make soak` only")
FAILED = "20990101T000000"


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    found = kept_by_barman()
    yield found
    shutil.rmtree(found.home, ignore_errors=True)


def _failed(kept: Kept) -> None:
    """A later backup that Barman gave up, as it writes it down."""
    told = kept.info.read_text().replace("status=DONE", "status=FAILED")
    place = Path(str(kept.info).replace(kept.newest, FAILED))
    place.parent.mkdir(exist_ok=True)
    place.write_text(told.replace("error=None", "error=failure copying base backup"))


def test_a_sound_one_passes_and_nothing_of_it_is_touched(kept: Kept, tmp_path: Path) -> None:
    """By an account that may only read it: no lock, no script, and what waits is not archived."""
    _failed(kept)
    before = fingerprint_of(kept.home)
    drill = kept.drill(tmp_path / "artifacts")
    assert drill.code == 0, drill.story()
    assert {c["result"] for c in drill.report["criteria"]} == {"met"}, drill.story()
    logs = "".join(path.read_text() for path in (drill.run_dir / "logs").iterdir())
    assert f"Passed over: {FAILED} is FAILED: failure copying base backup" in logs
    assert f"WAL from {kept.waiting} on" in logs
    assert kept.newest in drill.criterion("backup_found")["detail"]
    assert "pg_verifybackup compared every file" in drill.criterion("restore_completes")["detail"]
    last = max(path.name for path in (kept.server / "incoming").iterdir())
    assert f"to {last}; " in drill.criterion("wal_complete")["detail"]
    assert "shop: " in drill.criterion("data_integrity")["detail"]
    assert fingerprint_of(kept.home) == before
    nothing_left(drill.run_dir)


@dataclass(frozen=True)
class Fault:
    name: str
    damaged: Callable[[Kept], tuple[Path, ...]]
    """The files that are put aside, and given back afterwards."""
    plant: Callable[[Kept], None]
    criterion: str
    sentence: str
    params: tuple[str, ...] = ()


def _nothing(_: Kept) -> tuple[Path, ...]:
    return ()


def _harmless(_: Kept) -> None:
    """The fault is in the parameters."""


def _flip(path: Path, position: int) -> None:
    flipped = bytearray(path.read_bytes())
    flipped[position] ^= 0x10
    path.write_bytes(flipped)


def _quiet(kept: Kept) -> Path:
    return kept.data / kept.quiet_path


def _manifest(kept: Kept) -> Path:
    return kept.data / "backup_manifest"


def _row_gone(kept: Kept) -> None:
    """The pointer of one row is emptied, in a backup that nothing but its content can judge."""
    _manifest(kept).unlink()
    content = bytearray(_quiet(kept).read_bytes())
    content[24:28] = bytes(4)
    _quiet(kept).write_bytes(content)


FAULTS = (
    Fault(
        "flipped byte in a data file",
        lambda k: (_quiet(k),),
        lambda k: _flip(_quiet(k), 8000),
        "restore_completes",
        "is damaged: pg_verifybackup found what Barman did not",
    ),
    Fault(
        "segment gone",
        lambda k: (k.segment(k.segments[0]),),
        lambda k: k.segment(k.segments[0]).unlink(),
        "wal_complete",
        "later ones cannot be used",
    ),
    Fault(
        "segment gone that it needs",
        lambda k: (k.segment(k.first),),
        lambda k: k.segment(k.first).unlink(),
        "wal_complete",
        "needs it to become consistent: no recovery from it is possible",
    ),
    Fault(
        "wrong server",
        _nothing,
        _harmless,
        "backup_found",
        "has no server 'other'; it has: main",
        ("server=other",),
    ),
    Fault(
        "row gone, and no manifest",
        lambda k: (_quiet(k), _manifest(k)),
        _row_gone,
        "data_integrity",
        f"public.quiet: {QUIET_ROWS - 1} rows, and were {QUIET_ROWS}",
    ),
    Fault(
        "flipped byte in WAL",
        lambda k: (k.segment(k.segments[1]),),
        lambda k: _flip(k.segment(k.segments[1]), 5000),
        "wal_complete",
        "cannot be read back",
    ),
    Fault(
        "first byte of a segment",
        lambda k: (k.segment(k.segments[1]),),
        lambda k: _flip(k.segment(k.segments[1]), 0),
        "wal_complete",
        "it begins as no WAL does",
    ),
    Fault(
        "file of the backup gone",
        lambda k: (_quiet(k),),
        lambda k: _quiet(k).unlink(),
        "restore_completes",
        "is damaged: pg_verifybackup found what Barman did not",
    ),
    Fault("failed one", _nothing, _failed, "backup_found", "is FAILED: failure", (f"backup={FAILED}",)),
    Fault("past the end", _nothing, _harmless, "point_reached", "the WAL ends before", ("to=2099-01-01",)),
)
IN_CI = {"flipped byte in a data file", "segment gone that it needs", "wrong server"}
"""The others take the same ways; `make soak` runs all of them."""


@contextmanager
def _given_back(files: tuple[Path, ...]) -> Iterator[None]:
    whole = {path: path.read_bytes() for path in files}
    try:
        yield
    finally:
        for path, content in whole.items():
            path.write_bytes(content)
            path.chmod(0o644)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.name, marks=[] if fault.name in IN_CI else [soak_only])
        for fault in FAULTS
    ],
)
def test_each_fault_goes_red_for_its_own_reason(fault: Fault, kept: Kept, tmp_path: Path) -> None:
    with _given_back(fault.damaged(kept)):
        fault.plant(kept)
        drill = kept.drill(tmp_path / "artifacts", "profile=fast", *fault.params)
    assert drill.code == 1, drill.story()
    found = drill.criterion(fault.criterion)
    assert found["result"] == "missed", drill.story()
    assert fault.sentence in found["detail"], drill.story()
    nothing_left(drill.run_dir)


@soak_only
def test_a_packed_one_comes_back_and_its_damage_is_said(tmp_path: Path) -> None:
    """With `backup_compression`, Barman unpacks it into the drill's own folder."""
    packed = kept_by_barman("backup_compression = gzip\n")
    try:
        before = fingerprint_of(packed.home)
        drill = packed.drill(tmp_path / "good")
        assert drill.code == 0, drill.story()
        assert fingerprint_of(packed.home) == before
        base = packed.data / "base.tar.gz"
        base.write_bytes(base.read_bytes()[:-5000])
        drill = packed.drill(tmp_path / "cut", "profile=fast")
    finally:
        shutil.rmtree(packed.home, ignore_errors=True)
    assert drill.code == 1, drill.story()
    assert "is damaged: barman could not restore it" in drill.criterion("restore_completes")["detail"]


@soak_only
def test_a_folder_is_drilled_where_barman_has_no_configuration(kept: Kept, tmp_path: Path) -> None:
    """Mounted or copied: the folder itself is named."""
    home = kept.home / "mounted"
    shutil.copytree(kept.home / "barman", home, symlinks=True)
    (home / "main" / "archived").rename(home / "main" / "wals")
    try:
        drill = kept.drill(tmp_path / "artifacts", f"config={home}")
    finally:
        shutil.rmtree(home)
    assert drill.code == 0, drill.story()

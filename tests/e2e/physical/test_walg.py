"""Drills of a store in WAL-G's layout, with a stand-in for its program: what ours makes of what it says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.drill.running import nothing_left
from tests.e2e.physical.repository import fingerprint_of
from tests.e2e.physical.walg_store import QUIET_ROWS, Store, filled_store, repack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("physical")]
soak_only = pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="in `make soak` only")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    found = filled_store()
    yield found
    shutil.rmtree(found.home, ignore_errors=True)


@pytest.fixture
def damaged(store: Store, tmp_path: Path) -> Iterator[Store]:
    """Free to be damaged; the whole one is laid back afterwards."""
    shutil.copytree(store.root, tmp_path / "whole")
    yield store
    shutil.rmtree(store.root)
    shutil.copytree(tmp_path / "whole", store.root)


def test_a_sound_one_passes_and_nothing_of_it_is_touched(store: Store, tmp_path: Path) -> None:
    """Tablespaces go into the copy, never where production has them."""
    before = fingerprint_of(store.root)
    drill = store.drill(tmp_path / "artifacts")
    assert drill.code == 0, drill.story()
    assert {c["result"] for c in drill.report["criteria"]} == {"met"}, drill.story()
    assert store.newest in drill.criterion("backup_found")["detail"]
    assert "compared nothing" in drill.criterion("restore_completes")["detail"]
    assert "2 tables (5,800 rows)" in drill.criterion("data_integrity")["detail"]
    assert fingerprint_of(store.root) == before
    assert not (store.home / "production").exists()
    nothing_left(drill.run_dir)


@dataclass(frozen=True)
class Fault:
    name: str
    plant: Callable[[Store], None]
    criterion: str
    sentence: str
    params: tuple[str, ...] = ()


def _nothing(_: Store) -> None:
    """The fault is in the parameters."""


def _cut_file(path: Path, by: int) -> None:
    path.write_bytes(path.read_bytes()[:-by])


def _cut(store: Store) -> None:
    _cut_file(store.parts(store.newest) / "part_001.tar.lz4", 5000)


def _older_under_newest(store: Store) -> None:
    shutil.rmtree(store.parts(store.newest))
    shutil.copytree(store.parts(store.older), store.parts(store.newest))


def _row_gone(store: Store) -> None:
    """The pointer of one row is emptied, in a part that unpacks as well as before."""

    def change(content: bytearray) -> None:
        header = content.index(store.quiet_path.encode() + b"\0")
        content[header + 512 + 24 : header + 512 + 28] = bytes(4)

    repack(store.parts(store.newest) / "part_001.tar.lz4", change)


FAULTS = (
    Fault(
        "row gone", _row_gone, "data_integrity", f"public.quiet: {QUIET_ROWS - 1} rows, and were {QUIET_ROWS}"
    ),
    Fault("part cut", _cut, "restore_completes", "is damaged: wal-g could not restore it"),
    Fault("older under the newest name", _older_under_newest, "restore_completes", "came out as another one"),
    Fault(
        "segment gone that it needs",
        lambda s: s.segment(s.began_in).unlink(),
        "wal_complete",
        "needs it to become consistent",
    ),
    Fault(
        "no pg_control",
        lambda s: (s.parts(s.newest) / "pg_control.tar.lz4").unlink(),
        "restore_completes",
        "Expect pg_control archive, but not found",
    ),
    Fault(
        "segment cut",
        lambda s: _cut_file(s.segment(s.last), 100),
        "wal_complete",
        "cannot be read back",
    ),
    Fault(
        "no backup", lambda s: shutil.rmtree(s.root / "basebackups_005"), "backup_found", "wal-g backup-push"
    ),
    Fault("past the end", _nothing, "point_reached", "the WAL ends before", ("to=2099-01-01",)),
)
IN_CI = {"row gone", "part cut"}
"""The others take the same ways; `make soak` runs all of them."""


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.name, marks=[] if fault.name in IN_CI else [soak_only])
        for fault in FAULTS
    ],
)
def test_each_fault_goes_red_for_its_own_reason(fault: Fault, damaged: Store, tmp_path: Path) -> None:
    fault.plant(damaged)
    drill = damaged.drill(tmp_path / "artifacts", "profile=fast", *fault.params)
    assert drill.code == 1, drill.story()
    found = drill.criterion(fault.criterion)
    assert found["result"] == "missed", drill.story()
    assert fault.sentence in found["detail"], drill.story()
    nothing_left(drill.run_dir)

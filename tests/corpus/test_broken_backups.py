"""Backups that were damaged, cut, swapped or tampered with: the check names each one's own fault."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from drill_tui.faults.catalogue import CATALOGUE
from drill_tui.faults.damage import (
    age_snapshot,
    append,
    flip,
    largest_data,
    overwrite,
    replace_in,
    sign,
    signed,
)
from drill_tui.faults.fault import Damage, InBackup
from drill_tui.faults.inject import break_backup
from tests.corpus.broken_backup import Good
from tests.corpus.scripts import Ran, run_script

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("broken_backups")]
CRITERION = "checksums_verify"


def check(backup: Path) -> Ran:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return run_script("restore", environment, "--input", backup, "--check-only")


def led_outside(backup: Path) -> None:
    append(backup / "checksums.sha256", f"{'0' * 64}  ../../../etc/passwd\n")


def psql_command(backup: Path) -> None:
    append(backup / "globals.sql", "\\! touch /tmp/escaped\n")


WORDS = {
    "data-truncated": "checksum differs",
    "data-truncated-and-signed": "is cut off",
    "data-byte-flipped": "checksum differs",
    "data-byte-flipped-and-signed": "cannot be unpacked",
    "data-missing": "missing: listed in checksums.sha256",
    "data-missing-and-signed": "is missing in every form",
    "data-emptied-and-signed": "is cut off",
    "data-is-a-link": "is a symbolic link",
    "extra-file": "not listed in checksums.sha256",
    "checksums-missing": "checksums.sha256 is missing",
    "checksums-empty": "is empty",
    "checksums-cut": "cut off",
    "manifest-missing": "manifest.json is missing",
    "manifest-changed": "checksum differs",
    "manifest-empty": "manifest.json is empty",
    "manifest-cut": "manifest.json is cut off",
    "manifest-not-json": "manifest.json is not JSON",
    "manifest-newer": "has format 2",
    "manifest-of-yesterday": "of another backup",
    "toc-flipped": "checksum differs",
    "toc-cut-and-signed": "cannot be read to its end",
    "toc-garbage-and-signed": "cannot be read to its end",
    "toc-missing": "no table of contents",
    "globals-missing": "globals.sql is missing",
    "globals-with-more": "holds more than roles: the statement 'drop database",
    "backup-not-finished": "never completed",
}
"""What is said of the catalogue's faults in a backup."""
HOSTILE: dict[str, tuple[Damage, str]] = {
    "checksums-lead-outside": (led_outside, "outside the backup"),
    "manifest-deep": (
        signed(lambda b: overwrite(b / "manifest.json", b"[" * 1_000_000)),
        "nested deeper",
    ),
    "manifest-of-a-gigabyte": (
        signed(lambda b: os.truncate(b / "manifest.json", 1024**3)),
        "manifest.json is larger than 256 MB",
    ),
    "globals-run-a-program": (signed(psql_command), "holds more than roles"),
}
"""Not met by accident, and so not in the catalogue."""


def damages() -> dict[str, Damage]:
    """How each case is made; that a backup is old is judged by its age, not by its files."""
    found = {name: harm for name, (harm, _) in HOSTILE.items()}
    for fault in CATALOGUE:
        if isinstance(fault.injury, InBackup) and fault.criterion == CRITERION:
            found[fault.id] = partial(break_backup, injury=fault.injury)
    return found


CASES = {**WORDS, **{name: words for name, (_, words) in HOSTILE.items()}}


def test_every_fault_of_a_backup_is_tried() -> None:
    assert damages().keys() == CASES.keys()


@pytest.mark.parametrize("case", CASES)
def test_a_broken_backup_is_named_for_what_is_wrong(good: Good, tmp_path: Path, case: str) -> None:
    words = CASES[case]
    backup = good.copy_to(tmp_path)
    damages()[case](backup)
    ran = check(backup)
    assert (ran.code, ran.result(CRITERION)) == (1, "missed"), ran.stderr
    assert words in ran.stderr
    assert words in ran.evidence[CRITERION]["detail"]
    assert "Traceback" not in ran.stderr
    assert "snapshot_age_s" not in ran.outputs


@pytest.mark.parametrize("which", ["backup", "second", "other_database", "uncompressed"])
def test_a_good_backup_passes(good: Good, which: str) -> None:
    ran = check(getattr(good, which))
    assert (ran.code, ran.result(CRITERION)) == (0, "met"), ran.stderr
    assert 0 <= float(ran.outputs["snapshot_age_s"]) < 600
    assert "none missing, none extra" in ran.evidence[CRITERION]["coverage"]


def test_a_good_backup_passes_under_another_name_and_from_any_directory(good: Good, tmp_path: Path) -> None:
    moved = good.copy_to(tmp_path).rename(tmp_path / "last night's – ünïcode")
    assert check(moved).code == 0


def test_the_manifest_of_another_database_is_noticed(good: Good, tmp_path: Path) -> None:
    backup = good.copy_to(tmp_path)
    (backup / "manifest.json").write_bytes((good.other_database / "manifest.json").read_bytes())
    sign(backup)
    ran = check(backup)
    assert ran.code == 1
    assert "of another database: it says 'depot', and the archive is of 'shop'" in ran.stderr


def test_one_flipped_byte_without_compression_is_noticed(good: Good, tmp_path: Path) -> None:
    backup = good.copy_to(tmp_path, good.uncompressed)
    flip(largest_data(backup))
    assert "checksum differs" in check(backup).stderr


def test_an_interrupted_backup_is_not_taken_for_a_whole_one(good: Good, tmp_path: Path) -> None:
    partial = good.copy_to(tmp_path)
    partial = partial.rename(partial.with_name(f"{partial.name}.partial"))
    assert "interrupted" in check(partial).stderr
    ran = check(partial.with_name(partial.name.removesuffix(".partial")))
    assert (ran.code, ran.result(CRITERION)) == (1, "missed")
    assert "never completed" in ran.stderr


def test_the_age_of_yesterdays_backup_is_its_snapshots_age(good: Good, tmp_path: Path) -> None:
    """The 24 h objective is judged from this output, never from the file's age."""
    backup = good.copy_to(tmp_path)
    age_snapshot(backup)
    sign(backup)
    assert float(check(backup).outputs["snapshot_age_s"]) > 25 * 3600


def test_more_than_one_input_and_no_backup_at_all_are_wrong_usage(good: Good, tmp_path: Path) -> None:
    both = run_script("restore", dict(os.environ), "--input", good.backup, good.second, "--check-only")
    assert both.code == 2
    assert "one backup, and 2 were given" in both.stderr
    folder = check(good.backup.parent)
    assert folder.code == 2
    assert good.backup.name in folder.stderr
    assert check(tmp_path).code != 0


def test_a_row_cut_out_of_an_uncompressed_file_is_noticed_although_it_was_signed(
    good: Good, tmp_path: Path
) -> None:
    backup = good.copy_to(tmp_path, good.uncompressed)
    replace_in(largest_data(backup), b"\n77\t", b"\t77\t")
    sign(backup)
    ran = check(backup)
    assert ran.code == 1
    assert "holds 19,999 rows, and the manifest says 20,000" in ran.stderr


def test_an_uncompressed_file_cut_between_rows_is_noticed_although_it_was_signed(
    good: Good, tmp_path: Path
) -> None:
    backup = good.copy_to(tmp_path, good.uncompressed)
    data = largest_data(backup)
    os.truncate(data, data.read_bytes().index(b"\n7777\t") + 1)
    sign(backup)
    assert "the mark at the end of its rows is missing" in check(backup).stderr

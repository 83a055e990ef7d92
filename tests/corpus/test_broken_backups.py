"""Backups that were damaged, cut, swapped or tampered with: the check names each one's own fault."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.corpus.broken_backup import (
    Damage,
    Good,
    edit_manifest,
    flip,
    largest_data,
    overwrite,
    replace_in,
    sign,
    signed,
    truncate,
)
from tests.corpus.scripts import Ran, run_script

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("broken_backups")]
CRITERION = "checksums_verify"


def check(backup: Path) -> Ran:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return run_script("restore", environment, "--input", backup, "--check-only")


def linked(backup: Path) -> None:
    data = largest_data(backup)
    data.rename(backup.parent / "elsewhere")
    data.symlink_to(backup.parent / "elsewhere")


def led_outside(backup: Path) -> None:
    with (backup / "checksums.sha256").open("a") as file:
        file.write(f"{'0' * 64}  ../../../etc/passwd\n")


def day_older(backup: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    times = ("started_at", "finished_at", "snapshot_at")
    older = {name: datetime.fromisoformat(manifest[name]) - timedelta(days=1) for name in times}
    edit_manifest(backup, **{name: at.isoformat() for name, at in older.items()})


def without_toc(backup: Path) -> None:
    (backup / "dump/toc.dat").unlink()


def more_than_roles(backup: Path) -> None:
    with (backup / "globals.sql").open("a") as file:
        file.write("DROP DATABASE shop;\n")


def psql_command(backup: Path) -> None:
    with (backup / "globals.sql").open("a") as file:
        file.write("\\! touch /tmp/escaped\n")


CASES: dict[str, tuple[Damage, str]] = {
    "data-truncated": (lambda b: truncate(largest_data(b)), "checksum differs"),
    "data-truncated-and-signed": (signed(lambda b: truncate(largest_data(b))), "is cut off"),
    "data-byte-flipped": (lambda b: flip(largest_data(b)), "checksum differs"),
    "data-byte-flipped-and-signed": (signed(lambda b: flip(largest_data(b))), "cannot be unpacked"),
    "data-missing": (lambda b: largest_data(b).unlink(), "missing: listed in checksums.sha256"),
    "data-missing-and-signed": (signed(lambda b: largest_data(b).unlink()), "is missing in every form"),
    "data-emptied-and-signed": (signed(lambda b: truncate(largest_data(b), 0)), "is cut off"),
    "data-is-a-link": (linked, "is a symbolic link"),
    "extra-file": (lambda b: (b / "dump/9999.dat").touch(), "not listed in checksums.sha256"),
    "checksums-missing": (lambda b: (b / "checksums.sha256").unlink(), "checksums.sha256 is missing"),
    "checksums-empty": (lambda b: truncate(b / "checksums.sha256", 0), "is empty"),
    "checksums-cut": (lambda b: truncate(b / "checksums.sha256", 0.7), "cut off"),
    "checksums-lead-outside": (led_outside, "outside the backup"),
    "manifest-missing": (lambda b: (b / "manifest.json").unlink(), "manifest.json is missing"),
    "manifest-changed": (lambda b: edit_manifest(b, run_id="x"), "checksum differs"),
    "manifest-empty": (signed(lambda b: truncate(b / "manifest.json", 0)), "manifest.json is empty"),
    "manifest-cut": (signed(lambda b: truncate(b / "manifest.json")), "manifest.json is cut off"),
    "manifest-not-json": (signed(lambda b: flip(b / "manifest.json", 0)), "manifest.json is not JSON"),
    "manifest-newer": (signed(lambda b: edit_manifest(b, format_version=2)), "has format 2"),
    "manifest-deep": (
        signed(lambda b: overwrite(b / "manifest.json", b"[" * 1_000_000)),
        "nested deeper",
    ),
    "manifest-of-a-gigabyte": (
        signed(lambda b: os.truncate(b / "manifest.json", 1024**3)),
        "manifest.json is larger than 256 MB",
    ),
    "manifest-of-yesterday": (signed(day_older), "of another backup"),
    "toc-flipped": (lambda b: flip(b / "dump/toc.dat"), "checksum differs"),
    "toc-cut-and-signed": (signed(lambda b: truncate(b / "dump/toc.dat")), "cannot be read to its end"),
    "toc-garbage-and-signed": (
        signed(lambda b: overwrite(b / "dump/toc.dat", b"nonsense")),
        "cannot be read to its end",
    ),
    "toc-missing": (without_toc, "no table of contents"),
    "globals-missing": (lambda b: (b / "globals.sql").unlink(), "globals.sql is missing"),
    "globals-with-more": (signed(more_than_roles), "holds more than roles: the statement 'drop database"),
    "globals-run-a-program": (signed(psql_command), "holds more than roles"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_backup_is_named_for_what_is_wrong(good: Good, tmp_path: Path, case: str) -> None:
    damage, words = CASES[case]
    backup = good.copy_to(tmp_path)
    damage(backup)
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
    manifest = json.loads((backup / "manifest.json").read_text())
    at = datetime.fromisoformat(manifest["snapshot_at"]) - timedelta(hours=25)
    edit_manifest(backup, snapshot_at=at.isoformat())
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

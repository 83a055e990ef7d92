"""The folder of a backup: its name, its checksums, and when it counts as complete."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drill_tui.postgres.archive import folder as archive_folder
from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME
from drill_tui.postgres.backup.remove import backups_of_run, run_of

AT = datetime(2026, 11, 22, 14, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        ("shop", "shop_20261122T140102Z"),
        ("../../etc", "etc_20261122T140102Z"),
        ('my "db" ü', "my-db_20261122T140102Z"),
        ("\n", "database_20261122T140102Z"),
        ("x" * 200, "x" * 80 + "_20261122T140102Z"),
    ],
)
def test_names_are_safe_for_file_systems(database: str, expected: str) -> None:
    assert archive_folder.backup_name(database, AT) == expected


def test_two_backups_in_one_second_do_not_meet(tmp_path: Path) -> None:
    first = archive_folder.publish(archive_folder.start_partial(tmp_path, "shop", None))
    second = archive_folder.start_partial(tmp_path, "shop", None)
    third = archive_folder.start_partial(tmp_path, "shop", None)
    assert [path.name for path in (first, second, third)] == ["shop", "shop-2.partial", "shop-3.partial"]
    assert archive_folder.leftovers(tmp_path) == [second, third]


def test_checksums_are_what_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "dump").mkdir()
    for name in ("a", "dump/b", "dump/c d"):
        (tmp_path / name).write_text(name)
    reported: list[tuple[int, int]] = []
    text = archive_folder.checksums(tmp_path, 2, lambda done, total: reported.append((done, total)))
    (tmp_path / CHECKSUMS_NAME).write_text(text)
    done = subprocess.run(["sha256sum", "-c", "--strict", CHECKSUMS_NAME], cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert text.count("\n") == 3
    assert reported[-1] == (15, 15)


def test_the_mark_of_a_run_goes_when_the_backup_is_complete(tmp_path: Path) -> None:
    partial = archive_folder.start_partial(tmp_path, "shop", "run-1")
    assert run_of(partial) == "run-1"
    assert backups_of_run(tmp_path, "run-1") == [partial]
    assert backups_of_run(tmp_path, "run-2") == []
    final = archive_folder.publish(partial)
    assert list(final.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 100_000, '{"run_id": "r"}', '{"format": 1, "run_id": "r"}']
)
def test_a_folder_that_does_not_say_so_belongs_to_no_run(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    (folder / "manifest.json").write_text(text)
    assert run_of(folder) is None


def test_a_link_belongs_to_no_run(tmp_path: Path) -> None:
    partial = archive_folder.start_partial(tmp_path / "elsewhere", "shop", "run-1")
    link = tmp_path / "link"
    link.symlink_to(partial)
    assert run_of(link) is None

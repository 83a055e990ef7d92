"""A backup's files against its checksums: whatever was done to them is named, and nothing outside is read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drill_tui.postgres.archive.integrity import read_checksums, read_text, verify_files
from drill_tui.postgres.client.errors import BackupBadError
from tests.unit.confinement import confined_to

FILES = {
    "manifest.json": b"{}",
    "globals.sql": b"",
    "dump/toc.dat": b"PGDMP",
    "dump/3355.dat.gz": b"rows" * 1000,
}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    folder = tmp_path / "shop_20260101T000000Z"
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    sign(folder)
    return folder


def sign(folder: Path) -> None:
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in FILES.items()]
    (folder / "checksums.sha256").write_text("".join(lines))


def refusal(folder: Path) -> str:
    with pytest.raises(BackupBadError) as caught:
        verify_files(folder)
    return str(caught.value)


def test_an_untouched_backup_is_read_completely(backup: Path) -> None:
    told: list[tuple[int, int]] = []
    size = verify_files(backup, lambda done, total: told.append((done, total)))
    assert size == sum(len(content) for content in FILES.values())
    assert told[-1] == (size, size)


@pytest.mark.parametrize("name", ["manifest.json", "globals.sql", "dump/toc.dat", "checksums.sha256"])
def test_a_missing_part_is_named(backup: Path, name: str) -> None:
    (backup / name).unlink()
    assert refusal(backup).startswith(f"{name} is missing")


def test_a_missing_data_file_is_named(backup: Path) -> None:
    (backup / "dump/3355.dat.gz").unlink()
    assert refusal(backup).startswith("'dump/3355.dat.gz' is missing")


@pytest.mark.parametrize("name", ["extra", "dump/1.dat", "dump/\udcff"])
def test_an_extra_file_is_named(backup: Path, name: str) -> None:
    (backup / name).write_bytes(b"x")
    assert "not listed" in refusal(backup)


@pytest.mark.parametrize("name", FILES)
def test_one_changed_byte_is_named(backup: Path, name: str) -> None:
    path = backup / name
    path.write_bytes(path.read_bytes() + b"x")
    assert refusal(backup).startswith(f"'{name}' ")
    assert "checksum differs" in refusal(backup)


def test_a_partial_backup_never_passes(backup: Path) -> None:
    partial = backup.rename(backup.with_name(f"{backup.name}.partial"))
    assert "interrupted" in refusal(partial)


def test_links_are_refused_and_never_followed(backup: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(FILES["dump/3355.dat.gz"])
    (backup / "dump/3355.dat.gz").unlink()
    (backup / "dump/3355.dat.gz").symlink_to(outside)
    assert "is a symbolic link" in refusal(backup)


def test_a_linked_folder_is_refused(backup: Path, tmp_path: Path) -> None:
    (backup / "dump").rename(tmp_path / "dump")
    (backup / "dump").symlink_to(tmp_path / "dump")
    assert "is a symbolic link" in refusal(backup)


def test_a_pipe_does_not_hang_the_check(backup: Path) -> None:
    (backup / "globals.sql").unlink()
    os.mkfifo(backup / "globals.sql")
    assert "no regular file" in refusal(backup)


def test_a_deep_tree_is_refused(backup: Path) -> None:
    (backup / "a/b/c/d/e/f").mkdir(parents=True)
    assert "nested deeper" in refusal(backup)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/etc/passwd", "outside the backup"),
        ("../../etc/passwd", "outside the backup"),
        ("dump/../../x", "outside the backup"),
        ("./manifest.json", "outside the backup"),
        ("dump//toc.dat", "outside the backup"),
        ("checksums.sha256", "vouch for itself"),
        ("manifest.json", "twice"),
        ("gone", "missing"),
    ],
)
def test_a_line_that_names_something_else_is_refused(backup: Path, line: str, words: str) -> None:
    with (backup / "checksums.sha256").open("a") as file:
        file.write(f"{'0' * 64}  {line}\n")
    assert words in refusal(backup)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("nonsense\n", "line 1 is no line"),
        (f"{'0' * 63}  a\n", "line 1 is no line"),
        (f"{'0' * 64}  a", "cut off"),
        (f"\\{'0' * 64}  a\\nb\n", "line 1 is no line"),
    ],
)
def test_a_damaged_list_is_refused(backup: Path, text: str, words: str) -> None:
    (backup / "checksums.sha256").write_text(text)
    assert words in refusal(backup)


def test_binary_and_oversized_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BackupBadError, match="not text"):
        read_text(path, 100)
    path.write_bytes(b"x" * 101)
    with pytest.raises(BackupBadError, match="larger than"):
        read_text(path, 100)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_list_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "checksums.sha256"
    path.write_bytes(content)
    names: dict[str, str] = {}
    refused = ""
    try:
        with confined_to(path.parent / "nowhere"):
            names = read_checksums(path)
    except BackupBadError as error:
        refused = str(error)
    assert bool(names) != bool(refused)
    assert "\n" not in refused
    assert not any(name.startswith("/") or ".." in name.split("/") for name in names)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text("./\\ \0a", max_size=12) | st.sampled_from([*FILES, "../outside", "/etc/passwd"])))
def test_any_listed_names_are_looked_for_and_never_written(backup: Path, names: list[str]) -> None:
    kept = (backup / "checksums.sha256").read_text()
    listed = "".join(f"{hashlib.sha256(FILES.get(name, b'')).hexdigest()}  {name}\n" for name in names)
    (backup / "checksums.sha256").write_text(listed)
    with confined_to(backup / "nowhere"):
        if sorted(names) == sorted({*FILES}):
            assert verify_files(backup)
        else:
            with pytest.raises(BackupBadError):
                verify_files(backup)
    (backup / "checksums.sha256").write_text(kept)

"""The watch itself: what it must see, and what it must let through."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.unit.confinement import confined_to

DEEDS: dict[str, Callable[[Path], object]] = {
    "a file is written": lambda place: (place / "new").write_text("x"),
    "a file is written to": lambda place: (place / "file").open("a").close(),
    "a file is opened by its number": lambda place: os.close(os.open(place / "file", os.O_RDWR)),
    "a file is removed": lambda place: (place / "file").unlink(),
    "a file is cut off": lambda place: os.truncate(place / "file", 0),
    "a file becomes another's": lambda place: (place / "file").chmod(0o777),
    "a file is renamed": lambda place: (place / "file").rename(place / "renamed"),
    "a folder is made": lambda place: (place / "sub").mkdir(),
    "a folder is removed": lambda place: (place / "folder").rmdir(),
    "a tree is removed": lambda place: shutil.rmtree(place / "tree"),
    "a link is made": lambda place: (place / "link").symlink_to("anywhere"),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for home in (tmp_path / "home", tmp_path / "elsewhere"):
        (home / "folder").mkdir(parents=True)
        (home / "tree" / "deep").mkdir(parents=True)
        (home / "tree" / "deep" / "leaf").write_text("x")
        (home / "file").write_text("x")
    (tmp_path / "home" / "way-out").symlink_to(tmp_path / "elsewhere")
    return tmp_path


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
@pytest.mark.parametrize("way", ["elsewhere", "home/../elsewhere", "home/way-out"])
def test_outside_it_fails_and_does_not_happen(deed: Callable[[Path], object], way: str, place: Path) -> None:
    before = sorted((place / "elsewhere").rglob("*"))
    with pytest.raises(AssertionError), confined_to(place / "home"):
        deed(place / way)
    assert sorted((place / "elsewhere").rglob("*")) == before


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_inside_it_may_be_done(deed: Callable[[Path], object], place: Path) -> None:
    with confined_to(place / "home"):
        deed(place / "home")


def test_a_file_behind_a_link_is_outside_and_the_link_is_not(place: Path) -> None:
    link = place / "home" / "link"
    link.symlink_to(place / "elsewhere" / "file")
    with pytest.raises(AssertionError), confined_to(place / "home"):
        link.write_text("through the link")
    with confined_to(place / "home"):
        link.unlink()
    assert (place / "elsewhere" / "file").read_text() == "x"


def test_a_swallowed_refusal_fails_all_the_same(place: Path) -> None:
    with pytest.raises(AssertionError), confined_to(place / "home"), suppress(Exception):
        (place / "elsewhere" / "file").unlink()


def test_reading_is_nobodys_business_and_programs_are(place: Path) -> None:
    with confined_to(place / "home"):
        assert (place / "elsewhere" / "file").read_text() == "x"
    with pytest.raises(AssertionError), confined_to(place / "home"):
        subprocess.run([sys.executable, "--version"], check=True)

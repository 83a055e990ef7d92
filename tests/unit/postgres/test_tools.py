"""Which client programs are chosen among several installations."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from drill_tui.postgres.client.tools import (
    ToolsMissingError,
    ToolVersion,
    find_tools,
    known_holes,
    unknown_to,
)


def install(parent: Path, version: str, programs: tuple[str, ...] = ("pg_dump", "pg_restore")) -> Path:
    bin_dir = parent / version / "bin"
    bin_dir.mkdir(parents=True)
    for program in programs:
        script = bin_dir / program
        script.write_text(f"#!/bin/sh\necho '{program} (PostgreSQL) {version} (Debian {version}-1)'\n")
        script.chmod(0o755)
    return bin_dir


@pytest.fixture
def three(tmp_path: Path) -> Mapping[str, str]:
    places = [install(tmp_path, version) for version in ("18.7", "16.2", "15.20")]
    return {"DRILL_PG_BINDIR": os.pathsep.join(map(str, places))}


def test_the_same_major_is_preferred_over_newer_ones(three: Mapping[str, str]) -> None:
    assert find_tools(three, min_major=15).version.major == 15


def test_what_comes_after_the_one_that_fits_is_not_asked(tmp_path: Path) -> None:
    fitting, other = install(tmp_path, "15.20"), install(tmp_path, "18.7")
    asked = tmp_path / "asked"
    (other / "pg_dump").write_text(f"#!/bin/sh\ntouch {asked}\necho 'pg_dump (PostgreSQL) 18.7'\n")
    places = {"DRILL_PG_BINDIR": f"{fitting}{os.pathsep}{other}"}
    assert find_tools(places, min_major=15).bin_dir == find_tools(places).bin_dir == fitting
    assert not asked.exists()
    assert find_tools(places, min_major=16).bin_dir == other
    assert asked.exists()


def test_the_nearest_newer_one_will_do(three: Mapping[str, str]) -> None:
    assert find_tools(three, min_major=17).version == ToolVersion(18, 7, "18.7")


def test_an_exact_major_is_found_or_nothing(three: Mapping[str, str]) -> None:
    assert find_tools(three, major=16).version.minor == 2
    with pytest.raises(
        ToolsMissingError, match=r"pg_dump 17 is needed; found: 18\.7 in .*postgresql-client-17"
    ):
        find_tools(three, major=17)


def test_none_is_new_enough(three: Mapping[str, str]) -> None:
    with pytest.raises(ToolsMissingError, match="19 or newer is needed"):
        find_tools(three, min_major=19)


def test_an_explicit_directory_is_not_silently_replaced(tmp_path: Path) -> None:
    explicit = {"DRILL_PG_BINDIR": str(tmp_path / "nowhere")}
    with pytest.raises(ToolsMissingError, match="DRILL_PG_BINDIR is set, so nothing else was looked at"):
        find_tools(explicit)


def test_an_installation_without_the_program_is_passed_over(tmp_path: Path) -> None:
    partial = install(tmp_path, "15.20", ("pg_restore",))
    whole = install(tmp_path, "16.9")
    found = find_tools({"DRILL_PG_BINDIR": f"{partial}{os.pathsep}{whole}"}, min_major=15)
    assert found.bin_dir == whole
    with pytest.raises(ToolsMissingError, match="psql is missing"):
        found.path("psql")


def test_without_a_setting_something_is_installed_here() -> None:
    assert find_tools({"PATH": os.environ["PATH"]}).has("pg_dump")


def test_clients_with_published_holes_draw_a_warning() -> None:
    assert "15.20" in (known_holes(ToolVersion(15, 18)) or "")
    assert known_holes(ToolVersion(15, 20)) is None
    assert known_holes(ToolVersion(99, 0)) is None


def test_a_client_that_does_not_know_what_the_server_notes_in_columns_draws_a_warning() -> None:
    assert "pg_attver" in (unknown_to(ToolVersion(18, 6), 150_020) or "")
    assert unknown_to(ToolVersion(18, 6), 150_019) is None
    assert unknown_to(ToolVersion(18, 7), 150_020) is None
    assert unknown_to(ToolVersion(19, 0), 150_020) is None

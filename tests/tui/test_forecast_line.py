"""The forecast on the home screen: one line where history allows one, and none where it does not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual.widgets import OptionList

from drill_tui.programme.forecast import PRODUCTION
from drill_tui.tui.forecast_words import forecast_words
from drill_tui.tui.places import Places
from drill_tui.tui.screens.home import HomeScreen
from tests.tui.conftest import on_screen, wait_for
from tests.tui.test_home import NOV_20, entries
from tests.unit.programme.test_forecast import past

GROWING = [500, 800, 1200, 2000, 4000, 8000]


def words_of(folder: Path, size: str, **more: object) -> str:
    drills = past(folder, GROWING, **more)  # type: ignore[arg-type]
    return str(forecast_words(drills, {PRODUCTION: size}))


@pytest.mark.parametrize(
    ("objective_s", "verdict"),
    [(1800.0, "objective 30: would miss"), (6000.0, "objective 1 h 40 min: would meet")],
)
def test_it_says_the_interval_and_what_it_means_for_the_objective(
    tmp_path: Path, objective_s: float, verdict: str
) -> None:
    said = words_of(tmp_path, "24GB", objective_s=objective_s)
    low, _, high = said.removeprefix("at 24 GB: ").partition(" min")[0].partition(" to ")
    assert float(low) < 24_000 * 0.14 / 60 < float(high), said
    assert said.endswith(f" min, {verdict}")
    assert len(said) <= 60


def test_times_of_seconds_keep_the_objectives_own_unit(tmp_path: Path) -> None:
    said = words_of(tmp_path, "500MB")
    assert " s, objective 30 min: would meet" in said


@pytest.mark.parametrize("size", ["", "24GB"])
def test_a_thin_history_says_nothing(tmp_path: Path, size: str) -> None:
    assert forecast_words(past(tmp_path, [500, 800]), {PRODUCTION: size}) is None
    assert forecast_words((), {PRODUCTION: size}) is None


def test_without_productions_size_it_is_for_the_last_drills(tmp_path: Path) -> None:
    assert str(forecast_words(past(tmp_path, GROWING), {})).startswith("at 8 GB: ")


def test_a_size_that_nobody_can_read_is_left_to_the_start_of_a_drill(tmp_path: Path) -> None:
    assert forecast_words(past(tmp_path, GROWING), {PRODUCTION: "huge"}) is None


def test_ten_thousand_drills_do_not_hold_up_the_screen(tmp_path: Path) -> None:
    drills = past(tmp_path, GROWING) * 1700
    began = time.process_time()
    assert forecast_words(drills, {PRODUCTION: "24GB"}) is not None
    assert time.process_time() - began < 0.25


async def test_home_tells_it_under_the_times_so_far(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRODUCTION, "24GB")
    for path in places.artifacts_dir.glob("*.json"):
        path.unlink()
    past(places.artifacts_dir, GROWING)
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen, size=(80, 24)) as (_, pilot):
        await wait_for(pilot, lambda: screen.query_one(OptionList).highlighted is not None)
        told = entries(screen)[0].splitlines()
    assert told[3].startswith("rto ")
    assert told[4].startswith("at 24 GB: ")
    assert told[4].endswith("objective 30: would miss")
    assert told[5].startswith("year ")


async def test_home_is_as_before_where_nothing_can_be_said(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PRODUCTION, "900TB")
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen, size=(80, 24)) as (_, pilot):
        await wait_for(pilot, lambda: screen.query_one(OptionList).highlighted is not None)
        assert [row[:3] for row in entries(screen)[0].splitlines()[3:5]] == ["rto", "yea"]

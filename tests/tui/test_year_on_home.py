"""Home says what is proven, how long recovery takes against its objective, and what the year came to."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

import pytest
from textual.content import Content
from textual.widgets import OptionList, Static

from drill_tui.programme.shelf import PastDrill, read_shelf
from drill_tui.programme.year import BEHIND, Mark, ModeYear, Month, Year, year
from drill_tui.runbook.mode import Mode
from drill_tui.tui.agenda import agenda
from drill_tui.tui.ascii_only import to_ascii
from drill_tui.tui.places import Places
from drill_tui.tui.runbook_words import entry, proof_words
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.settings import Settings
from drill_tui.tui.spark import LEAST, MOST, OVER, rto_line
from drill_tui.tui.year_words import year_line, year_table
from tests.tui.conftest import on_screen, wait_for
from tests.tui.test_home import NOV_20, add_runbook, entries, leave_passed
from tests.unit.programme.past import DAY, leave
from tests.unit.programme.test_year import BOOK, drill

SIZES = [(80, 24), (100, 30), (120, 36), (200, 50)]


def timed(folder: Path, *times_s: float, objective_s: float | None = 1800.0) -> tuple[PastDrill, ...]:
    """Passing drills, one a day, with the machine's time of each."""
    (folder / "timed").mkdir()
    for number in range(len(times_s)):
        leave(folder / "timed", (len(times_s) - number) * DAY, mode="auto")
    drills = read_shelf(folder / "timed").drills
    return tuple(
        replace(drill, rto_machine_s=took_s, rto_objective_s=objective_s)
        for drill, took_s in zip(drills, times_s, strict=True)
    )


def test_a_column_for_each_drill_and_the_last_time_against_the_objective(tmp_path: Path) -> None:
    told = rto_line(timed(tmp_path, 200.0, 900.0, 1800.0), 60)
    assert str(told) == "▁▄█ 30:00/30:00 machine"


def test_what_took_longer_than_the_objective_is_no_column(tmp_path: Path) -> None:
    """It is seen without colour: the tallest column is the objective itself."""
    told = str(rto_line(timed(tmp_path, 1799.0, 1801.0, 90_000.0, 900.0), 60))
    assert told == f"█{OVER}{OVER}▄ 15:00/30:00 machine, {OVER} over"


def test_without_an_objective_the_longest_is_the_tallest(tmp_path: Path) -> None:
    assert str(rto_line(timed(tmp_path, 4.0, 8.0, objective_s=None), 60)) == "▄█ 0:08 machine"


def test_the_newest_that_there_is_room_for(tmp_path: Path) -> None:
    drills = timed(tmp_path, *(60.0 * number for number in range(1, 31)))
    for room, columns in ((80, MOST), (34, 34 - len(" 30:00/30:00 machine")), (10, LEAST)):
        words = str(rto_line(drills, room))
        assert words.index(" ") == columns
        assert words[columns - 1] == "█", "the last drill is the last column"


def test_drills_that_did_not_pass_or_measured_nothing_have_no_column(tmp_path: Path) -> None:
    good, bad, dry = timed(tmp_path, 900.0, 900.0, 900.0)
    drills = [good, replace(bad, verdict="fail"), replace(dry, rto_machine_s=None)]
    assert str(rto_line(drills, 60)).startswith("▄ ")
    assert rto_line(drills[1:], 60) is None


def test_ascii_has_columns_of_its_own(tmp_path: Path) -> None:
    told = to_ascii(str(rto_line(timed(tmp_path, 200.0, 900.0, 1800.0, 1900.0, 1000.0), 60, plain=True)))
    assert told == "149^5 16:40/30:00 machine, ^ over"


def a_year(folder: Path) -> Year:
    """With every sign there is."""
    for day, mode, verdict in (
        ("2026-04-02", "auto", "pass"),
        ("2026-05-04", "auto", "pass"),
        ("2026-05-05", "auto", "pass"),
        ("2026-05-06", "auto", "fail"),
        ("2026-07-01", "auto", "pass"),
        ("2026-11-03", "auto", "pass"),
        ("2026-11-04", "guided", "pass"),
    ):
        drill(folder, day, mode, verdict)
    found = year(BOOK, read_shelf(folder).of("restore-drill"), now=NOV_20, zone=UTC)
    assert found is not None
    return found


def test_twelve_months_in_one_line(tmp_path: Path) -> None:
    found = a_year(tmp_path)
    told = str(year_line(found, 60))
    assert told == "M· A✓ M✗ J∅ J✓ A∅ S∅ O∅ N✓ D! J! F!"
    assert str(year_line(found, 34)) == told.replace(" ", "")


def test_this_month_stands_out(tmp_path: Path) -> None:
    spans = year_line(a_year(tmp_path), 60).spans
    assert [(s.start, s.end) for s in spans if s.style == "bold"] == [(BEHIND * 3, BEHIND * 3 + 1)]


@pytest.mark.parametrize("width", [48, 60, 74, 105])
def test_the_table_fits_its_room_and_explains_its_signs(tmp_path: Path, width: int) -> None:
    rows = [str(row) for row in year_table(a_year(tmp_path), width)]
    assert all(len(row) <= width for row in rows)
    heads, auto, guided, legend = rows
    assert heads.split()[:2] == ["Year", "Mar" if width > 50 else "Ma"]
    assert ("Jan 27" in heads) is (width == 105)
    assert auto.split()[0] == "auto"
    assert guided.split()[0] == "guided"
    assert ("✓2 ✗" in auto) is (width >= 74)
    assert legend == "  ✓ passed  ✗ did not pass  ∅ missed  ! due"


def test_a_month_with_a_drill_and_one_to_come_shows_both() -> None:
    months = [Month()] * 12
    months[BEHIND] = Month(Mark.DUE, passed=1)
    found = Year(tuple(date(2026, 3, 1) for _ in months), (ModeYear(Mode.AUTO, tuple(months)),))
    assert "✓ !" in str(year_table(found, 105)[1])
    assert "✓!" in str(year_table(found, 48)[1])


def test_in_ascii_no_two_signs_are_the_same(tmp_path: Path) -> None:
    told = to_ascii(str(year_line(a_year(tmp_path), 60)))
    assert told == "M. A* Mx J0 J* A0 S0 O0 N* D! J! F!"


def test_the_proof_in_one_line(tmp_path: Path) -> None:
    (one,) = timed(tmp_path, 720.0)
    one = replace(one, rto_wall_s=720.0, size_bytes=214_000_000_000)
    later = one.at + 3 * 86_400
    assert str(proof_words(one, later, 38)) == "✓ proven 3 d ago, 214 GB, 12 min, auto"
    assert str(proof_words(one, later, 37)) == "✓ proven 3 d ago, 214 GB, 12 min"
    told = proof_words(replace(one, demo=True, rto_wall_s=None, size_bytes=None), one.at, 60)
    assert str(told) == "✓ proven of the demo just now, auto"


@pytest.mark.parametrize("size", SIZES)
async def test_each_line_of_an_entry_stays_one_line(places: Places, size: tuple[int, int]) -> None:
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen, size=size) as (_, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        options = screen.query_one(OptionList)
        room = options.scrollable_content_region.width - 2
        prompt = options.get_option_at_index(0).prompt
        assert isinstance(prompt, Content)
        rows = str(prompt).splitlines()
        assert max(map(len, rows)) <= room
        assert [row[:6] for row in rows[2:6]] == ["last  ", "rto   ", "year  ", "due   "]
        assert rows[2].startswith("last  ✓ proven 47 d ago, 15 min")
        assert "Year " in str(screen.query_one("#runbook-details", Static).content)


async def test_another_size_is_drawn_anew(places: Places) -> None:
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen, size=(200, 50)) as (_, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        assert "Jan 27" in str(screen.query_one("#runbook-details", Static).content)
        await pilot.resize_terminal(80, 24)
        await wait_for(
            pilot, lambda: "Jan 27" not in str(screen.query_one("#runbook-details", Static).content)
        )
        assert "year  M" in entries(screen)[0]


async def test_a_last_drill_that_did_not_pass_hides_no_proof(places: Places) -> None:
    leave_passed(places, "restore-drill", "auto", "2026-11-18", verdict="fail", passed=False)
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        last, proof = entries(screen)[0].splitlines()[2:4]
    assert last.startswith("last  ✗ FAILED")
    assert proof.startswith("proof ✓ proven 47 d ago")


@pytest.mark.parametrize(
    ("verdict", "proof"), [("fail", "✗ none yet"), ("pass", "✗ of another database only")]
)
async def test_what_proves_nothing_here_is_no_proof(
    places: Places, monkeypatch: pytest.MonkeyPatch, verdict: str, proof: str
) -> None:
    for path in places.artifacts_dir.glob("*_0[2-9].json"):
        path.unlink()
    source = {"host": "127.0.0.1", "port": "1", "dbname": "shop"}
    leave_passed(places, "restore-drill", "auto", "2026-11-18", verdict=verdict, source=source)
    for name in ("01", "10"):
        (places.artifacts_dir / f"restore_drill_{name}.json").unlink()
    for name, value in {"HOST": "127.0.0.1", "PORT": "1", "NAME": "another"}.items():
        monkeypatch.setenv(f"DB_{name}", value)
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        rows = entries(screen)[0].splitlines()
    assert rows[3] == f"proof {proof}"
    assert not any(row.startswith("year") for row in rows), "no month of this database was drilled"


async def test_the_next_drill_is_counted_from_this_database_alone(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_runbook(places, "aaa", "Another", "{auto: 40d}")
    (places.project_dir / "runbooks" / "restore-drill.yaml").unlink()
    for name, on in {"ours": "2026-11-05", "theirs": "2026-11-18"}.items():
        source = {"host": "127.0.0.1", "port": "1", "dbname": name}
        leave_passed(places, "aaa", "auto", on, source=source)
        written = places.artifacts_dir / "restore_drill_aaa_auto.json"
        written.rename(written.with_stem(f"restore_drill_{name}"))
    for name, value in {"HOST": "127.0.0.1", "PORT": "1", "NAME": "ours"}.items():
        monkeypatch.setenv(f"DB_{name}", value)
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        (told,) = (row for row in entries(screen)[0].splitlines() if row.startswith("due"))
    assert told.endswith("by 2026-12-15")


async def test_without_a_drill_it_says_what_to_do_and_draws_nothing(places: Places) -> None:
    for path in places.artifacts_dir.glob("*.json"):
        path.unlink()
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        rows = entries(screen)[0].splitlines()
        assert rows[2] == "last  never drilled yet"
        assert [row[:3] for row in rows[3:]] == ["due"]
        assert "Year" not in str(screen.query_one("#runbook-details", Static).content)


async def test_where_only_ascii_is_drawn_columns_are_digits(places: Places) -> None:
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen, settings=Settings(ascii_only=True)) as (_, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        (times,) = (row for row in entries(screen)[0].splitlines() if row.startswith("rto "))
    assert times.split()[1].isdigit()


def test_ten_thousand_reports_cost_home_no_more_than_reading_them(places: Places) -> None:
    """What is drawn from them is a small part of what it takes to read them."""
    add_runbook(places, "aaa", "Another", "{auto: 40d, guided: 17d}")
    shelf = places.shelf()
    many = replace(shelf, drills=shelf.drills * 1000)
    began = time.process_time()
    for each in agenda(places, many, NOV_20):
        entry(each, many, NOV_20, 48)
    assert time.process_time() - began < 1.0


def test_a_report_says_its_times_to_the_line(places: Places) -> None:
    """From the file to the screen, without a hand in between."""
    path = places.artifacts_dir / "restore_drill_10.json"
    report = json.loads(path.read_text())
    report["rto"] |= {"machine_s": 1900.0, "wall_s": 1950.0}
    path.write_text(json.dumps(report))
    (told,) = (entry(each, places.shelf(), NOV_20, 74) for each in agenda(places, places.shelf(), NOV_20))
    assert f"{OVER} 31:40/30:00 machine, {OVER} over" in str(told)

"""The year around today: what each month came to, by the words of `due`."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from drill_tui.programme.database import Database
from drill_tui.programme.due import judge
from drill_tui.programme.shelf import PastDrill, read_shelf
from drill_tui.programme.year import Mark, Year, year
from drill_tui.runbook.load import parse_text
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Runbook
from tests.unit.programme.past import NOW, leave

SIGNS = {Mark.NONE: ".", Mark.PASSED: "+", Mark.DUE: "!", Mark.MISSED: "0", Mark.NOT_PASSED: "x"}
OURS = Database(host="db", port="5432", dbname="shop")


def runbook(cadence: str) -> Runbook:
    return parse_text(
        f"{{version: 1, id: restore-drill, title: Drill, cadence: {cadence},"
        " steps: [{id: one, title: One, run: 'true'}]}"
    )


BOOK = runbook("{auto: 31d, guided: 92d}")


def drill(folder: Path, day: str, mode: str = "auto", verdict: str = "pass", **changes: Any) -> None:
    """`day` such as `2026-09-03`, at noon."""
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    leave(folder, NOW - at, mode=mode, verdict=verdict, **changes)


def months(folder: Path, book: Runbook = BOOK, *, now: datetime = NOW, **more: Any) -> dict[str, str]:
    """The marks of each mode from March 2026 to February 2027, in one word."""
    found = told(folder, book, now=now, **more)
    assert found is not None
    return {mode.mode.value: "".join(SIGNS[m.mark] for m in mode.months) for mode in found.modes}


def told(folder: Path, book: Runbook = BOOK, *, now: datetime = NOW, **more: Any) -> Year | None:
    return year(book, read_shelf(folder).of("restore-drill"), now=now.timestamp(), zone=UTC, **more)


def test_it_is_eight_months_behind_this_one_and_three_ahead(tmp_path: Path) -> None:
    drill(tmp_path, "2026-11-02")
    found = told(tmp_path)
    assert found is not None
    assert found.months[0] == date(2026, 3, 1)
    assert found.months[found.this_month] == date(2026, 11, 1)
    assert found.months[-1] == date(2027, 2, 1)


@pytest.mark.parametrize("changes", [{}, {"mode": "training"}, {"mode": "recovery"}])
def test_without_a_drill_that_counts_there_is_no_year(tmp_path: Path, changes: dict[str, str]) -> None:
    if changes:
        drill(tmp_path, "2026-11-02", **changes)
    assert told(tmp_path) is None


def test_what_was_done_what_was_missed_and_what_comes(tmp_path: Path) -> None:
    for day in ("2026-05-04", "2026-06-01", "2026-07-01", "2026-10-05", "2026-11-03"):
        drill(tmp_path, day)
    drill(tmp_path, "2026-06-15", "guided")
    assert months(tmp_path) == {
        "auto": "..+++00++!!!",
        "guided": "...+...0!..!",
    }


def test_a_month_is_missed_where_due_would_have_said_overdue_on_its_last_day(tmp_path: Path) -> None:
    """A cadence of 31 days is overdue after 38.75: what is late by a few days misses no month."""
    drill(tmp_path, "2026-07-25")
    assert months(tmp_path)["auto"][5:7] == ".0", "late in August, missed in September"
    for end, state in (("2026-09-01", "due"), ("2026-10-01", "overdue")):
        at = datetime.fromisoformat(f"{end}T00:00:00+00:00").timestamp()
        found = judge(BOOK, read_shelf(tmp_path).of("restore-drill"), now=at, current={})
        assert found.duties[0].state == state


def test_months_before_the_first_drill_were_nobodys(tmp_path: Path) -> None:
    drill(tmp_path, "2026-09-03")
    assert months(tmp_path)["auto"].startswith("......+")


@pytest.mark.parametrize("verdict", ["fail", "unproven", "error", "aborted"])
def test_the_last_drill_of_a_month_decides_it(tmp_path: Path, verdict: str) -> None:
    drill(tmp_path, "2026-09-03", verdict=verdict)
    drill(tmp_path, "2026-09-04")
    drill(tmp_path, "2026-10-03")
    drill(tmp_path, "2026-10-04", verdict=verdict)
    assert months(tmp_path)["auto"][6:9] == "+x!"
    found = told(tmp_path)
    assert found is not None
    assert [(m.passed, m.others) for m in found.modes[0].months[6:8]] == [(1, 1), (1, 1)]


def test_a_mode_that_never_passed_is_due_now_and_was_never_missed(tmp_path: Path) -> None:
    drill(tmp_path, "2026-05-04")
    assert months(tmp_path)["guided"] == "........!..!"


def test_without_a_cadence_it_only_tells_what_was_done(tmp_path: Path) -> None:
    drill(tmp_path, "2026-05-04", "guided")
    assert months(tmp_path, runbook("{}")) == {"guided": "..+........."}


def test_of_several_modes_what_says_most_is_told(tmp_path: Path) -> None:
    drill(tmp_path, "2026-10-30")
    drill(tmp_path, "2026-06-15", "guided")
    found = told(tmp_path)
    assert found is not None
    together = "".join(SIGNS[found.mark(place)] for place in range(12))
    assert together == "...+...0!!!!"


def test_a_drill_of_another_database_is_none_of_this_ones(tmp_path: Path) -> None:
    source = {"host": "db", "port": "5432", "dbname": "shop", "kind": "configured"}
    drill(tmp_path, "2026-09-03", source=source)
    drill(tmp_path, "2026-10-03", source={**source, "dbname": "other"})
    drill(tmp_path, "2026-11-03", source={**source, "dbname": "other"}, verdict="fail")
    assert months(tmp_path, database=OURS)["auto"][6:9] == "+0!"


def test_short_rhythms_and_none_at_all_come_to_an_end(tmp_path: Path) -> None:
    drill(tmp_path, "2026-11-02")
    for cadence in ("{auto: 1h}", "{auto: 0s}"):
        assert months(tmp_path, runbook(cadence))["auto"] == "........!!!!"


def test_a_month_begins_where_people_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        leave(tmp_path, NOW - datetime(2026, 10, 31, 16, tzinfo=UTC), mode="guided", verdict="pass")
        found = year(BOOK, read_shelf(tmp_path).of("restore-drill"), now=NOW.timestamp())
    finally:
        monkeypatch.undo()
        time.tzset()
    assert found is not None
    assert found.modes[1].months[8].mark is Mark.PASSED, "it was the first of November in Tokyo"


def test_ten_thousand_drills_cost_no_time(tmp_path: Path) -> None:
    drill(tmp_path, "2026-10-03")
    (one,) = read_shelf(tmp_path).drills
    many: list[PastDrill] = [one] * 10_000
    began = time.process_time()
    assert year(BOOK, many, now=NOW.timestamp(), zone=UTC) is not None
    assert time.process_time() - began < 0.25


def test_its_modes_are_those_of_a_cadence(tmp_path: Path) -> None:
    drill(tmp_path, "2026-05-04")
    found = told(tmp_path)
    assert found is not None
    assert [mode.mode for mode in found.modes] == [Mode.AUTO, Mode.GUIDED]

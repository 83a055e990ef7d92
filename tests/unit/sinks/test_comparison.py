"""What the page compares a drill with, and what it tells an auditor about it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from drill_tui.engine.record.earlier import Earlier, EarlierDrill
from drill_tui.programme.earlier import earlier_of
from drill_tui.programme.shelf import read_shelf
from drill_tui.sinks.html import difference, html
from drill_tui.sinks.identity import identity
from drill_tui.sinks.rto_history import BOTTOM, LEFT, MOST, RIGHT, TOP, rto_history
from drill_tui.verdict.report import Report
from tests.unit.programme.past import DAY, leave
from tests.unit.sinks.stories import failed, hostile, passed

BEFORE = 40 * DAY
"""Long before the drill of these tests."""


def among(folder: Path) -> Earlier:
    return earlier_of("restore-drill", read_shelf(folder))


def after(earlier: Earlier, report: Report | None = None) -> Report:
    return (report or passed()).model_copy(update={"earlier": earlier})


def row_of(page: str, title: str) -> list[str]:
    """The cells of a step's row among the splits, as text."""
    table = page.split("<h2>Splits</h2>")[1].split("</table>")[0]
    (row,) = (row for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL) if f">{title}" in row)
    return [
        " ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)
    ]


def test_splits_compare_with_the_best_and_the_last(tmp_path: Path) -> None:
    leave(tmp_path, BEFORE, steps_s={"restore": 0.25})
    leave(tmp_path, BEFORE - DAY, steps_s={"restore": 4.0})
    leave(tmp_path, BEFORE - 2 * DAY, steps_s={"restore": 0.01}, verdict="fail")
    cells = row_of(html(after(among(tmp_path))), "Restore into the isolated database")
    assert cells[2:5] == ["1.00 s", "+0.75 s", "−3.00 s"]


def test_without_an_earlier_drill_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    page = html(after(among(tmp_path)))
    assert "nothing to compare with" in page
    assert "Against best" not in page
    assert "drill by drill" not in page


@pytest.mark.parametrize(
    ("age", "changes"),
    [
        (BEFORE, {"mode": "training"}),
        (BEFORE, {"runbook": {"id": "another", "title": "", "path": "", "sha256": ""}}),
    ],
    ids=["training", "another runbook"],
)
def test_what_is_no_earlier_drill(age: object, changes: dict[str, object], tmp_path: Path) -> None:
    leave(tmp_path, age, **changes)  # type: ignore[arg-type]
    assert among(tmp_path) == Earlier()


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "–"), (0.0, "±0"), (-0.004, "±0"), (1.2, "+1.20 s"), (-75.0, "−1 min 15 s")]
)
def test_differences_have_a_sign(seconds: float | None, words: str) -> None:
    assert difference(seconds) == words


def series(*seconds: float, verdict: str = "pass") -> Earlier:
    drills = (EarlierDrill(at=i * 86_400.0, verdict=verdict, rto_wall_s=s) for i, s in enumerate(seconds))
    return Earlier(drills=tuple(drills))


def test_recovery_times_are_drawn_in_order_and_inside() -> None:
    past = rto_history(after(series(*range(1, 60))))
    assert past is not None
    assert len(past.dots) == MOST
    assert [dot.x for dot in past.dots] == sorted(dot.x for dot in past.dots)
    assert all(LEFT <= dot.x <= RIGHT and TOP <= dot.y <= BOTTOM for dot in past.dots)
    assert [dot.is_this for dot in past.dots] == [False] * (MOST - 1) + [True]
    assert past.dots[0].y > past.dots[-2].y, "longer is higher"


def test_the_objective_is_drawn_where_it_does_not_press_the_dots_flat() -> None:
    far = rto_history(after(series(10.0)))
    near = rto_history(after(series(1500.0)))
    assert far is not None
    assert near is not None
    assert far.objective_y is None
    assert near.objective_y is not None
    assert TOP <= near.objective_y <= BOTTOM
    assert "objective 30 min" in html(after(series(1500.0)))
    assert "30 min, lies far above the picture" in html(after(series(10.0)))


@pytest.mark.parametrize("earlier", [series(5.0, 6.0), series(5.0, 6.0, verdict="fail"), series(0.0, 0.0)])
@pytest.mark.parametrize("report", [passed(), failed(), hostile()], ids=["passed", "failed", "hostile"])
def test_the_picture_is_well_formed_and_tells_failures_by_their_shape(
    report: Report, earlier: Earlier
) -> None:
    (picture,) = re.findall(
        r'<svg[^>]*aria-label="Recovery times.*?</svg>', html(after(earlier, report)), re.DOTALL
    )
    root = ET.fromstring(picture)  # noqa: S314 - our own text
    bad = sum(drill.verdict != "pass" for drill in earlier.drills)
    assert len([path for path in root.iter("path") if path.get("class") == "cross"]) == bad


def test_a_time_under_the_fast_profile_is_in_no_series(tmp_path: Path) -> None:
    rto = passed().rto.model_copy(update={"profile": "fast", "met": None})
    leave(tmp_path, BEFORE, rto=rto.model_dump())
    assert among(tmp_path).drills == ()
    this = passed().model_copy(update={"rto": rto})
    assert rto_history(after(series(5.0), this)) is None


def test_an_auditor_s_first_questions_are_answered() -> None:
    report = passed().model_copy(
        update={
            "journal_sha256": "cd" * 32,
            "backup": {
                "backup": "/b/shop_1",
                "backup_id": "shop_1",
                "size_bytes": "1234567",
                "snapshot_at": "2026-11-22T14:00:00+00:00",
                "checksums_sha256": "ef" * 32,
            },
        }
    )
    told = dict(identity(report))
    assert told["By"] == "olga on drill-host"
    assert told["Database"] == "shop on db.example, PostgreSQL 18.1"
    assert told["Backup"] == "shop_1, 1.2 MB, data of 2026-11-22 14:00:00 UTC"
    assert told["Restored into"] == "a local target, PostgreSQL 18.1, profile durable"
    assert told["Versions"] == "drill-tui 0.1.0, pg_dump 18.1"
    page = html(report)
    for answer in (*told.values(), f"drill-tui report check {report.run_id}", "Signatures"):
        assert answer in page


def test_a_backup_that_was_found_tells_its_source() -> None:
    backup = {
        "source_dbname": "shop",
        "source_host": "db1",
        "source_size_bytes": "5000",
        "server_version": "15.1",
    }
    report = passed().model_copy(update={"source": {}, "backup": backup})
    assert dict(identity(report))["Database"] == "shop on db1, PostgreSQL 15.1, 5.0 kB"


def test_odd_facts_break_no_page() -> None:
    backup = {"backup": "x", "size_bytes": "²", "snapshot_at": "yesterday"}
    report = passed().model_copy(update={"source": {"size_bytes": "9" * 40}, "backup": backup, "target": {}})
    assert dict(identity(report))["Backup"] == "x"
    assert "Database" not in dict(identity(report))
    assert html(report)

"""The series as a page and as OpenMetrics: read by strangers' parsers, hostile text shown as text."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from drill_tui.cli.exits import UserError
from drill_tui.cli.series import series
from drill_tui.programme.history_page import history_page
from drill_tui.programme.series_metrics import open_metrics
from drill_tui.programme.shelf import Shelf, read_shelf
from tests.unit.programme.past import DAY, NOW, leave
from tests.unit.programme.test_forecast import past
from tests.unit.sinks.stories import HOSTILE


def gauges(shelf: Shelf) -> dict[str, float]:
    text = open_metrics(shelf, NOW.timestamp())
    families = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    return {s.name: s.value for family in families for s in family.samples}


def test_days_since_proven_are_those_of_the_last_pass(tmp_path: Path) -> None:
    leave(tmp_path, DAY * 9)
    leave(tmp_path, DAY * 2, verdict="fail", failure_reason="x")
    found = gauges(read_shelf(tmp_path))
    assert found["drill_tui_days_since_proven"] == 9.0
    assert "drill_tui_forecast_low_seconds" not in found, "two drills are no ground for one"
    assert gauges(Shelf()) == {}


def test_the_forecast_is_a_gauge_once_there_is_one(tmp_path: Path) -> None:
    past(tmp_path, [100, 200, 300, 400, 500])
    found = gauges(read_shelf(tmp_path))
    bounds = [found[f"drill_tui_forecast_{name}_seconds"] for name in ("low", "likely", "high")]
    assert 0.0 < bounds[0] < bounds[1] < bounds[2]


def test_the_page_tells_the_trend_and_escapes_what_it_tells(tmp_path: Path) -> None:
    past(tmp_path, [100, 200, 300, 400, 500])
    leave(tmp_path, DAY * 0, verdict="fail", failure_reason=HOSTILE)
    page = history_page(read_shelf(tmp_path), NOW.timestamp())
    assert page.count("<circle") == 6
    assert "Last proven 1 d ago" in page or "Last proven" in page
    assert "(80 % interval)" in page
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "No drill has left its report" in history_page(Shelf(), NOW.timestamp())


def test_options_that_print_something_else_are_refused(tmp_path: Path, project: Path) -> None:
    with pytest.raises(UserError, match="stand alone"):
        series(True, False, None, project, tmp_path)

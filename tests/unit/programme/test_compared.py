"""A drill beside the one before it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from drill_tui.engine.record.events import Finding
from drill_tui.programme.compared import Change, Compared, with_the_last
from drill_tui.tui.result.since import since_last
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.tui.storyteller import Storyteller


def this_drill(**changes: object) -> Report:
    return fold(Storyteller().whole().records).model_copy(update=changes)


def leave(folder: Path, day: int, **changes: Any) -> None:
    report = json.loads(this_drill().model_dump_json())
    report |= {"run_id": f"drill_{day}", "timestamp": f"2026-10-{day:02}T10:00:00Z", **changes}
    (folder / f"restore_drill_{day:02}.json").write_text(json.dumps(report))


def compared(folder: Path, report: Report) -> Compared:
    found = with_the_last(report, folder)
    assert found is not None
    return found


def test_the_first_drill_is_compared_with_nothing(tmp_path: Path) -> None:
    assert with_the_last(this_drill(), tmp_path) is None
    assert with_the_last(this_drill(), tmp_path / "nowhere") is None


def test_the_last_one_counts_neither_training_nor_itself_nor_what_came_later(tmp_path: Path) -> None:
    leave(tmp_path, 3)
    leave(tmp_path, 4)
    leave(tmp_path, 5, mode="training", training=True)
    leave(tmp_path, 6, runbook={**this_drill().runbook.model_dump(), "id": "another"})
    leave(tmp_path, 7, timestamp="2027-01-01T10:00:00Z")
    leave(tmp_path, 8, run_id=this_drill().run_id)
    assert compared(tmp_path, this_drill()).last.run_id == "drill_4"


def test_a_last_report_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    leave(tmp_path, 3)
    (tmp_path / "restore_drill_04.json").write_text("{")
    assert compared(tmp_path, this_drill()).last.run_id == "drill_3"


def test_only_what_both_recorded_and_differs_is_a_change(tmp_path: Path) -> None:
    old = {"drill-tui": "0.1.0", "server_version": "17.5", "schema_sha256": "a", "client_version": "18.1"}
    new = {"drill-tui": "0.1.0", "server_version": "18.6", "schema_sha256": "b", "procedure_sha256": "c"}
    leave(tmp_path, 3, tools=old)
    found = compared(tmp_path, this_drill(tools=new)).versions
    assert found == (Change("PostgreSQL of the source", "17.5", "18.6"), Change("the source's schema"))


def test_criteria_that_changed_their_result_are_named_and_no_others(tmp_path: Path) -> None:
    leave(tmp_path, 3)
    report = this_drill()
    first, second, *rest = report.criteria
    now = (first.model_copy(update={"result": Finding.MISSED}), *rest)
    found = compared(tmp_path, this_drill(criteria=now)).criteria
    assert found == (Change(first.title, "met", "missed"), Change(second.title, "met"))


def test_it_is_told_in_a_few_lines(tmp_path: Path) -> None:
    leave(tmp_path, 3, verdict="fail", source={"size_bytes": "800000000"}, tools={"server_version": "17.5"})
    report = this_drill(source={"size_bytes": "900000000"}, tools={"server_version": "18.6"})
    told = [row.rstrip() for row in since_last(compared(tmp_path, report), 74).plain.splitlines()]
    assert told[0].endswith("✗ FAILED")
    assert told[1:] == [
        "  verdict   FAILED → ✓ PASSED",
        "  RTO       3:42 → 3:42  ±0:00",
        "  size      800 MB → 900 MB  +12%",
        "  versions  PostgreSQL of the source 17.5 → 18.6",
    ]


def test_a_time_that_is_no_recovery_time_is_compared_with_nothing(tmp_path: Path) -> None:
    leave(tmp_path, 3, rto={**this_drill().rto.model_dump(), "profile": "fast"})
    assert "RTO" not in since_last(compared(tmp_path, this_drill()), 74).plain


def test_a_size_that_is_no_number_is_compared_with_nothing(tmp_path: Path) -> None:
    leave(tmp_path, 3, source={"size_bytes": "800000000"})
    found = compared(tmp_path, this_drill(source={"size_bytes": "12 GB"}))
    assert found.now.size_bytes is None
    assert "size" not in since_last(found, 74).plain

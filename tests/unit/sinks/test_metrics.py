"""The Prometheus textfile, read back by the project's own parser."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from drill_tui.sinks.metrics import due_metrics, metrics, write_metrics
from drill_tui.verdict.report import Report
from tests.unit.sinks.stories import HOSTILE, failed, hostile, passed


def samples(report: Report) -> dict[str, dict[tuple[str, ...], float]]:
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(metrics(report)):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            labels = tuple(value for name, value in sample.labels.items() if name != "runbook")
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_a_passed_drill() -> None:
    found = samples(passed())
    assert found["drill_tui_last_drill_passed"] == {(): 1}
    verdicts = found["drill_tui_last_drill_verdict"]
    assert verdicts == {("pass",): 1, ("unproven",): 0, ("fail",): 0, ("error",): 0, ("aborted",): 0}
    assert found["drill_tui_last_drill_start_timestamp_seconds"] == {(): 1795356062.0}
    assert found["drill_tui_last_drill_rto_wall_seconds"] == {(): 4.0}
    assert found["drill_tui_last_drill_rto_objective_seconds"] == {(): 1800.0}
    assert found["drill_tui_last_drill_rpo_seconds"] == {(): 42.5}
    assert found["drill_tui_last_drill_step_duration_seconds"][("restore",)] == 1.0
    assert found["drill_tui_last_drill_criterion_met"][("foreign_keys",)] == 1.0


def test_a_failed_drill_and_what_was_not_measured() -> None:
    found = samples(failed())
    assert found["drill_tui_last_drill_passed"] == {(): 0}
    assert found["drill_tui_last_drill_criterion_met"][("indexes",)] == 0, "unproven is not met"
    assert found["drill_tui_last_drill_leftovers"] == {(): 1}
    assert "drill_tui_last_drill_rto_wall_seconds" not in found, "the restore that was timed is not sound"
    assert "drill_tui_last_drill_rto_wall_seconds" not in samples(hostile())


def test_label_values_are_escaped() -> None:
    report = passed().model_copy(update={"source": {"server_version": 'a"b\\c\nd'}})
    info = samples(report)["drill_tui_last_drill_info"]
    assert any('a"b\\c\nd' in labels for labels in info)


@pytest.mark.parametrize(("earlier", "written"), [(True, False), (False, True)])
def test_an_older_drill_does_not_overwrite_a_newer_one(tmp_path: Path, earlier: bool, written: bool) -> None:
    write_metrics(passed(), tmp_path)
    day = "2026-11-21" if earlier else "2026-11-23"
    other = failed().model_copy(update={"timestamp": f"{day}T14:01:02.000Z"})
    assert (write_metrics(other, tmp_path) is not None) is written
    text = (tmp_path / "restore-drill.prom").read_text()
    assert ('verdict="fail"} 1.0' in text) is written


@pytest.mark.parametrize("name", ["restore-drill", HOSTILE, 'a"b\\c\nd', "\\", "x" * 5_000, "ä€😀", "a\rb"])
def test_the_due_gauge_is_read_back_whatever_the_runbook_is_called(name: str) -> None:
    (family,) = text_string_to_metric_families(due_metrics({name: "overdue", "other": "satisfied"}))
    assert (family.name, family.type) == ("drill_tui_due", "gauge")
    levels = {sample.labels["runbook"]: sample.value for sample in family.samples}
    assert levels == {name.replace("\r", " "): 2.0, "other": 0.0}


def test_without_runbooks_the_due_file_is_valid_and_empty() -> None:
    (family,) = text_string_to_metric_families(due_metrics({}))
    assert family.samples == []


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_any_name_gives_a_file_that_the_parser_reads(name: str) -> None:
    report = passed().model_copy(update={"source": {"kind": name, "server_version": name}})
    info = samples(report)["drill_tui_last_drill_info"]
    assert len(info) == 1


def test_no_gauge_is_there_twice() -> None:
    text = metrics(hostile())
    series = [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(series) == len(set(series))


def test_a_metrics_file_that_makes_no_sense_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "restore-drill.prom").write_bytes(b"\xff\x00nonsense")
    assert write_metrics(passed(), tmp_path) is not None

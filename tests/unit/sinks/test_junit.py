"""JUnit XML, read back by a real reader."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite

from drill_tui.sinks.junit import junit
from drill_tui.verdict.report import Report
from tests.unit.sinks.stories import failed, hostile, passed
from tests.unit.verdict.drills import Drill


def suite_of(report: Report, tmp_path: Path) -> TestSuite:
    path = tmp_path / "junit.xml"
    path.write_text(junit(report, tmp_path), encoding="utf-8")
    (suite,) = JUnitXml.fromfile(str(path))
    return suite


def results(suite: TestSuite) -> dict[str, list[type]]:
    return {f"{case.classname}:{case.name}": [type(r) for r in case.result] for case in suite}


def test_a_drill_that_passed_has_no_failures(tmp_path: Path) -> None:
    suite = suite_of(passed(), tmp_path)
    assert (suite.failures, suite.errors, suite.skipped) == (0, 0, 1)
    assert suite.tests == len(list(suite)) == 8 + 10 + 3 + 1
    assert {case.classname for case in suite} == {
        "restore-drill.steps",
        "restore-drill.criteria",
        "restore-drill.cleanup",
    }
    assert results(suite)["restore-drill.steps:debrief"] == [Skipped]
    assert suite.timestamp == "2026-11-22T14:01:02"
    root = ET.fromstring(junit(passed(), tmp_path))  # noqa: S314 - our own text
    properties = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert (properties["verdict"], properties["rto_wall_s"]) == ("pass", "4.0")


def test_failure_error_and_skipped_are_told_apart(tmp_path: Path) -> None:
    suite = suite_of(failed(), tmp_path)
    found = results(suite)
    assert found["restore-drill.steps:verify"] == [Failure]
    assert found["restore-drill.criteria:data_integrity"] == [Failure]
    assert found["restore-drill.criteria:indexes"] == [Error], "unproven must not look green"
    assert found["restore-drill.criteria:schema"] == []
    assert found["restore-drill.steps:debrief"] == [Skipped]
    assert found["restore-drill.cleanup:nothing_left"] == [Failure]
    kinds = [kind for case in found.values() for kind in case]
    assert (suite.failures, suite.errors, suite.skipped) == tuple(map(kinds.count, (Failure, Error, Skipped)))


def test_a_step_that_could_not_tell_is_an_error(tmp_path: Path) -> None:
    from drill_tui.verdict.fold import fold

    report = fold(Drill().start().failed("open_source", exit_code=3).clean_up().records)
    assert results(suite_of(report, tmp_path))["restore-drill.steps:open_source"] == [Error]


def test_the_end_of_a_log_is_in_system_out(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    lines = "".join(f"line {n}\n" for n in range(50_000))
    (tmp_path / "logs" / "verify.log").write_text(lines + "\x1b[1mthe end\x00")
    case = next(c for c in suite_of(failed(), tmp_path) if c.name == "verify")
    assert case.system_out.endswith("#x1B[1mthe end#x00")
    assert "bytes are in logs/verify.log" in case.system_out
    assert "line 49999" in case.system_out
    assert len(case.system_out) < 20_000


def test_a_log_outside_the_run_is_not_read(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    (tmp_path / "secret").write_text("do not tell")
    report = failed()
    steps = tuple(step.model_copy(update={"log": "../secret"}) for step in report.steps)
    assert "do not tell" not in junit(report.model_copy(update={"steps": steps}), run_dir)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    suite = suite_of(hostile(), tmp_path)
    case = next(c for c in suite if c.name == "restore")
    message = case.result[0].message
    assert "<script>alert(1)</script>" in message
    assert "#x1B[31mred" in message
    assert "#x00#x0B" in message


@pytest.mark.parametrize("report", [passed(), failed(), hostile()], ids=["passed", "failed", "hostile"])
def test_counts_equal_what_is_there(report: Report, tmp_path: Path) -> None:
    root = ET.fromstring(junit(report, tmp_path))  # noqa: S314 - our own text
    suite = root[0]
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.attrib[attribute]) == len(list(suite.iter(tag)))


@given(st.text(st.characters(codec=None)))
def test_any_text_gives_xml_that_a_parser_reads(text: str) -> None:
    report = passed().model_copy(update={"host": text})
    ET.fromstring(junit(report, Path("/nonexistent")))  # noqa: S314 - our own text

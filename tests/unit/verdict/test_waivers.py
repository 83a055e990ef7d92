"""Waivers: they excuse what could not be proven, for a time, and never make it look met."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from drill_tui.engine.record.events import Finding, Outcome, Result
from drill_tui.evidence.statement import result_of
from drill_tui.runbook.load import RunbookError, parse_text
from drill_tui.runbook.show import to_markdown
from drill_tui.sinks.html import html
from drill_tui.sinks.junit import junit
from drill_tui.sinks.markdown import markdown
from drill_tui.verdict.fold import exit_code, fold
from drill_tui.verdict.report import Report
from tests.unit.verdict.drills import RUNBOOK, STEPS, Drill

WAIVER = "waiver: {reason: amcheck is not here, owner: Olga, until: %s}"
SCHEMA = "  schema: {"


def drilled(until: str, result: Finding = Finding.UNPROVEN) -> Report:
    """A drill of 2026-11-22 whose criterion `schema` came to `result`."""
    assert SCHEMA in RUNBOOK
    text = RUNBOOK.replace(SCHEMA, f"{SCHEMA}{WAIVER % until}, ")
    drill = Drill(text=text).start().passed(*STEPS[:-1]).open("verify")
    evidence = {"required_tables": Finding.MET, "data_integrity": Finding.MET, "foreign_keys": Finding.MET}
    drill.attempt("verify", evidence={**evidence, "indexes": Finding.MET, "schema": result})
    return fold(drill.close("verify").clean_up().records)


def state(report: Report) -> str:
    (waiver,) = (c.waiver for c in report.criteria if c.id == "schema")
    assert waiver is not None
    return waiver.state


@pytest.mark.parametrize("until", ["2026-11-22", "2027-03-31"])
def test_what_is_waived_does_not_decide_and_is_never_met(until: str, tmp_path: Path) -> None:
    report = drilled(until)
    assert (report.verdict, exit_code(report), state(report)) == ("pass", 0, "holds")
    assert next(c for c in report.criteria if c.id == "schema").result is Finding.UNPROVEN
    told = f"amcheck is not here (owner Olga, until {until})"
    first_lines = "\n".join(markdown(report).splitlines()[:8]).replace("\\", "")
    assert told in first_lines
    assert "every required criterion was met" not in markdown(report) + html(report)
    assert html(report).index(told) < html(report).index("What was proved")
    cases = JUnitXml.fromstring(junit(report, tmp_path).encode())
    (case,) = [case for suite in cases for case in suite if case.name == "schema"]
    assert case.is_skipped
    assert result_of(report) == "WARNED", "a signed statement says so too"


def test_an_expired_waiver_excuses_nothing() -> None:
    report = drilled("2026-11-21")
    assert report.verdict != "pass"
    assert state(report) == "expired"
    assert "waiver has ended" in markdown(report)


def test_a_waiver_never_excuses_what_is_missed() -> None:
    report = drilled("2027-03-31", Finding.MISSED)
    assert (report.verdict, state(report)) == ("fail", "not_needed")


def test_a_step_that_proved_nothing_but_what_is_waived_does_not_decide() -> None:
    """As the engine tells it of verify.sh: its outcome is unproven too."""
    text = RUNBOOK.replace(SCHEMA, f"{SCHEMA}{WAIVER % '2027-03-31'}, ")
    drill = Drill(text=text).start().passed(*STEPS[:-1]).open("verify")
    met = dict.fromkeys(("required_tables", "data_integrity", "foreign_keys", "indexes"), Finding.MET)
    drill.attempt("verify", evidence={**met, "schema": Finding.UNPROVEN}, outcome=Outcome.UNPROVEN)
    drill.close("verify", Outcome.UNPROVEN, Result.UNPROVEN)
    assert fold(drill.clean_up().records).verdict == "pass"


def test_what_is_proven_needs_no_waiver() -> None:
    report = drilled("2027-03-31", Finding.MET)
    assert (report.verdict, state(report), report.waived) == ("pass", "not_needed", ())
    assert "aived" not in markdown(report)


@pytest.mark.parametrize(
    "waiver",
    [
        "{reason: x, owner: y}",
        "{reason: '', owner: y, until: 2027-01-01}",
        "{reason: x, owner: y, until: soon}",
    ],
)
def test_a_waiver_without_a_reason_an_owner_or_an_end_is_none(waiver: str) -> None:
    with pytest.raises(RunbookError, match=r"`(until|reason)`"):
        parse_text(RUNBOOK.replace(SCHEMA, f"{SCHEMA}waiver: {waiver}, "))


def test_the_printed_runbook_tells_of_it() -> None:
    book = parse_text(RUNBOOK.replace(SCHEMA, f"{SCHEMA}{WAIVER % '2027-03-31'}, "))
    assert "waived until 2027-03-31 (Olga: amcheck is not here)" in to_markdown(book)
    assert json.loads(book.model_dump_json())["criteria"]["schema"]["waiver"]["until"] == "2027-03-31"

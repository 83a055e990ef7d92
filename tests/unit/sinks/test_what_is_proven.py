"""What a report says was proven comes from the runbook."""

from __future__ import annotations

import io

import pytest

from drill_tui.sinks.html import html
from drill_tui.sinks.markdown import markdown
from drill_tui.sinks.summary import print_summary
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.unit.sinks.stories import passed
from tests.unit.verdict.drills import Drill
from tests.unit.verdict.runbooks import runbook

TEXT = runbook("sound: {title: Sound, steps: [one]}")


def checked(proves: str = "", criteria: str = "") -> Report:
    head = f"proves: {proves}\ncriteria:" if proves else "criteria:"
    text = TEXT.replace("criteria:", head, 1)
    return fold(Drill(text=text).start().passed("one", "two").clean_up().records)


def pages(report: Report) -> list[str]:
    summary = io.StringIO()
    print_summary(report, [], summary, {})
    return [summary.getvalue(), markdown(report), html(report)]


@pytest.mark.parametrize(
    ("proves", "said"),
    [
        ("", "What this runbook checks holds: every"),
        ("Every replica is fresh.", "Every replica is fresh: every"),
    ],
)
def test_a_runbook_that_restores_nothing_never_says_that_a_backup_restores(proves: str, said: str) -> None:
    report = checked(proves)
    assert (report.verdict, report.drill_type) == ("pass", "check")
    for page in pages(report):
        assert said in page
        assert "backup restores" not in page.lower()
        assert "Lost data" not in page
        assert "Recovery time" not in page


def test_a_restore_says_it_without_being_told() -> None:
    assert passed().drill_type == "restore_drill"
    for page in pages(passed()):
        assert "The backup restores: every" in page
        assert "Lost data" in page

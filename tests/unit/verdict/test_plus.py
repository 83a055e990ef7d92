"""A recovery time that holds a step before its stretch: the one that fetches the backup."""

from __future__ import annotations

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import Finding
from drill_tui.verdict.criteria import judge_all
from drill_tui.verdict.fold import report_of
from drill_tui.verdict.report import CriterionReport
from drill_tui.verdict.state import DrillState
from drill_tui.verdict.wording import iso
from tests.unit.verdict.drills import Drill
from tests.unit.verdict.runbooks import runbook

STEPS = """
- {id: fetch, title: Fetch, uses: backup.fetch, with: {place: '${params.backups}'}, timeout: 1m}
- {id: check, title: Check, run: [/bin/true], timeout: 1m}
- {id: one, title: First, run: [/bin/true], timeout: 1m}
- {id: two, title: Second, run: [/bin/true], timeout: 1m}
"""
TEXT = runbook(
    "rto: {title: Fast, measure: {from: one.start, to: two.end, plus: [fetch]}, clock: wall, max: 10s}", STEPS
).replace("criteria:", "params: {backups: {type: place}}\ncriteria:", 1)
FETCHED = {"directory": "/work", "url": "s3://b/x", "fetched_bytes": "5", "fetch_s": "4"}
HERE = {"directory": "/backups"}


def after_the_fetch(seconds: float, outputs: dict[str, str]) -> Drill:
    story = Drill(text=TEXT).start().open("fetch").attempt("fetch", seconds=seconds, outputs=outputs)
    return story.close("fetch", duration_s=seconds)


def rto(story: Drill) -> CriterionReport:
    return next(c for c in judge_all(DrillState.of(story.records)) if c.id == "rto")


def test_the_fetch_counts_and_the_check_between_does_not() -> None:
    story = after_the_fetch(4, FETCHED).passed("check", seconds=100).passed("one", "two", seconds=2.5)
    report = report_of(DrillState.of(story.records))
    assert (report.rto.wall_s, report.rto.machine_s) == (9, 9)
    assert report.rto.measured_plus == ("fetch",)
    assert not any("Fetching" in said or "Fetch," in said for said in report.rto.leaves_out)
    assert "Steps of this drill before one.start: Check." in report.rto.leaves_out
    assert rto(story).result is Finding.MET
    assert rto(story).coverage == "From one.start to two.end, and the time of fetch, wall time."


def test_a_fetch_that_takes_too_long_misses_the_objective_by_itself() -> None:
    story = after_the_fetch(11, FETCHED)
    assert rto(story).result is Finding.MISSED
    assert DrillState.of(story.records).clock("rto", story.at).began


def test_a_fetch_that_broke_is_no_recovery_time() -> None:
    story = Drill(text=TEXT).start().failed("fetch", outcome=ev.Outcome.ERROR, seconds=4).clean_up()
    assert rto(story).result is Finding.UNPROVEN


def test_a_backup_that_lies_here_changes_nothing() -> None:
    story = after_the_fetch(0.01, HERE).passed("check", seconds=100)
    assert not DrillState.of(story.records).clock("rto", story.at).began
    assert "not measured: one.start was not reached" in rto(story).detail
    begun = story.at
    story.passed("one", "two", seconds=2.5)
    report = report_of(DrillState.of(story.records))
    assert report.rto.measured_plus == ()
    assert report.rto.started_at == iso(begun)
    assert any("Fetching the backup" in said for said in report.rto.leaves_out)
    assert rto(story).coverage == "From one.start to two.end, wall time."

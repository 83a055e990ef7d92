"""What is due, and what never satisfies a cadence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drill_tui.programme.database import Database
from drill_tui.programme.due import Duty, judge
from drill_tui.programme.fingerprint import procedure_files, procedure_sha256
from drill_tui.programme.shelf import PastDrill, read_shelf
from drill_tui.runbook.load import parse_text
from tests.unit.programme.past import DAY, NOW, leave

RUNBOOK = parse_text("""
version: 1
id: restore-drill
title: Drill
cadence: {auto: 31d, guided: 92d, after_change: ['scripts/**']}
steps: [{id: one, title: One, run: 'true'}]
""")
SAME = {
    "procedure_sha256": "p",
    "drill-tui": "0.2.0",
    "code_sha256": "c",
    "schema_sha256": "s",
    "client_version": "18.6",
    "server_version": "15.18",
}


def duties(folder: Path, current: dict[str, str] | None = None) -> dict[str, Duty]:
    past = read_shelf(folder).of("restore-drill")
    found = judge(RUNBOOK, past, now=NOW.timestamp(), current=SAME if current is None else current)
    return {duty.kind: duty for duty in found.duties}


def test_nothing_has_been_drilled_so_everything_is_due(tmp_path: Path) -> None:
    assert {duty.state for duty in duties(tmp_path).values()} == {"due"}


@pytest.mark.parametrize(
    ("age", "state"),
    [(30 * DAY, "satisfied"), (31 * DAY, "due"), (38 * DAY, "due"), (39 * DAY, "overdue")],
)
def test_the_monthly_drill(age: timedelta, state: str, tmp_path: Path) -> None:
    leave(tmp_path, age, mode="auto", tools=SAME)
    found = duties(tmp_path)
    assert found["auto"].state == state
    assert found["guided"].state == "due", "an automatic drill is not the guided one"


@pytest.mark.parametrize(
    "changes",
    [{"verdict": "fail"}, {"verdict": "error"}, {"verdict": "aborted"}, {"mode": "training"}],
)
def test_only_a_passing_real_drill_satisfies(changes: dict[str, Any], tmp_path: Path) -> None:
    leave(tmp_path, DAY, tools=SAME, **{"mode": "auto", **changes})
    assert {duty.state for duty in duties(tmp_path).values()} == {"due"}


def test_the_demo_satisfies_until_another_database_was_drilled_and_is_named(tmp_path: Path) -> None:
    leave(tmp_path, DAY, mode="auto", tools=SAME, source={"kind": "demo"})
    found = duties(tmp_path)
    assert found["auto"].state == "satisfied"
    assert found["auto"].why.endswith("(of the demo database, not yours)")
    assert found["after_change"].why.endswith("(of the demo database, not yours)")
    leave(tmp_path, 40 * DAY, mode="auto", tools=SAME)
    found = duties(tmp_path)
    assert found["auto"].state == "overdue"
    assert "demo" not in found["auto"].why


def test_nothing_changed_since_the_last_passing_drill(tmp_path: Path) -> None:
    leave(tmp_path, DAY, mode="guided", tools=SAME)
    assert duties(tmp_path)["after_change"].state == "satisfied"


@pytest.mark.parametrize("name", SAME)
def test_each_change_asks_for_a_drill_and_is_named(name: str, tmp_path: Path) -> None:
    leave(tmp_path, DAY, mode="auto", tools=SAME)
    duty = duties(tmp_path, {**SAME, name: "another"})["after_change"]
    assert duty.state == "due"
    assert duty.why.startswith("changed since")


def test_what_could_not_be_compared_is_said(tmp_path: Path) -> None:
    leave(tmp_path, DAY, mode="auto", tools=SAME)
    duty = duties(tmp_path, {"procedure_sha256": "p"})["after_change"]
    assert duty.state == "satisfied"
    assert (
        "not compared: the version of drill-tui, drill-tui's code of backup and restore, the source's"
        in duty.why
    )


def test_an_open_incident_asks_for_its_follow_up(tmp_path: Path) -> None:
    leave(tmp_path, DAY, mode="auto", tools=SAME)
    past = read_shelf(tmp_path).of("restore-drill")
    found = judge(RUNBOOK, past, now=NOW.timestamp(), current=SAME, open_incident="incident_x")
    assert found.duties[0].kind == "follow_up"
    assert found.state == "due"


def test_the_procedure_is_its_files_by_name_and_content(tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    (scripts / "deep").mkdir(parents=True)
    (scripts / "backup.sh").write_text("one")
    (scripts / "deep" / "part.sh").write_text("two")
    globs = ["scripts/**", "missing.yml"]
    assert [path.name for path in procedure_files(tmp_path, globs)] == ["backup.sh", "part.sh"]
    before = procedure_sha256(tmp_path, globs)
    assert procedure_sha256(tmp_path, globs) == before
    (scripts / "deep" / "part.sh").write_text("three")
    changed = procedure_sha256(tmp_path, globs)
    (scripts / "deep" / "part.sh").rename(scripts / "part.sh")
    assert len({before, changed, procedure_sha256(tmp_path, globs)}) == 3


@pytest.mark.parametrize(
    ("until", "state", "says"),
    [
        ("2027-03-31", "satisfied", "ends in 129 days"),
        ("2026-12-06", "satisfied", "ends in 14 days"),
        ("2026-12-05", "due", "ends in 13 days"),
        ("2026-11-22", "due", "ends in 0 days"),
        ("2026-11-21", "overdue", "ended 1 days ago: it counts as unproven"),
    ],
)
def test_a_waiver_is_warned_of_before_it_ends(until: str, state: str, says: str) -> None:
    book = parse_text(
        "{version: 1, id: a, title: A, steps: [{id: one, title: One, run: 'true'}], criteria: {works: {"
        f"title: It works, steps: [one], waiver: {{reason: none, owner: Olga, until: {until}}}}}}}}}"
    )
    (duty,) = judge(book, (), now=NOW.timestamp(), current={}).duties
    assert (duty.kind, duty.state) == ("waiver", state)
    assert says in duty.why


def test_drills_are_never_searched_for_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among ten thousand that takes half a minute."""
    source = {"host": "db", "port": "5432", "dbname": "shop", "kind": "configured"}
    leave(tmp_path, DAY, source=source)
    (one,) = read_shelf(tmp_path).drills
    past = [replace(one, run_id=str(number), path=tmp_path / str(number)) for number in range(50)]
    compared: list[PastDrill] = []

    def compare(self: PastDrill, other: object) -> bool:
        compared.append(self)
        return self is other

    monkeypatch.setattr(PastDrill, "__eq__", compare)
    database = Database(host="db", port="5432", dbname="shop")
    judge(RUNBOOK, past, now=NOW.timestamp(), current=SAME, database=database)
    assert not compared

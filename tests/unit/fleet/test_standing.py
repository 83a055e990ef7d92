"""Where a database stands, and when it is drilled next."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.cli.fleet_root import Opened, open_fleet
from drill_tui.fleet.ledger import Outcome
from drill_tui.fleet.standing import Standing, standings
from drill_tui.programme.today import of_the_procedure
from tests.unit.fleet.places import DAY_S, attempt, evidence_of, past, project
from tests.unit.programme.past import NOW

AT = NOW.timestamp()
MONTH_S = 31 * DAY_S


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return project(tmp_path)


def same_procedure(opened: Opened) -> dict[str, str]:
    return of_the_procedure(opened.runbooks["restore-drill"], "0")


def orders(fleet: Path) -> Standing:
    opened = open_fleet(fleet)
    return standings(opened.fleet, opened.runbooks, AT, "0", {"orders"})[0]


def passed(fleet: Path, days: float) -> None:
    past(fleet, "orders", days, tools=same_procedure(open_fleet(fleet)))


def test_never_drilled_is_due_at_once(fleet: Path) -> None:
    found = orders(fleet)
    assert (found.state, found.proof, found.next_number) == ("due", None, 1)
    assert found.next_at <= AT


def test_proven_until_the_cadence_is_over(fleet: Path) -> None:
    passed(fleet, 10)
    found = orders(fleet)
    assert found.state == "proven"
    assert found.next_at == AT - 10 * DAY_S + MONTH_S
    passed(fleet, 40)


def test_long_past_its_cadence_it_is_overdue(fleet: Path) -> None:
    passed(fleet, 40)
    found = orders(fleet)
    assert found.state == "overdue"
    assert found.want().overdue
    assert found.next_at <= AT


def test_a_changed_procedure_is_due_at_once(fleet: Path) -> None:
    past(fleet, "orders", 1, tools={"procedure_sha256": "another"})
    found = orders(fleet)
    assert found.state == "due"
    assert "changed since" in found.why
    assert found.next_at <= AT


@pytest.mark.parametrize(
    ("outcome", "verdict", "state", "waits"),
    [
        ("ended", "fail", "failing", True),
        ("ended", "error", "failing", True),
        ("cancelled", "aborted", "due", True),
        ("stopped", "aborted", "due", False),
        ("lost", "", "due", False),
    ],
)
def test_only_what_nobody_saw_to_its_end_is_made_anew_at_once(
    outcome: Outcome, verdict: str, state: str, waits: bool, fleet: Path
) -> None:
    attempt(fleet, "orders", 1, outcome, verdict, AT - DAY_S)
    found = orders(fleet)
    assert (found.state, found.next_number) == (state, 2)
    assert (found.next_at == AT - DAY_S + MONTH_S) is waits
    assert (found.next_at <= AT) is not waits


def test_a_lost_drill_after_a_failed_one_does_not_hurry(fleet: Path) -> None:
    attempt(fleet, "orders", 1, "ended", "fail", AT - 2 * DAY_S)
    attempt(fleet, "orders", 2, "lost", "", AT - DAY_S)
    assert orders(fleet).next_at == AT - 2 * DAY_S + MONTH_S


def test_attempts_follow_each_other_by_number_whatever_their_hosts_clocks_said(fleet: Path) -> None:
    """What a lost one left is dated after the pass that followed it, on a host whose clock was behind."""
    past(fleet, "orders", 1, verdict="error", failure_reason="drill-tui died while it ran")
    passed(fleet, 2)
    attempt(fleet, "orders", 1, "lost", "", AT - DAY_S)
    assert orders(fleet).state == "failing"
    attempt(fleet, "orders", 2, "ended", "pass", AT - 2 * DAY_S)
    assert orders(fleet).state == "proven"


def test_a_drill_asks_for_three_times_what_its_database_had(fleet: Path) -> None:
    past(fleet, "orders", 1, source={"dbname": "orders", "host": "db", "size_bytes": "1000"})
    found = orders(fleet)
    assert found.want().disk_bytes == 3000
    assert found.want().takes_s == found.takes_s


def test_evidence_that_cannot_be_read_is_nothing_known(fleet: Path) -> None:
    passed(fleet, 1)
    attempt(fleet, "orders", 1, "ended", "pass", AT - DAY_S)
    (evidence_of(fleet, "orders") / "attempts" / "0001.json").write_text("{")
    found = orders(fleet)
    assert (found.state, found.next_at) == ("unknown", float("inf"))
    assert "0001.json cannot be read" in found.why


def test_a_drill_under_way_is_told(fleet: Path) -> None:
    folder = evidence_of(fleet, "orders") / "attempts"
    folder.mkdir()
    (folder / "0001.began.json").write_text('{"number":1,"database":"orders","host":"one","at":1.0}')
    begun = orders(fleet).under_way
    assert begun is not None
    assert begun.host == "one"


def test_that_nothing_has_passed_yet_is_said_once(fleet: Path) -> None:
    assert orders(fleet).why == "every 31d; no auto drill has passed yet"

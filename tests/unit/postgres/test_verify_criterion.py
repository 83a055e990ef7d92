"""A criterion is met only when all of it was looked at."""

from __future__ import annotations

from drill_tui.postgres.verify.criteria import Criteria
from drill_tui.postgres.verify.criterion import KEPT_FAULTS, Criterion
from drill_tui.postgres.verify.names import identifier, listed, shown


def criterion() -> Criterion:
    return Criterion("data_integrity", "The data is what was backed up")


def test_nothing_checked_is_unproven() -> None:
    found = criterion()
    found.conclude()
    assert found.finding().result == "unproven"


def test_proved_and_concluded_is_met() -> None:
    found = criterion()
    found.proved("12 tables as in the snapshot")
    found.conclude()
    assert (found.finding().result, found.finding().detail) == ("met", "12 tables as in the snapshot")


def test_proved_but_not_concluded_is_unproven() -> None:
    found = criterion()
    found.proved("12 tables as in the snapshot")
    assert found.finding().result == "unproven"


def test_one_check_that_could_not_run_leaves_it_unproven() -> None:
    found = criterion()
    found.proved("12 tables as in the snapshot")
    found.could_not("public.t: permission denied")
    found.conclude()
    assert found.finding().result == "unproven"
    assert "permission denied" in found.finding().detail


def test_a_fault_is_missed_whatever_else_could_not_run() -> None:
    found = criterion()
    found.could_not("public.t: permission denied")
    found.fault("public.u", "3 rows, and were 4")
    finding = found.finding()
    assert finding.result == "missed"
    assert "public.u: 3 rows, and were 4" in finding.detail
    assert "permission denied" in finding.coverage


def test_thousands_of_faults_are_counted_and_the_first_named() -> None:
    found = criterion()
    for number in range(5000):
        found.fault(f"public.t{number}", "is gone")
    finding = found.finding()
    assert (finding.fault_count, len(finding.faults)) == (5000, KEPT_FAULTS)
    assert "public.t0" in finding.detail
    assert "4,997 more" in finding.detail


def test_a_lost_server_leaves_nothing_met() -> None:
    criteria = Criteria()
    for each in criteria:
        each.proved("all of it")
        each.conclude()
    criteria.broke_off("the server was lost")
    assert {each.finding().result for each in criteria} == {"unproven"}


def test_terminal_escapes_and_line_breaks_of_names_are_written_out() -> None:
    found = criterion()
    found.fault(shown("public", "a\n\x1b[2J"), "is gone")
    assert found.finding().faults[0].subject == 'public."a\\n\\x1b[2J"'


def test_names_are_quoted_as_sql_would() -> None:
    assert [identifier(name) for name in ("orders", "Orders", 'a"b', "größe")] == [
        "orders",
        '"Orders"',
        '"a""b"',
        '"größe"',
    ]


def test_long_lists_are_cut() -> None:
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"

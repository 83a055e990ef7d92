"""The attempts of a database: numbered, and closed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.fleet.ledger import Began, Ledger, LedgerError, Outcome, Over


def over(number: int, outcome: Outcome, verdict: str = "") -> Over:
    return Over(
        number=number,
        database="orders",
        host="one",
        outcome=outcome,
        began_at=1.0,
        ended_at=2.0,
        verdict=verdict,
    )


def test_an_attempt_is_under_way_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert (ledger.next_number(), ledger.under_way(), ledger.last()) == (1, None, None)
    began = Began(number=1, database="orders", host="one", at=1.0)
    ledger.begin(began)
    assert (ledger.next_number(), ledger.under_way()) == (1, began)
    ended = ledger.close(over(1, "ended", "pass"))
    assert (ledger.next_number(), ledger.under_way(), ledger.last()) == (2, None, ended)


def test_who_closes_it_first_decides(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    lost = ledger.close(over(1, "lost"))
    assert ledger.close(over(1, "ended", "pass")) == lost
    assert ledger.last() == lost


def test_what_nobody_drives_is_given_up_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.begin(Began(number=1, database="orders", host="one", at=5.0))
    lost = ledger.give_up("orders", 1)
    assert (lost.outcome, lost.host, lost.began_at, lost.verdict) == ("lost", "one", 5.0, "")
    assert lost.reason == "its worker on one is gone"
    assert ledger.give_up("orders", 1) == lost
    assert ledger.give_up("orders", 2).reason == "its worker was gone before it began"
    ended = ledger.close(over(3, "ended", "pass"))
    assert ledger.give_up("orders", 3) == ended


def test_the_last_of_some_outcomes_is_found_behind_others(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    first = ledger.close(over(1, "ended", "fail"))
    ledger.close(over(2, "lost"))
    assert ledger.last(frozenset({"ended", "cancelled"})) == first


def test_a_record_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.close(over(1, "ended"))
    (tmp_path / "attempts" / "0001.json").write_text("{")
    with pytest.raises(LedgerError, match=r"0001\.json cannot be read"):
        ledger.last()


def test_a_record_of_a_newer_drill_tui_is_read(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.close(over(1, "ended", "pass"))
    path = tmp_path / "attempts" / "0001.json"
    path.write_text(path.read_text().replace("{", '{"colour": "blue",', 1))
    found = ledger.last()
    assert found is not None
    assert found.verdict == "pass"

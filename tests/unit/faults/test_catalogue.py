"""The catalogue as a whole: every fault is told fully, and what it needs is there."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from drill_tui.faults.catalogue import BY_ID, CATALOGUE
from drill_tui.faults.fault import Fault, InBackup, InDatabase, InPages, InSource
from drill_tui.runbook.load import load

ROOT = Path(__file__).parents[3]
CRITERIA = {
    name
    for book in ("restore-drill", "latest-backup", "basebackup")
    for name in load(ROOT / "runbooks" / f"{book}.yaml").runbook.criteria
}


def test_there_are_enough_of_them_each_under_one_name() -> None:
    assert len(CATALOGUE) == len(BY_ID) >= 40
    assert sum(fault.injury is not None for fault in CATALOGUE) >= 40


@pytest.mark.parametrize("fault", CATALOGUE, ids=list(BY_ID))
def test_a_fault_says_all_that_a_person_needs(fault: Fault) -> None:
    for text in (fault.breaks, fault.shows, fault.undone):
        assert text.endswith((".", "?", "!")), text
        assert text[0].isupper() or text[0] in "\\0123456789/" or " " in text
    assert fault.source
    assert set(fault.noticed_by) <= CRITERIA


def test_every_site_is_used_and_there() -> None:
    named = {f.injury.sites for f in CATALOGUE if isinstance(f.injury, InDatabase | InPages)}
    named |= {f.staging.sites for f in CATALOGUE if isinstance(f.staging, InSource)}
    there = {path.name.removesuffix(".sql") for path in files("drill_tui.faults").joinpath("sites").iterdir()}
    assert there == named | {"own"}


def test_every_difficulty_and_every_kind_of_injury_is_there() -> None:
    assert {fault.difficulty for fault in CATALOGUE} == {1, 2, 3, 4, 5}
    assert {type(fault.injury) for fault in CATALOGUE} == {InBackup, InDatabase, InPages, type(None)}


def test_what_a_copy_can_hold_is_not_staged() -> None:
    assert not [fault.id for fault in CATALOGUE if fault.injury is not None and fault.staging is not None]


def test_a_difficulty_beyond_the_scale_is_refused() -> None:
    from dataclasses import replace

    with pytest.raises(ValueError, match="row-deleted"):
        replace(BY_ID["row-deleted"], difficulty=6)

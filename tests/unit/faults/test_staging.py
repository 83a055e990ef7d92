"""Faults that no copy can hold: the stage of each, what is changed in it, and that none is planted later."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.faults.catalogue import BY_ID
from drill_tui.faults.practice import staging
from drill_tui.faults.practice.marks import OF_A_COPY, RUNBOOK
from drill_tui.faults.practice.shelf import NothingToDrawError, draw, offered, read_stories
from drill_tui.faults.practice.staging import stage_for, staged
from drill_tui.runbook.load import load

ROOT = Path(__file__).parents[3]
STORIES = read_stories(ROOT)
PRODUCTION, EXTENSION, GAP, DISK = (
    BY_ID[name].staging
    for name in (
        "target-is-the-source",
        "extension-not-on-the-target",
        "wal-segment-missing",
        "disk-full-during-restore",
    )
)


def test_what_is_set_up_before_the_restore_is_not_for_a_game_day() -> None:
    before = {"smaller-image", "second-terminal", "last-hour"}
    assert before <= {draw(STORIES, seed=seed).story.name for seed in range(200)}
    assert before.isdisjoint(draw(STORIES, seed=seed, live=True).story.name for seed in range(200))
    with pytest.raises(NothingToDrawError, match="planted after the restore"):
        draw(STORIES, seed=1, name="smaller-image", live=True)


def test_a_gap_in_the_wal_has_a_stage_with_a_base_backup() -> None:
    assert stage_for(GAP) == OF_A_COPY
    assert stage_for(PRODUCTION) == stage_for(EXTENSION) == stage_for(None) == RUNBOOK
    loaded = load(OF_A_COPY)
    assert staged(loaded, GAP) is loaded


def test_what_is_aimed_at_production_is_the_restore_and_whoever_practises() -> None:
    changed = staged(load(RUNBOOK), PRODUCTION)
    steps = {step.id: step for step in changed.runbook.steps}
    assert {name for name, step in steps.items() if step.connect == "open_source"} == {
        "furnish",
        "backup",
        "restore",
        "practise",
    }
    assert changed.runbook.params["database"].default == "zakops"


def test_a_target_is_taken_without_asking_whether_it_fits() -> None:
    loaded = load(RUNBOOK)
    before, after = (
        next(step for step in book.runbook.steps if step.id == "start_target").arguments
        for book in (loaded, staged(loaded, EXTENSION))
    )
    assert set(before) - set(after) == {"source", "backup"}
    assert staged(loaded, None) is loaded


def test_a_small_disk_is_the_targets() -> None:
    loaded = load(RUNBOOK)
    before, after = (
        next(step for step in book.runbook.steps if step.id == "start_target").arguments
        for book in (loaded, staged(loaded, DISK))
    )
    assert after == {**before, "disk_percent": "80"}


def test_what_this_machine_cannot_show_is_neither_offered_nor_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    for possible in (True, False):
        monkeypatch.setattr(staging, "_has_disks", lambda possible=possible: possible)
        assert ("eighty-percent" in {story.name for story in offered(STORIES)}) is possible
        drawn = {draw(STORIES, seed=seed).story.name for seed in range(300)}
        assert ("eighty-percent" in drawn) is possible
    with pytest.raises(NothingToDrawError, match="not possible here: it needs a small disk"):
        draw(STORIES, seed=1, name="eighty-percent")

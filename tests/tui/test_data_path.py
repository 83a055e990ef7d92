"""Where the data is now, by what steps play and not by what they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.runbook.plays import Plays
from drill_tui.tui.widgets.data_path import DataPath, Way, data_path
from drill_tui.verdict.state import DrillState
from tests.tui.conftest import drilling
from tests.tui.storyteller import RUNBOOK, Storyteller

TO_COME, BUSY, DONE, BROKEN = Way.TO_COME, Way.BUSY, Way.DONE, Way.BROKEN
ROOT = Path(__file__).parents[2]


def ways(story: Storyteller) -> tuple[Way, ...]:
    found = data_path(DrillState.of(story.records))
    assert found is not None
    return found.ways


def renamed() -> str:
    """The same runbook with steps that are called otherwise."""
    text = RUNBOOK.read_text(encoding="utf-8")
    for name, other in (("backup", "dump_it"), ("restore", "bring_it_back")):
        text = text.replace(f"- id: {name}\n", f"- id: {other}\n").replace(
            f"steps.{name}.", f"steps.{other}."
        )
        text = text.replace(f"[{name}]", f"[{other}]").replace(f"after: {name}\n", f"after: {other}\n")
    return text


def test_the_way_of_a_drill_from_the_source_to_the_target() -> None:
    story = Storyteller().start()
    assert ways(story) == (TO_COME, TO_COME)
    story.whole_step("open_source", "source.open", 2, {"kind": "configured", "dbname": "zakops"})
    assert ways(story.begin("backup")) == (TO_COME, TO_COME)
    assert ways(story.attempt("backup", "scripts/backup.sh")) == (BUSY, TO_COME)
    assert ways(story.attempt_over("backup", 41).end("backup")) == (DONE, TO_COME)
    assert ways(Storyteller().until_gate()) == (DONE, TO_COME)
    assert ways(Storyteller().until_restoring()) == (DONE, BUSY)
    assert ways(Storyteller().whole()) == (DONE, DONE)
    assert ways(Storyteller().failed()) == (DONE, BROKEN)


def test_places_are_named_once_something_is_known_of_them() -> None:
    found = data_path(DrillState.of(Storyteller().start().records))
    assert found is not None
    assert (found.places, found.reached) == (("source", "backup", "target"), (False, False, False))
    found = data_path(DrillState.of(Storyteller().until_restoring().records))
    assert found is not None
    assert (found.places, found.reached) == (("zakops", "backup 851 MB", "local 18.6"), (True, True, False))
    assert found.busy_step == "restore"


def test_the_names_of_steps_do_not_matter() -> None:
    story = Storyteller(runbook_text=renamed()).start().begin("bring_it_back")
    assert ways(story.attempt("bring_it_back", "scripts/restore.sh")) == (TO_COME, BUSY)


@pytest.mark.parametrize("name", ["latest-backup", "basebackup", "barman", "pgbackrest", "walg"])
def test_a_backup_that_is_found_comes_from_no_source(name: str) -> None:
    text = (ROOT / "runbooks" / f"{name}.yaml").read_text(encoding="utf-8")
    story = Storyteller(runbook_text=text).start().begin("find_backup")
    story.tell(
        ev.AttemptStarted(step="find_backup", attempt=1, command="find", log="logs/1.log", plays=Plays.SHELF)
    )
    story.tell(
        ev.OutputsRecorded(step="find_backup", attempt=1, outputs={"backup": "/srv/backups/shop_2026"})
    )
    story.attempt_over("find_backup", 1).end("find_backup").begin("restore")
    story.tell(
        ev.AttemptStarted(step="restore", attempt=1, command="restore", log="logs/2.log", plays=Plays.RESTORE)
    )
    found = data_path(DrillState.of(story.records))
    assert found is not None
    assert found.places == ("backup shop_2026", "target")
    assert found.ways == (BUSY,)


def test_a_runbook_that_moves_no_data_has_no_picture() -> None:
    text = "version: 1\nid: look\ntitle: Look\nsteps:\n  - {id: look, title: Look, run: [ls]}\n"
    assert data_path(DrillState.of(Storyteller(runbook_text=text).start().records)) is None
    assert data_path(DrillState()) is None


@pytest.mark.parametrize(("size", "seen"), [((80, 24), False), ((120, 36), True)])
async def test_it_is_drawn_where_there_is_height(size: tuple[int, int], seen: bool) -> None:
    async with drilling(Storyteller().until_restoring(), size=size) as (_, screen, _pilot):
        line = screen.query_one(DataPath)
        assert bool(line.region.height) is seen
        if seen:
            words = "data  zakops ───▶ backup 851 MB ━━ 12 k rows/s ━━▶ local 18.6"
            assert str(line.render()).strip() == words

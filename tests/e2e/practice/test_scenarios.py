"""Every shipped scenario shows what it tells: planted, its faults meet an objection of a trainee's checks."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from drill_tui.cli.root import toolbox
from drill_tui.engine.clock import SystemClock
from drill_tui.engine.ports import ActionContext
from drill_tui.engine.run.control import DrillControl
from drill_tui.faults.catalogue import FAULTS
from drill_tui.faults.fault import Fault, InBackup, InDatabase
from drill_tui.faults.inject import break_backup, break_database, copy_backup, undo
from drill_tui.faults.practice.checks import CHECKS, Asking
from drill_tui.faults.practice.record import PracticeRecord
from drill_tui.faults.practice.scenery import Stage
from drill_tui.faults.practice.shelf import Story, draw, read_stories
from drill_tui.faults.practice.stage import Play
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.copies.databases import copy_of
from drill_tui.runbook.load import load
from tests.e2e.drill.running import ROOT, nothing_left

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("practice"), pytest.mark.timeout(600)]
STORIES = read_stories(ROOT)
BOOK = load(ROOT / "runbooks/restore-drill.yaml").runbook
CRITERIA = BOOK.criteria
OF_THE_DATABASE = ("required_tables", "data_integrity", "foreign_keys", "indexes", "schema")
BY_CHECK = {InBackup: "backup", InDatabase: "restored"}


class Unbroken(Play):
    """A practice in which nothing was broken, to be broken by who looks at it."""

    async def _plant(self, context: ActionContext, injury: InDatabase) -> None: ...


@dataclass
class Tried:
    """What each check said; without a fault, under an empty name."""

    objections: dict[str, tuple[bool, str]] = field(default_factory=dict)

    async def practise(self, stage: Stage) -> None:
        """In the place of a person: every fault of every scenario, in a copy of its own."""
        for check in CHECKS:
            checked = await stage.asking.ask(check)
            self.objections[check.name] = (checked.objected, checked.said)
        for name in sorted({name for story in STORIES for name in story.scenario.faults}):
            fault = FAULTS[name]
            async with broken(stage, fault) as asking:
                check = next(check for check in CHECKS if check.name == BY_CHECK[type(fault.injury)])
                checked = await asking.ask(check)
                self.objections[name] = (checked.objected, checked.said)
        stage.practice.give_up()

    def over(self, record: PracticeRecord) -> None: ...

    def heard(self, text: str) -> None: ...


@asynccontextmanager
async def broken(stage: Stage, fault: Fault) -> AsyncIterator[Asking]:
    """The trainee's checks, on a copy with this fault."""
    if isinstance(fault.injury, InBackup):
        folder = stage.backup.parent.parent / fault.id
        folder.mkdir()
        backup = await asyncio.to_thread(copy_backup, stage.backup, folder)
        break_backup(backup, fault.injury)
        yield replace(stage.asking, backup=backup)
        return
    assert isinstance(fault.injury, InDatabase)
    restored = resolve(stage.asking.environment)
    async with copy_of(restored, stage.database, "broken") as copy:
        site = await break_database(copy, fault.injury)
        assert site is not None, fault.id
        try:
            yield replace(stage.asking, environment={**stage.asking.environment, "DB_NAME": "broken"})
        finally:
            await undo(copy, site)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """One restore, and each fault in a copy of it."""
    found, folder = Tried(), tmp_path_factory.mktemp("practices")
    drawn = draw(STORIES, seed=1, name="pager-at-three")
    play = Unbroken(drawn, person="nobody", face=found, clock=SystemClock())
    os.environ["DRILL_DEMO_SCALE"] = "0.05"
    try:
        asyncio.run(play.run(toolbox(), ROOT, folder, sinks=[], control=DrillControl()))
    finally:
        del os.environ["DRILL_DEMO_SCALE"]
    assert (play.problem, play.leftovers) == ("", ())
    nothing_left(next(folder.iterdir()))
    return found


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_no_check_objects_while_nothing_is_broken(check: str, tried: Tried) -> None:
    objected, said = tried.objections[check]
    assert not objected, said


@pytest.mark.parametrize(
    ("story", "fault"),
    [(story, fault) for story in STORIES for fault in story.scenario.faults],
    ids=lambda value: value.name if isinstance(value, Story) else str(value),
)
def test_a_check_objects_once_it_is_planted(story: Story, fault: str, tried: Tried) -> None:
    objected, said = tried.objections[fault]
    assert objected, said
    right = FAULTS[fault].criterion
    if right in OF_THE_DATABASE:
        title = re.escape(CRITERIA[right].title)
        assert re.search(f"^✗ missed +{title}", said, re.MULTILINE), said
    elif right == "rpo":
        assert "old; at most 24 h is the objective" in said


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_words_of_the_runbook_that_it_names_are_there(story: Story) -> None:
    assert story.scenario.answer.step in {step.id for step in BOOK.steps}

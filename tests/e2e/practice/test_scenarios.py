"""Every shipped scenario shows what it tells: planted, its faults meet an objection of a trainee's checks."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drill_tui.cli.root import toolbox
from drill_tui.engine.clock import SystemClock
from drill_tui.engine.ports import ActionContext, ActionResult
from drill_tui.engine.run.control import DrillControl
from drill_tui.faults.catalogue import FAULTS
from drill_tui.faults.fault import Fault, InArchive, InBackup, InDatabase
from drill_tui.faults.inject import break_backup, break_database, copy_backup, undo
from drill_tui.faults.practice.checks import CHECKS, Asking
from drill_tui.faults.practice.record import PracticeRecord
from drill_tui.faults.practice.scenery import Stage
from drill_tui.faults.practice.shelf import Story, draw, read_stories
from drill_tui.faults.practice.stage import Play
from drill_tui.faults.practice.staging import impossible_here
from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.archive.manifest_reader import read_manifest
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
TOLD = {FAULTS[name].id: FAULTS[name] for story in STORIES for name in story.scenario.faults}
FOR_COPIES = [fault for fault in TOLD.values() if fault.staging is None]
STAGED = {
    "target-is-the-source": ("restored", "not a restored copy"),
    "extension-not-on-the-target": ("restored", 'database "restored" does not exist'),
    "wal-segment-missing": ("backup", "later ones cannot be used"),
    "disk-full-during-restore": ("restored", "missed"),
}
"""What is set up around a practice's restore: the check that objects, and what it says."""
LAGS = "standby-lags"
"""What no check objects to: it stands in the log and in the manifest."""
REFUSED = {
    "target-is-the-source": "the cluster that the backup came from",
    "extension-not-on-the-target": "lacks extensions that the backup needs: zakops_checkdigit",
    "disk-full-during-restore": "could not extend file",
}
"""What the log of the restore says."""


BEHIND = (
    "SELECT pg_is_in_recovery() AND pg_is_wal_replay_paused(), "
    "pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()"
)


class Unbroken(Play):
    """A practice in which nothing was broken, to be broken by who looks at it."""

    async def _plant(self, context: ActionContext, injury: InDatabase) -> None: ...


class SoundArchive(Play):
    """A practice with a base backup, in which nothing was broken."""

    async def _break_archive(self, wal: Path, staging: InArchive) -> None: ...


@dataclass
class Tried:
    """What each check said; without a fault, under an empty name."""

    objections: dict[str, tuple[bool, str]] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)

    async def practise(self, stage: Stage) -> None:
        """In the place of a person: every fault of every scenario that a copy holds, each in its own."""
        self.logs = {name: path.read_text() for name, path in stage.logs.items()}
        for check in CHECKS:
            checked = await stage.asking.ask(check)
            self.objections[check.name] = (checked.objected, checked.said)
        for fault in FOR_COPIES:
            async with broken(stage, fault) as asking:
                check = next(check for check in CHECKS if check.name == BY_CHECK[type(fault.injury)])
                checked = await asking.ask(check)
                self.objections[fault.id] = (checked.objected, checked.said)
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


@dataclass
class Looked:
    """What a trainee reads at once, without having done anything."""

    ask: str = ""
    """In SQL, of what was restored."""
    answer: str = ""
    said: dict[str, tuple[bool, str]] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)

    async def practise(self, stage: Stage) -> None:
        if self.ask:
            psql = ["psql", "-XAtc", self.ask]
            self.answer = await asyncio.to_thread(
                subprocess.check_output, psql, env=stage.environment, text=True
            )
        for check in stage.checks:
            checked = await stage.asking.ask(check)
            self.said[check.name] = (checked.objected, checked.said)
        self.logs = {name: path.read_text() for name, path in stage.logs.items()}
        stage.practice.give_up()

    def over(self, record: PracticeRecord) -> None: ...

    def heard(self, text: str) -> None: ...


def played(play: Play, folder: Path) -> None:
    """From the setting to the clearing away."""
    os.environ["DRILL_DEMO_SCALE"] = "0.05"
    try:
        asyncio.run(play.run(toolbox(), ROOT, folder, sinks=[], control=DrillControl()))
    finally:
        del os.environ["DRILL_DEMO_SCALE"]
    assert (play.problem, play.leftovers) == ("", ())
    nothing_left(next(folder.iterdir()))
    assert "/data/base tmpfs" not in Path("/proc/mounts").read_text(), "a disk of a target is its own"


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """One restore, and each fault in a copy of it."""
    found = Tried()
    drawn = draw(STORIES, seed=1, name="pager-at-three")
    played(
        Unbroken(drawn, person="nobody", face=found, clock=SystemClock()),
        tmp_path_factory.mktemp("practices"),
    )
    return found


@pytest.mark.parametrize("check", [check.name for check in CHECKS])
def test_no_check_objects_while_nothing_is_broken(check: str, tried: Tried) -> None:
    objected, said = tried.objections[check]
    assert not objected, said


@pytest.mark.parametrize(
    ("story", "fault"),
    [(story, fault) for story in STORIES for fault in story.scenario.faults if fault not in (*STAGED, LAGS)],
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


def test_what_no_copy_can_hold_is_tried_by_itself() -> None:
    assert {*STAGED, LAGS} == {fault.id for fault in TOLD.values() if fault.staging is not None}


@pytest.mark.parametrize("fault", STAGED)
def test_what_is_set_up_around_the_restore_meets_an_objection(fault: str, tmp_path: Path) -> None:
    if why := impossible_here(FAULTS[fault].staging):
        pytest.skip(why)
    looked = Looked()
    play = Play(draw(STORIES, seed=1, fault=fault), person="nobody", face=looked, clock=SystemClock())
    played(play, tmp_path)
    which, words = STAGED[fault]
    objecting = {name: " ".join(said.split()) for name, (objected, said) in looked.said.items() if objected}
    assert set(objecting) == {which}, looked.said
    assert words in objecting[which]
    assert REFUSED.get(fault, "") in " ".join(looked.logs["restore"].split())
    assert play.record is not None
    assert play.record.site
    assert fault not in next(tmp_path.glob("*/events.jsonl")).read_text()


def test_while_nothing_is_set_up_the_restore_refuses_nothing(tried: Tried) -> None:
    restored = " ".join(tried.logs["restore"].split())
    assert not [words for words in REFUSED.values() if words in restored]


def test_an_archive_without_a_gap_meets_no_objection_and_loses_nothing(tmp_path: Path) -> None:
    orders = {}
    for kind in (SoundArchive, Play):
        looked = Looked(ask="SELECT count(*) FROM sales.orders")
        drawn = draw(STORIES, seed=1, fault="wal-segment-missing")
        played(kind(drawn, person="nobody", face=looked, clock=SystemClock()), tmp_path / kind.__name__)
        orders[kind] = int(looked.answer)
        assert [name for name, (objected, _) in looked.said.items() if objected] == ["backup"] * (
            kind is Play
        )
    assert orders[SoundArchive] - orders[Play] == 100, "two hours are behind the gap"


@dataclass
class LookedAtTheManifest(Looked):
    manifest: Manifest | None = None

    async def practise(self, stage: Stage) -> None:
        self.manifest = read_manifest(stage.backup)
        await super().practise(stage)


class OfAStandby(Play):
    """Asks the server that is about to be backed up how far it is."""

    behind = ""

    async def _furnish(self, context: ActionContext) -> ActionResult:
        self.behind = await asyncio.to_thread(
            subprocess.check_output,
            ["psql", "-XAtc", BEHIND],
            env=resolve(context.environment).child_env({}),
            text=True,
        )
        return await super()._furnish(context)


def test_a_standby_that_lags_is_told_by_its_backup_and_by_no_check(tmp_path: Path) -> None:
    looked = LookedAtTheManifest(ask="SELECT max(placed_at) FROM sales.orders")
    play = OfAStandby(draw(STORIES, seed=1, fault=LAGS), person="nobody", face=looked, clock=SystemClock())
    played(play, tmp_path)
    assert play.behind.strip() == "t|t", "in recovery, and more received than replayed"
    assert not [name for name, (objected, _) in looked.said.items() if objected], looked.said
    assert looked.manifest is not None
    as_of = looked.manifest.snapshot_at
    newest = datetime.fromisoformat(looked.answer.strip())
    assert newest <= as_of < looked.manifest.started_at
    told = f"its data is as of {as_of.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    assert [sentence for sentence in looked.manifest.coverage if told in sentence]
    assert told in " ".join(looked.logs["backup"].split())
    assert play.record is not None
    assert play.record.site
    assert LAGS not in next(tmp_path.glob("*/events.jsonl")).read_text()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_words_of_the_runbook_that_it_names_are_there(story: Story) -> None:
    assert story.scenario.answer.step in {step.id for step in BOOK.steps}

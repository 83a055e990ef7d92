"""A practice for tests of its screens: everything but the servers and the scripts that it would start."""

from __future__ import annotations

import asyncio
import atexit
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.record.stage import Stage as Phase
from drill_tui.engine.run.control import DrillControl
from drill_tui.faults.practice.checks import CHECKS, Asking, Check, Checked
from drill_tui.faults.practice.record import PracticeRecord, keep_record, record_of
from drill_tui.faults.practice.scenery import Stage
from drill_tui.faults.practice.session import Practice
from drill_tui.faults.practice.shelf import Drawn, draw, read_stories
from drill_tui.faults.practice.stage import Face, Play
from drill_tui.tui.order import PracticeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.practising import PracticeDesk
from tests.tui.storyteller import BEGAN_AT, RUNBOOK

ROOT = RUNBOOK.parents[1]
SAID = "✗ missed    Indexes are present and sound\n            [/x] 1 fault. ops.tickets_open is missing"


@dataclass(kw_only=True)
class Canned(Asking):
    """Says what the checks would have said, once it is let go."""

    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, check: Check) -> Checked:
        await self.go.wait()
        objected = check.name == "restored"
        return Checked(check, objected, SAID if objected else "whole", self.logs / "check.log")


def drawn(fault: str = "index-dropped") -> Drawn:
    return draw(read_stories(ROOT), seed=7, name="suddenly-slow", fault=fault)


def stage_of(practice: Practice) -> Stage:
    folder = Path(mkdtemp(prefix="practice-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "restore.log").write_text("pg_restore: creating INDEX\n")
    asking = Canned(
        backup=folder / "zakops_20261118T020000Z",
        environment={"PGDATABASE": "restored", "SHELL": "/bin/sh"},
        directory=folder,
        logs=folder,
        find=lambda name: folder / name,
    )
    asking.go.set()
    return Stage(
        practice=practice,
        backup=asking.backup,
        database="restored",
        asking=asking,
        logs={"restore": folder / "restore.log"},
        environment=asking.environment,
        directory=folder,
    )


def still_desk(*, found: bool = False) -> PracticeDesk:
    """A practice whose clock stands still, after a check, a hint and a wrong turn; perhaps found."""
    desk, clock = PracticeDesk(drawn()), [0.0]
    practice = Practice(drawn=desk.drawn, now=lambda: clock[0])
    desk.stage = stage_of(practice)
    clock[0] = 130.0
    practice.checked("restored", objected=True)
    desk.say(CHECKS[1].title, f"It objects.\n\n{SAID}")
    practice.hint()
    wrong = next(one for one in practice.offered if desk.drawn.fault not in one.faults)
    practice.diagnose(wrong, "")
    if found:
        clock[0] = 305.0
        practice.diagnose(practice.scenario.right(desk.drawn.fault), "create it again")
        desk.record = record_of(
            practice, run_id="practice_1", person="operator", began_at=BEGAN_AT, site="ops.tickets"
        )
        desk.cleared_away("", ())
    return desk


def leave_practice(places: Places) -> PracticeRecord:
    """One that the user of this terminal has found."""
    record = still_desk(found=True).record
    assert record is not None
    folder = places.practice_dir / record.run_id
    folder.mkdir(parents=True)
    keep_record(record, folder)
    return record


async def scripted_practice(order: PracticeOrder, face: Face, control: DrillControl) -> Play:
    """Until it is over, or the control stops it; then what a launcher returns."""
    control.stage = Phase.STEPS
    practice = Practice(drawn=order.drawn, now=SystemClock().now)
    doing = asyncio.ensure_future(face.practise(stage_of(practice)))
    stopping = asyncio.ensure_future(control.stop_steps.wait())
    await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    doing.cancel()
    practice.interrupt()
    play = Play(order.drawn, person=order.person, face=face, clock=SystemClock())
    play.record = record_of(
        practice, run_id="run", person=order.person, began_at=BEGAN_AT, site="ops.tickets"
    )
    face.over(play.record)
    control.end()
    return play

"""What died with the process that drove a drill, while the drill is taken up again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionContext, ActionResult
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import EndReason
from drill_tui.engine.record.journal import read_journal
from drill_tui.engine.run import lookout
from drill_tui.engine.run.core import Core
from tests.engine import rig
from tests.engine.stand_ins import ScriptedOperator, of_type
from tests.engine.test_recovery import crashed_after, resume


async def test_what_is_being_brought_back_is_not_told_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, look, revive = asyncio.Semaphore(0), lookout.look, rig._revive

    async def counted(core: Core) -> None:
        await look(core)
        looks.release()

    async def slow(context: ActionContext) -> ActionResult:
        thing = Path(context.outputs_of(context.step)["path"])
        away = thing.rename(thing.with_name("away"))  # noqa: ASYNC240 - no other task runs here
        for _ in range(3):
            await looks.acquire()
        away.rename(thing)
        return await revive(context)

    run = crashed_after(tmp_path, "step.ended", "again")
    monkeypatch.setattr(lookout, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(lookout, "look", counted)
    monkeypatch.setattr(rig, "_revive", slow)
    assert await resume(run, ScriptedOperator()) is EndReason.COMPLETED
    notes = of_type(read_journal(run / "events.jsonl"), ev.NoteAdded)
    assert "The thing died." not in [note.text for note in notes]

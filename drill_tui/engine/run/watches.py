"""What is watched while an attempt runs: its budget, and how far it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final

from drill_tui.engine.record.events import BudgetExceeded
from drill_tui.engine.record.talkback import Talkback
from drill_tui.engine.run.core import Core
from drill_tui.runbook.model import Action, Step

POLL_S: Final = 0.2
"""How often a running program's progress is read, in real seconds."""


@contextlib.asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs `work` beside the block, and cancels it at the block's end."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@contextlib.asynccontextmanager
async def budget_watch(core: Core, action: Action) -> AsyncIterator[None]:
    """Says so, once per step, when its attempts together have run longer than its budget."""
    budget_s = action.budget if isinstance(action, Step) else None
    run = core.state.step(action.id)
    if budget_s is None or run.over_budget:
        yield
        return
    async with background(_tell_budget(core, action.id, budget_s, max(0.0, budget_s - run.worked_s))):
        yield


async def _tell_budget(core: Core, step: str, budget_s: float, left_s: float) -> None:
    await core.clock.sleep(left_s)
    core.control.tell(BudgetExceeded(step=step, budget_s=budget_s))


@contextlib.asynccontextmanager
async def progress_watch(core: Core, talkback: Talkback) -> AsyncIterator[None]:
    """Tells the newest progress that the step's program has written."""
    async with background(_tell_progress(core, talkback)):
        yield
    _tell_newest(core, talkback)


async def _tell_progress(core: Core, talkback: Talkback) -> None:
    while True:
        await asyncio.sleep(POLL_S)
        _tell_newest(core, talkback)


def _tell_newest(core: Core, talkback: Talkback) -> None:
    if (newest := talkback.progress()) is not None:
        core.recorder.tell_progress(newest)

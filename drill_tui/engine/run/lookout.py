"""Asks, again and again, whether what finished steps had started is still there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from drill_tui.engine.record import events as ev
from drill_tui.engine.run.recorder import ENGINE
from drill_tui.engine.text.sanitise import one_line

if TYPE_CHECKING:
    from drill_tui.engine.run.core import Core
    from drill_tui.runbook.model import Step

LOOK_EVERY_S: Final = 1.0
"""In real seconds: a process that dies does not wait for a test's clock."""


async def look(core: Core) -> None:
    """Ask every finished step's action once, and say at once what is gone."""
    for step in core.setup.book.steps:
        if step.uses is None:  # a name that is not ours is looked for in every installed package
            continue
        run = core.state.step(step.id)
        spec = core.toolbox.actions.get(step.uses)
        passed = run.ended is not None and run.ended.outcome is ev.Outcome.PASSED
        known = core.losses.reason(step.id) or step.id in core.losses.to_be_revived
        if spec is None or spec.gone is None or not passed or known:
            continue
        outputs = dict(run.outputs)
        reason = one_line(await spec.gone(outputs, core.setup.environment), 500)
        made_anew = core.state.step(step.id).outputs != outputs
        if reason and not made_anew and core.state.cleanup is None:
            core.losses.add(step.id, reason)
            core.tell(ev.NoteAdded(by=ENGINE, text=reason, step=step.id))


async def keep_looking(core: Core) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        await look(core)


async def lost_to(core: Core, step: Step) -> str:
    """The earlier step whose loss concerns this one, looked up now."""
    await look(core)
    return core.losses.of(step)

"""The guided face: gives the terminal UI what it needs to run the same drills that `--auto` runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.finish import conclude
from drill_tui.cli.places import Places
from drill_tui.cli.root import DrillRequest, load_runbook, prepare, toolbox
from drill_tui.engine.control import DrillControl
from drill_tui.engine.ports import Operator, Sink
from drill_tui.tui.order import DrillOrder
from drill_tui.tui.session import run_guided
from drill_tui.tui.settings import SettingsError
from drill_tui.verdict.report import Report


def open_guided(request: DrillRequest) -> Exit:
    """Open the terminal UI until people leave it.  Raises UserError for a broken settings file."""
    places = request.places()
    try:
        code = asyncio.run(
            run_guided(
                _Launcher(places, request),
                project_dir=places.project_dir,
                artifacts_dir=places.artifacts_dir,
                environment=os.environ,
                ascii_only=request.ascii_only,
                runbook=places.find_runbook(request.runbook) if request.runbook_named else None,
                mode=request.mode,
            )
        )
    except SettingsError as error:
        raise UserError(str(error)) from None
    return Exit(code)


class _Launcher:
    """Runs one drill that was ordered at the sign-in screen."""

    def __init__(self, places: Places, request: DrillRequest) -> None:
        self._places = places
        self._keep = request.keep

    async def __call__(
        self, order: DrillOrder, *, operator: Operator, sinks: Sequence[Sink], control: DrillControl
    ) -> Report:
        """The report of the drill, cleanup included.  Raises UserError if it cannot start."""
        from drill_tui.engine.clock import SystemClock
        from drill_tui.engine.runner import run_drill

        setup = prepare(
            await asyncio.to_thread(load_runbook, order.runbook),
            self._places,
            mode=order.mode,
            given=order.params,
            people={person.name: person.roles for person in order.participants},
            keep=self._keep,
        )
        await run_drill(
            setup, toolbox=toolbox(), operator=operator, sinks=sinks, control=control, clock=SystemClock()
        )
        report, _ = await asyncio.to_thread(conclude, setup.run_dir, self._places)
        return report

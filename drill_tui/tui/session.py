"""The guided face: the screen and the drill as sibling tasks, so that neither can cut the other off."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.record.stage import Stage
from drill_tui.tui.app import DrillApp
from drill_tui.tui.lost_terminal import forget_terminal
from drill_tui.tui.order import CleanOrder, DrillOrder, Launcher, Order, PracticeOrder, Proposal, ResumeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.settings import load_settings
from drill_tui.tui.terminal import wants_ascii

if TYPE_CHECKING:
    from drill_tui.engine.ports import Sink
    from drill_tui.engine.run.control import DrillControl
    from drill_tui.tui.bridge import TuiBridge
    from drill_tui.tui.screens.drill import DrillScreen
    from drill_tui.verdict.report import Report

NO_DRILL = "The drill did not run to its end"
DRAWN_WITHIN_S = 1.0
PASSED, BROKEN = 0, 3
"""Exit codes of the guided face itself; those of a drill come from its report."""


class Session:
    """One visit to the guided face; runs any number of drills, one after the other."""

    def __init__(
        self, app: DrillApp, places: Places, launch: Launcher, *, seats_gid: int | None = None
    ) -> None:
        """Seats of a drill are for the user's own logins and root, and for the group `seats_gid`."""
        self._app = app
        self._seats_gid = seats_gid
        self._places = places
        self._launch = launch
        self._orders: asyncio.Queue[Order | None] = asyncio.Queue()
        self._clock = SystemClock()
        self._control: DrillControl | None = None
        self._what = "drill"
        """That runs, or ran last: a drill or a practice."""
        self._leaving = False
        self._leave_after: DrillControl | None = None
        """The drill that a signal has ended; the screen closes after it."""
        self.report: Report | None = None
        """Of the last drill."""
        self.refused = False
        """Whether the last drill that was ordered could not be run."""

    def order(self, order: Order) -> None:
        """Do this now; called by the screens."""
        self._orders.put_nowait(order)

    async def run(self) -> None:
        """Until people leave and the last cleanup is done."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._run_screen())
            group.create_task(self._carry_out())

    async def _run_screen(self) -> None:
        try:
            await self._app.run_async(mouse=self._app.settings.mouse)
        except Exception as error:
            self._app.failure = self._app.failure or error
        finally:
            self._leaving = True
            self._orders.put_nowait(None)
            if self._control is not None and self._control.stage is not Stage.ENDED:
                broken = self._app.failure is not None
                _say(f"the screen is gone; stopping the {self._what} and cleaning up …")
                self._control.abort("drill-tui", "error" if broken else "operator", "the screen was closed")

    async def _carry_out(self) -> None:
        while (order := await self._orders.get()) is not None:
            if isinstance(order, CleanOrder):
                await self._clean(order)
            elif isinstance(order, PracticeOrder):
                await self._practise(order)
            else:
                await self._run_drill(order)

    async def _clean(self, order: CleanOrder) -> None:
        leftovers: tuple[str, ...] = ()
        problem = ""
        try:
            leftovers = await self._launch.clean(order.run_dir)
        except Exception as error:
            problem = str(error) or type(error).__name__
        if not self._leaving:
            self._app.call_later(self._app.run_cleaned, order.run_dir.name, leftovers, problem)
        else:
            _say(problem or f"{order.run_dir.name}: {len(leftovers)} things are still there")

    async def _run_drill(self, order: DrillOrder | ResumeOrder) -> None:
        # A tenth of a second of work, during which the screen would stand still.
        for name in ("screens.drill", "dialogs.note_gate"):
            await asyncio.to_thread(import_module, f"drill_tui.tui.{name}")

        from drill_tui.engine.record.journal import JournalError
        from drill_tui.engine.run.control import DrillControl
        from drill_tui.tui.bridge import TuiBridge
        from drill_tui.tui.desk import TuiOperator
        from drill_tui.tui.guests import Guests
        from drill_tui.tui.pace import Pace
        from drill_tui.tui.screens.drill import DrillScreen
        from drill_tui.tui.seating import mode_of, take_seat

        control = self._control = DrillControl()
        self._what = "drill"
        try:
            seat = await asyncio.to_thread(take_seat, order, control, self._places, self._clock.now)
        except (JournalError, OSError) as error:
            self._refuse(control, error)
            return
        gap_s = max(0.0, seat.now() - seat.drill.state.last_at) if isinstance(order, ResumeOrder) else None
        screen = DrillScreen(seat)
        bridge = TuiBridge(seat.drill)
        seat.pace = Pace(control, seat.drill, bridge.take_in, mode_of(order, seat))
        folder = order.run_dir.parent if isinstance(order, ResumeOrder) else self._places.artifacts_dir
        guests = Guests(seat, folder, self._tell, gid=self._seats_gid)
        sinks: list[Sink] = [bridge, seat.pace, guests.server]
        bridge.on_update = lambda: self._draw(screen, bridge)
        if not self._leaving:
            self._app.call_later(self._app.open_drill, seat, screen, gap_s)
        try:
            report = self.report = await self._launch(
                order, operator=TuiOperator(seat.desk, bridge.take_in), sinks=sinks, control=control
            )
            self.refused = False
            bridge.flush()
            if self._leave_after is not control and not self._leaving:
                await self._show_result(report)
        except Exception as error:
            self._refuse(control, error)
            return
        finally:
            await guests.close()
        if self._leave_after is control:
            self._app.exit()

    async def _show_result(self, report: Report) -> None:
        """Here before any seat, which would draw its own at the same time; nobody waits for it long."""
        drawn = asyncio.Event()

        def after_that() -> None:
            self._app.screen.call_after_refresh(self._app.screen.call_after_refresh, drawn.set)

        self._app.call_later(self._app.drill_over, report)
        self._app.call_later(after_that)
        with suppress(TimeoutError):
            await asyncio.wait_for(drawn.wait(), DRAWN_WITHIN_S)

    async def _practise(self, order: PracticeOrder) -> None:
        from drill_tui.engine.run.control import DrillControl
        from drill_tui.faults.practice.lines import Preparing
        from drill_tui.tui.practising import PracticeDesk
        from drill_tui.tui.screens.practice import PracticeScreen

        control, desk = DrillControl(), PracticeDesk(order.drawn)
        self._control, self._what = control, "practice"
        screen = PracticeScreen(desk, control)
        if not self._leaving:
            self._app.call_later(self._app.open_practice, screen)
        try:
            play = await self._launch.practise(
                order, face=desk, sinks=[Preparing(desk.prepare)], control=control
            )
        except Exception as error:
            self._refuse(control, error, "The practice did not begin")
            return
        self.refused = bool(play.problem)
        if self._leave_after is control:
            self._app.exit()
        elif not self._leaving:
            desk.cleared_away(play.problem, play.leftovers)

    def _tell(self, sentence: str) -> None:
        """At this terminal, if its screen is there."""
        if not self._leaving:
            self._app.call_later(partial(self._app.notify, sentence, markup=False))

    def _refuse(self, control: DrillControl, error: Exception, title: str = NO_DRILL) -> None:
        control.stage = Stage.ENDED
        self.refused = True
        if self._leaving:
            _say(str(error))
        else:
            self._app.call_later(self._app.drill_refused, str(error) or type(error).__name__, title)

    def _draw(self, screen: DrillScreen, bridge: TuiBridge) -> None:
        """Ask the screen, in its own context, to draw; it says when it is ready for more."""
        if self._leaving or not screen.is_mounted or not screen.call_later(screen.show_batch, bridge.ready):
            bridge.ready()

    def signalled(self, number: signal.Signals) -> None:
        """A signal ends the drill in order, then the screen; a lost terminal must not block either.

        Ctrl-C in a pager or shell is meant for that program.
        """
        if number is signal.SIGINT and self._app.lent:
            return
        if number is signal.SIGHUP:
            forget_terminal()
            self._app.stop_drawing()
        self._send_guest_away(number)
        control = self._control
        if control is not None and control.stage is not Stage.ENDED:
            control.interrupt(number.name, f"received {number.name}")
            self._leave_after = control
        elif not self._leaving:
            self._app.exit()

    def _send_guest_away(self, number: signal.Signals) -> None:
        """Cleanup is shown to its end, so a shell or pager must not lie over it."""
        if self._app.guest is None:
            return
        from drill_tui.tui.outside import send_away

        ended = self._control is None or self._control.stage is Stage.ENDED
        what = "drill-tui ends" if ended else f"the {self._what} is stopped and cleaned up"
        send_away(self._app.guest, f"received {number.name}: {what}, and what has this terminal ends too.")


async def run_guided(
    launch: Launcher,
    *,
    project_dir: Path,
    artifacts_dir: Path,
    environment: Mapping[str, str],
    ascii_only: bool = False,
    runbook: Path | None = None,
    resumed: Path | None = None,
    practice: PracticeOrder | None = None,
    proposal: Proposal | None = None,
    seats_gid: int | None = None,
) -> int:
    """Open the screen and run the drills that people start in it.

    Returns the exit code: that of the last drill, 0 if none was run, 3 if it could not be run or the screen
    broke.  Handles SIGINT, SIGTERM and SIGHUP while it runs.  `runbook` opens its sign-in at once, with what
    `proposal` fills in; `resumed` is the directory of a run to go on with, `practice` is begun at once;
    `seats_gid` is the group that may join.  Raises SettingsError.
    """
    settings = load_settings(environment)
    places = Places(project_dir=project_dir, artifacts_dir=artifacts_dir, named=runbook)
    plain = ascii_only or wants_ascii(environment)
    app = DrillApp(settings, ascii_only=plain, environment=environment)
    session = Session(app, places, launch, seats_gid=seats_gid)
    app.terminal_lost = lambda: session.signalled(signal.SIGHUP)
    app.first = lambda: HomeScreen(
        places,
        session.order,
        session.order,
        preselected=runbook,
        first=practice or (ResumeOrder(resumed) if resumed else None),
        proposal=proposal,
    )
    loop = asyncio.get_running_loop()
    handled = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in handled:
        loop.add_signal_handler(number, session.signalled, number)
    try:
        await session.run()
    finally:
        for number in handled:
            with suppress(ValueError):
                loop.remove_signal_handler(number)
    if app.failure is not None:
        kind, words = type(app.failure).__name__, str(app.failure)
        _say(f"the screen failed ({kind}: {words}). Cleanup is done.")
        _say("run the same drill without a screen: drill-tui --auto")
    code = PASSED if session.report is None else _code_of(session.report)
    broken = session.refused or app.failure is not None
    return BROKEN if broken and code == PASSED else code


def _code_of(report: Report) -> int:
    from drill_tui.verdict.fold import exit_code

    return exit_code(report)


def _say(sentence: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"drill-tui: {sentence}\n")

"""A seat of one's own at a drill that another process drives: its screen, and its line to that process."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from drill_tui.engine.processes.memory import give_back_at_once
from drill_tui.engine.processes.priority import stay_behind_the_drill
from drill_tui.engine.record.events import LogChunk, Progress
from drill_tui.runbook.held import runbook_of
from drill_tui.seats.client import Line, join, listens
from drill_tui.seats.wire import Message, WireError, record_of
from drill_tui.tui.app import DrillApp
from drill_tui.tui.bridge import TuiBridge
from drill_tui.tui.far_desk import FarDesk
from drill_tui.tui.lost_terminal import forget_terminal
from drill_tui.tui.screens.seated import SeatedScreen
from drill_tui.tui.seat import Joined, Seat
from drill_tui.tui.settings import load_settings
from drill_tui.tui.terminal import wants_ascii
from drill_tui.tui.watched import WatchedDrill
from drill_tui.verdict.fold import EmptyRunError, report_of
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.state import DrillState

KEPT_LINES: Final = 2_000
"""Of each log; a seat is to stay small, and the driver's screen keeps more."""

DRAWN_EVERY_S: Final = 0.2
"""At most: eight seats that draw as fast as they can would take the cores from the drill itself."""
LOGS_DRAWN_EVERY_S: Final = 0.5
"""Where nothing else is news."""
LATEST_TURN_S: Final = 5.0
"""The longest that a seat waits before it draws the result, whatever it is told."""


class JoinedSession:
    """One visit to a seat.  `lost` says afterwards why the drill could not be followed to its end."""

    def __init__(
        self,
        app: DrillApp,
        run_dir: Path,
        line: Line,
        *,
        on_the_wall: bool = False,
        leave: Callable[[], None] | None = None,
    ) -> None:
        """`leave` goes back to where the seat was taken from, where that is a screen of the same app."""
        self._app = app
        self._run_dir = run_dir
        self._line = line
        self._goodbye = ""
        self._turn_s = 0.0
        """How long to wait before the result is drawn, so that not every seat draws it at once."""
        welcome = line.welcome
        ahead_s = _number(welcome, "now") - time.monotonic()
        now = lambda: time.monotonic() + ahead_s  # noqa: E731 - the driver's clock
        drill = WatchedDrill(run_dir=run_dir, max_lines=KEPT_LINES, state=state_of(welcome))
        self._bridge = TuiBridge(drill, interval_s=DRAWN_EVERY_S, logs_interval_s=LOGS_DRAWN_EVERY_S)
        self._desk = FarDesk(now, line, self._complain)
        self.seat = Seat(
            drill=drill,
            desk=self._desk,
            now=now,
            laps=_laps(welcome),
            joined=Joined(
                name=welcome.text("name"),
                login=welcome.text("login"),
                uid=welcome.number("uid"),
                observes=welcome.data.get("observes") is True,
            ),
        )
        self.screen = _on_the_wall(self.seat) if on_the_wall else _at_the_drill(self.seat, line, leave)
        self._bridge.on_update = self._draw

    @property
    def lost(self) -> str:
        return self.seat.lost

    async def run(self) -> None:
        """Until the person leaves; the drill goes on without them."""
        self._app.seat = self.seat
        self._app.first = lambda: self.screen
        listening = asyncio.ensure_future(self.listen())
        try:
            await self._app.run_async(mouse=self._app.settings.mouse)
        finally:
            listening.cancel()
            await self._line.close()
            await asyncio.wait({listening})

    async def listen(self) -> None:
        """Until the driver hangs up."""
        try:
            async for message in self._line.messages():
                self._take(message)
                await asyncio.sleep(0)
        except WireError as error:
            self._goodbye = str(error)
        except Exception as error:
            self._goodbye = f"{type(error).__name__}: {error}"
        self._desk.hang_up()
        self._bridge.flush()
        if self.seat.drill.state.over:
            await asyncio.sleep(self._turn_s)
            self._show_result()
            return
        self.seat.lost = await self._why_lost()
        self._app.bell()
        self._bridge.flush()

    def _take(self, message: Message) -> None:
        """Raises WireError."""
        match message.kind:
            case "event":
                self._bridge.on_record(record_of(message))
            case "log":
                self._take_log(message)
            case "progress":
                self._bridge.on_progress(_progress(message))
            case "question":
                self._bridge.take_in()
                self._desk.take(message)
            case "refused":
                self._complain(message.text("why"))
            case "caught_up":
                self._bridge.take_in()
                self._say_who()
            case "over":
                self._turn_s = min(LATEST_TURN_S, _number(message, "turn_s"))
            case "bye":
                self._goodbye = message.text("why")
            case _:
                pass

    def _say_who(self) -> None:
        """Where people signed in, and whoever sits here under none of their names."""
        me, signed_in = self.seat.joined, self.seat.drill.state.participants
        if me is None or me.observes or not signed_in or self.seat.acting()[0].role:
            return
        names = ", ".join(signed_in)
        words = f"You sit here as {me.name}. Signed in are {names}: join with --name to be one of them."
        self._app.call_later(partial(self._app.notify, words, timeout=10, markup=False))

    def _take_log(self, message: Message) -> None:
        step, lines = message.text("step"), message.data.get("lines")
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise WireError("a log without lines")
        if skipped := message.data.get("skipped"):
            self._bridge.take_in()
            self.seat.drill.log_of(step).skip(int(skipped))
        self._bridge.on_log(LogChunk(step=step, lines=tuple(lines)))

    async def _why_lost(self) -> str:
        if self._goodbye:
            return f"This seat was closed: {self._goodbye}"
        if await listens(self._run_dir):
            return "This seat fell behind and was closed. Join again."
        return f"Its driver is gone: drill-tui resume {self._run_dir.name}"

    def _show_result(self) -> None:
        show = getattr(self.screen, "drill_over", self._app.drill_over)
        with suppress(EmptyRunError):
            self._app.call_later(show, report_of(self.seat.drill.state))

    def _complain(self, why: str) -> None:
        self._app.notify(f"Not taken: {why}", severity="error", timeout=10, markup=False)

    def _draw(self) -> None:
        screen, ready = self.screen, self._bridge.ready
        if not screen.is_mounted or not screen.call_later(screen.show_batch, ready):
            ready()

    def signalled(self, number: signal.Signals) -> None:
        if number is signal.SIGHUP:
            forget_terminal()
            self._app.stop_drawing()
        self._app.exit()


async def look_in(
    app: DrillApp, run_dir: Path, leave: Callable[[], None]
) -> Callable[[], Coroutine[None, None, None]]:
    """Put the screen of a drill on those of this app, from a seat that observes.

    Returns what gives the seat up again; `leave` is what Escape does.  Raises NoSeatError.
    """
    line = await join(run_dir, observe=True)
    session = JoinedSession(app, run_dir, line, leave=leave)
    app.seat, app.report = session.seat, None
    listening = asyncio.ensure_future(session.listen())
    app.push_screen(session.screen)

    async def get_up() -> None:
        listening.cancel()
        await line.close()

    return get_up


async def run_joined(
    run_dir: Path,
    line: Line,
    *,
    ascii_only: bool = False,
    on_the_wall: bool = False,
    only_looks: bool = False,
) -> JoinedSession:
    """Open the screen of a seat until its person leaves it.  Raises SettingsError."""
    give_back_at_once()
    stay_behind_the_drill()
    environment: Mapping[str, str] = os.environ
    settings = load_settings(environment)
    app = DrillApp(settings, ascii_only=ascii_only or wants_ascii(environment), environment=environment)
    app.only_looks = only_looks
    session = JoinedSession(app, run_dir, line, on_the_wall=on_the_wall)
    app.terminal_lost = lambda: session.signalled(signal.SIGHUP)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, session.signalled, number)
    await session.run()
    if app.failure is not None:
        raise app.failure
    return session


def _on_the_wall(seat: Seat) -> SeatedScreen:
    from drill_tui.tui.screens.projector import ProjectorScreen

    return ProjectorScreen(seat)


def _at_the_drill(seat: Seat, line: Line, leave: Callable[[], None] | None) -> SeatedScreen:
    from drill_tui.tui.screens.joined import JoinedScreen

    return JoinedScreen(seat, line, leave)


def _number(message: Message, name: str) -> float:
    value = message.data.get(name)
    if not isinstance(value, int | float):
        raise WireError(f"{name} is no number")
    return float(value)


def state_of(welcome: Message) -> DrillState:
    """Of a drill that no event has come of yet: its runbook, as the driver has loaded it.

    Where the driver tells none, the runbook's text is read when it comes.
    """
    state = DrillState()
    with suppress(ValueError):
        state.runbook = runbook_of(welcome.data.get("runbook"))
    return state


def _laps(welcome: Message) -> Laps:
    told = welcome.data.get("laps")
    if not isinstance(told, dict):
        return Laps()
    best, last = ({k: float(v) for k, v in (told.get(name) or {}).items()} for name in ("best", "last"))
    return Laps(best=best, last=last)


def _progress(message: Message) -> Progress:
    told = {name: value for name, value in message.data.items() if name not in ("v", "t")}
    try:
        return Progress(**told)
    except TypeError:
        raise WireError("a progress that this drill-tui does not read") from None

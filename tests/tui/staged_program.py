"""A drill without an engine, shown by the real program on a real terminal: `python -m … SOCKET`.

What has happened in the drill is told it over the socket; everything else, people do with their keys.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from drill_tui.engine.ports import Failure
from drill_tui.engine.record.events import GateField, GateOpened
from drill_tui.runbook.mode import Mode
from drill_tui.tui.app import DrillApp
from drill_tui.tui.dialogs import first_moments
from drill_tui.tui.places import Places
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.seat import Seat
from tests.tui.conftest import seat_of
from tests.tui.past_drills import leave_journal
from tests.tui.storyteller import RESTORE_GATE, Storyteller

FAILURE = Failure(
    step="restore",
    attempt=1,
    reason="exit 1",
    exit_code=1,
    environment={},
    working_dir=Path("/tmp"),
    params={"jobs": "0", "database": "zakops_restore"},
)
CONFIRM = GateOpened(step="restore", kind="confirm", prompt="Go on?")
TYPE = GateOpened(step="restore", kind="type", prompt="Type the name", text="zakops_restore")
NOTE = GateOpened(
    step="restore",
    kind="note",
    prompt="What?",
    fields=(
        GateField(id="what", label="What surprised us", type="lines"),
        GateField(id="agreed", label="What we do about it", type="actions"),
    ),
)
FACTS = replace(NOTE, fields=(GateField(id="first", label="First"), GateField(id="second", label="Second")))
LOST = replace(
    FAILURE,
    reason="The server has ended: signal 9",
    exit_code=None,
    starts_over=("start_target", "prove_isolation", "restore"),
)
QUESTIONS: dict[str, Callable[[Seat], Awaitable[object]]] = {
    "confirm": lambda seat: seat.desk.ask_gate(CONFIRM),
    "type": lambda seat: seat.desk.ask_gate(TYPE),
    "signoff": lambda seat: seat.desk.ask_gate(RESTORE_GATE),
    "note": lambda seat: seat.desk.ask_gate(NOTE),
    "facts": lambda seat: seat.desk.ask_gate(FACTS),
    "failure": lambda seat: seat.desk.ask_failure(FAILURE),
    "lost": lambda seat: seat.desk.ask_failure(LOST),
    "rerun": lambda seat: seat.desk.ask_rerun("restore"),
}


class Stage:
    """The app, and what can be told of its drill."""

    def __init__(self, app: DrillApp, places: Places) -> None:
        self._app, self._places = app, places
        self._asking: asyncio.Future[object] | None = None
        app.first = self.home

    def home(self) -> HomeScreen:
        return HomeScreen(self._places, lambda order: None)

    async def obey(self, order: str) -> str:
        """Carries out one order, as the app's own task; returns what it came to."""
        verb, _, name = order.partition(" ")
        came: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._app.call_later(lambda: came.set_result(getattr(self, f"do_{verb}")(name) or "done"))
        return await came

    def do_drill(self, mode: str) -> None:
        """A drill that has failed, with nothing lying on it."""
        self.do_withdraw("")
        self._app.clear_notifications()
        story = Storyteller(Mode(mode)).until_failure()
        began = time.monotonic()
        seat = seat_of(story)
        seat.now = lambda: story.now + time.monotonic() - began
        self._app.go_home()
        self._app.open_drill(seat, DrillScreen(seat))

    def do_home(self, _: str) -> None:
        self.do_withdraw("")
        self._app.go_home()

    def do_ask(self, name: str) -> None:
        """The drill waits for people."""
        assert self._app.seat is not None
        self._asking = asyncio.ensure_future(QUESTIONS[name](self._app.seat))

    def do_withdraw(self, _: str) -> None:
        """The drill no longer asks."""
        if self._asking is not None:
            self._asking.cancel()
        self._asking = None

    def do_cleanup(self, _: str) -> None:
        assert self._app.seat is not None
        assert self._app.seat.control is not None
        self._app.seat.control.enter_cleanup()

    def do_notify(self, words: str) -> None:
        self._app.notify(words, markup=False, timeout=60)

    def do_top(self, _: str) -> str:
        return type(self._app.screen).__name__

    def do_focus(self, _: str) -> str:
        focused = self._app.screen.focused
        return (focused.id if focused else None) or "unnamed"

    def do_value(self, _: str) -> str:
        """What stands in the field that has the focus, between bars."""
        field = self._app.screen.focused
        return f"|{getattr(field, 'text', '') or getattr(field, 'value', '')}|"

    def do_told(self, _: str) -> str:
        """The last that people said to the drill."""
        assert self._app.seat is not None
        control = self._app.seat.control
        asked = control._pause if control else None
        return str(asked or self._app.seat.drill.records[-1].event)

    def do_clock(self, _: str) -> str:
        return "runs" if any(isinstance(s, DrillScreen) for s in self._app.screen_stack) else "none"


async def play(socket: str) -> None:
    first_moments.AT_LEAST_S = 0.0
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "artifacts").mkdir()
        places = Places(project_dir=project, artifacts_dir=project / "artifacts")
        leave_journal(places, Storyteller().until_restoring(), "restore-drill_cut-off")
        app = DrillApp()
        stage = Stage(app, places)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while order := (await reader.readline()).decode().strip():
                writer.write((await stage.obey(order)).encode() + b"\n")
            writer.close()

        async with await asyncio.start_unix_server(serve, socket):
            await app.run_async()
        if app.failure is not None:
            raise app.failure


if __name__ == "__main__":
    asyncio.run(play(sys.argv[1]))

"""The program around the board of a fleet."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping

from drill_tui.engine.processes.memory import give_back_at_once
from drill_tui.engine.processes.priority import stay_behind_the_drill
from drill_tui.tui.app import DrillApp
from drill_tui.tui.joined import look_in
from drill_tui.tui.lost_terminal import forget_terminal
from drill_tui.tui.screens.board import BoardScreen, Sources
from drill_tui.tui.settings import load_settings
from drill_tui.tui.terminal import wants_ascii


async def run_board(sources: Sources, *, ascii_only: bool, environment: Mapping[str, str]) -> None:
    """Until whoever looks at it leaves.  Raises SettingsError."""
    give_back_at_once()
    stay_behind_the_drill()
    settings = load_settings(environment)
    app = DrillApp(
        settings,
        first=lambda: BoardScreen(sources, look_in),
        ascii_only=ascii_only or wants_ascii(environment),
        environment=environment,
    )

    def signalled(number: signal.Signals) -> None:
        if number is signal.SIGHUP:
            forget_terminal()
            app.stop_drawing()
        app.exit()

    app.terminal_lost = lambda: signalled(signal.SIGHUP)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, signalled, number)
    await app.run_async(mouse=settings.mouse)
    if app.failure is not None:
        raise app.failure

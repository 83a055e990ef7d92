"""SIGINT, SIGTERM and SIGHUP end a drill in order: the step is stopped and cleanup runs."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

from drill_tui.engine.run.control import DrillControl

HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def install_signal_handlers(control: DrillControl) -> Iterator[None]:
    """Route the signals to `control` while the block runs.  Needs the running loop of the main thread."""
    loop = asyncio.get_running_loop()
    routed = [number for number in HANDLED if not _hung_up_on_purpose(number)]
    for number in routed:
        loop.add_signal_handler(number, control.interrupt, number.name, f"received {number.name}")
    try:
        yield
    finally:
        for number in routed:
            loop.remove_signal_handler(number)


def _hung_up_on_purpose(number: signal.Signals) -> bool:
    """Started by nohup(1): the drill is to outlive its terminal."""
    return number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN

"""SIGINT, SIGTERM and SIGHUP end a drill in order: the step is stopped and cleanup runs."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

from drill_tui.engine.control import DrillControl

HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def install_signal_handlers(control: DrillControl) -> Iterator[None]:
    """Route the signals to `control` while the block runs.  Needs the running loop of the main thread."""
    loop = asyncio.get_running_loop()
    for number in HANDLED:
        loop.add_signal_handler(number, control.interrupt, number.name, f"received {number.name}")
    try:
        yield
    finally:
        for number in HANDLED:
            loop.remove_signal_handler(number)

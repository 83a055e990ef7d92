"""How a command ends when a signal asks it to: its work is cancelled, children end, and it says so."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

STOP_SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


async def until_stopped(running: Coroutine[Any, Any, int], tell: Callable[[], None]) -> int:
    """The exit code of the work, or that of the signal that stopped it, after `tell` said how things are.

    Only the first signal counts: what it sets off, such as ending children, must come to its own end.
    """
    work = asyncio.create_task(running)
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        received.append(number)
        if len(received) == 1:
            work.cancel()

    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue  # started by nohup(1): it is to outlive its terminal
        with suppress(NotImplementedError):  # an event loop without signals still does the work
            loop.add_signal_handler(number, stop, number)
    try:
        return await work
    except asyncio.CancelledError:
        tell()
        return STOP_SIGNALS.get(received[0], 143) if received else 143


def let_ctrl_c_raise() -> None:
    """From here on Ctrl-C is a KeyboardInterrupt, for a command that cleans up after itself."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)

"""What holds for all tests."""

from __future__ import annotations

import signal

ASKED_TO_STOP = (signal.SIGINT, signal.SIGHUP)


def pytest_configure() -> None:
    """Run by nohup(1), or behind `&` in a script, a process ignores these, and so would all that it starts.

    One that has a handler hears them as little, and what it starts hears them as usual (execve(2)).
    """
    for number in ASKED_TO_STOP:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)

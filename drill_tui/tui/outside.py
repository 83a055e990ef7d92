"""Leaving the screen for a while: a shell, or the pager, in the same terminal.  The drill runs on."""

from __future__ import annotations

import asyncio
import errno
import os
import shlex
import signal
import sys
import termios
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from textual.app import App, SuspendNotSupported

GOES_WITHIN_S: Final = 2.0
"""So long a shell or pager has to save what it holds, when the drill is ended by a signal."""


class OutsideError(Exception):
    """The program could not be shown; the message says why and what to do."""


async def run_outside(
    app: App[object],
    command: list[str],
    *,
    environment: Mapping[str, str],
    directory: Path,
    greeting: str = "",
) -> int:
    """Give the terminal to a program until it ends.  Returns its exit code.  Raises OutsideError."""
    try:
        with app.suspend():
            if greeting:
                print(greeting, flush=True)  # noqa: T201 - the terminal is ours to speak to here
            process = await asyncio.create_subprocess_exec(*command, env=dict(environment), cwd=directory)
            app.guest = process  # type: ignore[attr-defined]
            try:
                return await process.wait()
            finally:
                app.guest = None  # type: ignore[attr-defined]
                if _is_hung_up():
                    app.terminal_lost()  # type: ignore[attr-defined]
                take_back_terminal()
    except SuspendNotSupported as error:
        raise OutsideError("this terminal cannot be given to another program") from error
    except OSError as error:
        raise OutsideError(f"{command[0]}: {error.strerror or error}") from error


def send_away(guest: asyncio.subprocess.Process, why: str) -> None:
    """End the program that has the terminal, and what it has put in front, as a closed terminal would.

    Whoever does not hear that is killed.  A shell ends its other jobs itself.
    """
    print(f"\r\n\ndrill-tui: {why}", flush=True)  # noqa: T201 - the terminal is lent, the screen is not there
    _signal_guest(guest, signal.SIGHUP)
    asyncio.get_running_loop().call_later(GOES_WITHIN_S, _signal_guest, guest, signal.SIGKILL)


def _signal_guest(guest: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if guest.returncode is not None:
        return
    front = _in_front()
    with suppress(ProcessLookupError, PermissionError):
        if front is not None and front != os.getpgrp():
            os.killpg(front, number)
    with suppress(ProcessLookupError):
        guest.send_signal(number)


def _in_front() -> int | None:
    """The process group that the terminal listens to; None where there is no terminal any more."""
    try:
        return os.tcgetpgrp(_terminal())
    except OSError:
        return None


def _is_hung_up() -> bool:
    """Whether the terminal was closed: its SIGHUP went to the guest alone, who was in front."""
    try:
        os.tcgetpgrp(_terminal())
    except OSError as error:
        return error.errno == errno.EIO
    return False


def _terminal() -> int:
    return sys.__stdin__.fileno() if sys.__stdin__ else 0


def take_back_terminal() -> None:
    """A shell that was killed leaves the terminal to others; drawing from outside would stop us.

    What was typed for it and not read is dropped: its letters are keys here.
    """
    front = _in_front()
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        if front is not None and front != os.getpgrp():
            os.tcsetpgrp(_terminal(), os.getpgrp())
        termios.tcflush(_terminal(), termios.TCIFLUSH)
    except (OSError, termios.error):
        pass
    finally:
        signal.signal(signal.SIGTTOU, before)


def shell_command(environment: Mapping[str, str]) -> list[str]:
    return [environment.get("SHELL") or "/bin/sh"]


def pager_command(environment: Mapping[str, str], path: Path) -> list[str]:
    """`$PAGER`, else less; less gets no flag that lets a log steer the terminal."""
    pager = shlex.split(environment.get("DRILL_PAGER") or environment.get("PAGER") or "less")
    return [*pager, str(path)]


def shell_environment(step_environment: Mapping[str, str]) -> dict[str, str]:
    """The step's variables; without them, those that drill-tui was started with, less the connections."""
    if step_environment:
        return dict(step_environment)
    hidden = ("DB_", "PG", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}

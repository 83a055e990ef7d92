"""Leaving the screen for a while: a shell, or the pager, in the same terminal.  The drill runs on."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from textual.app import App, SuspendNotSupported


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
            try:
                return await process.wait()
            finally:
                take_back_terminal(process.pid)
    except SuspendNotSupported as error:
        raise OutsideError("this terminal cannot be given to another program") from error
    except OSError as error:
        raise OutsideError(f"{command[0]}: {error.strerror or error}") from error


def take_back_terminal(guest: int) -> None:
    """A shell that was killed leaves the terminal to its own process group; drawing from outside stops us."""
    terminal = sys.__stdin__.fileno() if sys.__stdin__ else 0
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        if os.tcgetpgrp(terminal) == guest:
            os.tcsetpgrp(terminal, os.getpgrp())
    except OSError:
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

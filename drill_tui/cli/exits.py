"""The one owner of exit codes and of what a user reads on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import IntEnum
from typing import Final

from drill_tui.engine.text.os_words import os_words


class Exit(IntEnum):
    """Exit codes of every command; docs/exit-codes.md tells them to users."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    ERROR = 3
    ABORTED = 4
    LEFTOVERS = 5
    UNPROVEN = 6


DAMAGED: Final = (
    "Put events.jsonl back from a copy of this folder. Without one nobody can say what this run left:\n"
    "  its processes have DRILL_RUN_ID in their environment, the logs of its steps are in its logs/."
)


class UserError(Exception):
    """A mistake or a state that the user can act on: shown as text, never as a traceback."""

    def __init__(self, message: str, *, advice: str = "", code: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.advice = advice
        self.code = code


def unreadable(error: Exception) -> UserError:
    """For a run that cannot be told or taken over; with what to do where its journal is damaged."""
    from drill_tui.engine.record.journal import JournalError

    damaged = isinstance(error, JournalError) or isinstance(error.__cause__, JournalError)
    return UserError(str(error), advice=DAMAGED if damaged else "", code=Exit.ERROR)


def complain(message: str, advice: str = "") -> None:
    """Write an error, and what to do next, to standard error."""
    print(f"drill-tui: {message}", file=sys.stderr)  # noqa: T201 - this is the door to stderr
    if advice:
        print(f"  {advice}", file=sys.stderr)  # noqa: T201


def answered(run: Callable[[], int | None]) -> int:
    """What a command returns as its exit code; an error that the user can act on is told instead."""
    try:
        return int(run() or Exit.PASSED)
    except UserError as error:
        complain(str(error), error.advice)
        return error.code
    except OSError as error:
        complain(*_explain(error))
        return Exit.ERROR


def _explain(error: OSError) -> tuple[str, str]:
    """What happened and what to do.  Only asking for the working directory fails without naming a file."""
    if isinstance(error, FileNotFoundError) and not error.filename:
        return "the working directory is gone", "Change to another one, then run the command again."
    return os_words(error), "Mend this, then run the command again."

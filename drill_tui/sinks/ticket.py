"""The team's own command that makes a ticket of an incident."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from drill_tui.engine.processes.environment import without_connections
from drill_tui.engine.text.redact import Redactor, secret_values
from drill_tui.sinks.notify import NotifyError
from drill_tui.sinks.words import flat

HOOK_VARIABLE: Final = "DRILL_INCIDENT_HOOK"
TIMEOUT_S: Final = 60.0
KEPT_BYTES: Final = 64 * 1024
MAX_TICKET_CHARS: Final = 200
LAST_WORDS_S: Final = 1.0
"""How long a stream may stay open after the command has ended; a child in the background holds it open."""


def make_ticket(
    incident_json: Path,
    variables: Mapping[str, str],
    environment: Mapping[str, str],
    timeout_s: float = TIMEOUT_S,
) -> str | None:
    """Run the hook command with the incident's file as its last argument; its first line is the ticket's id.

    It gets `variables`, and the environment without any database.  None where no hook is set.  Raises
    NotifyError when it cannot be started, fails, says nothing or takes longer than `timeout_s`.
    """
    command = environment.get(HOOK_VARIABLE, "")
    if not command.strip():
        return None
    try:
        process = subprocess.Popen(
            [*shlex.split(command), str(incident_json)],
            env={**without_connections(environment), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except ValueError as error:
        raise NotifyError(f"{HOOK_VARIABLE} cannot be read as a command: {error}") from None
    except OSError as error:
        raise NotifyError(f"the incident hook cannot be started: {error.strerror}") from None
    said, complained = _Listener(process.stdout), _Listener(process.stderr)
    _wait(process, timeout_s)
    redact = Redactor(secret_values(environment)).redact
    if process.returncode != 0:
        words = redact(complained.last_line())[:MAX_TICKET_CHARS]
        raise NotifyError(
            f"the incident hook failed with exit code {process.returncode}{words and f': {words}'}"
        )
    ticket = redact(said.first_line())[:MAX_TICKET_CHARS]
    if not ticket:
        raise NotifyError("the incident hook printed no ticket id on its first line")
    return ticket


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> None:
    """Raises NotifyError after the time; then the command and its children are gone."""
    try:
        process.wait(timeout_s)
    except BaseException as problem:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(problem, subprocess.TimeoutExpired):
            raise NotifyError(f"the incident hook did not end within {timeout_s:g} s") from None
        raise


class _Listener(threading.Thread):
    """Keeps the beginning and the end of a stream, and reads the rest so that its writer is never held up."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._first = b""
        self._last = b""
        self.start()

    def run(self) -> None:
        if self._stream is None:
            return
        with suppress(OSError, ValueError), self._stream as stream:
            while chunk := os.read(stream.fileno(), KEPT_BYTES):
                self._first += chunk[: KEPT_BYTES - len(self._first)]
                self._last = (self._last + chunk)[-KEPT_BYTES:]

    def first_line(self) -> str:
        self.join(LAST_WORDS_S)
        return next(iter(_lines(self._first)), "")

    def last_line(self) -> str:
        self.join(LAST_WORDS_S)
        return next(reversed(_lines(self._last)), "")


def _lines(kept: bytes) -> list[str]:
    return [line for raw in kept.decode("utf-8", "replace").splitlines() if (line := flat(raw))]

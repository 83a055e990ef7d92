"""One step's process: started in a session of its own, read to its end, ended with all that it started."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.processes import supervise
from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.processes.log_stream import LogStream
from drill_tui.engine.processes.process_group import (
    STEP_MARKS,
    end_marked,
    group_members,
    listed,
    signal_group,
    signal_process,
    start_ticks,
)

CAPTURE_BYTES: Final = 8 * 1024 * 1024
"""Standard output beyond this is in the log only, not searched for outputs."""
_READ_BYTES: Final = 64 * 1024
"""At a time, so that the screen is never held for long, whatever is in it."""
_PIPE_BYTES: Final = 1024 * 1024
_POLL_S: Final = 0.05
_LAST_OUTPUT_S: Final = 1.0
"""For what is still in the pipes once everything has ended."""
_SUPERVISOR_S: Final = 10.0
"""Longer than the supervisor takes to kill what it can kill."""


class ProcessError(Exception):
    """The process could not be started or ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """How long a process group is waited for after SIGINT, then after SIGTERM; then comes SIGKILL."""

    interrupt_s: float = 10.0
    terminate_s: float = 5.0
    stragglers_s: float = 2.0
    """For what a finished command left running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    working_dir: Path
    capture_stdout: bool = False
    """Keep standard output apart, for outputs and checks that read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exited:
    exit_code: int
    """128 + n for a command that died of signal n."""
    stdout: str = ""


async def run_process(
    command: Command, log: StepLog, on_start: Callable[[int, int], None], grace: Grace
) -> Exited:
    """Run a command to its end; when cancelled, end it and all that it started (SIGINT, SIGTERM, SIGKILL).

    What a command leaves running is ended by its supervisor, and named in the log.
    `on_start` gets the pid, which is also the group's and session's id, and its start ticks.
    Raises ProcessError, and OSError when the log cannot be written.
    """
    child = _Child(command, log, grace)
    try:
        on_start(child.pid, start_ticks(child.pid))
        await child.exited()
    except asyncio.CancelledError:
        await child.end(grace)
        raise
    finally:
        code = await child.close()
    return Exited(exit_code=code, stdout=child.stdout)


class _Child:
    def __init__(self, command: Command, log: StepLog, grace: Grace) -> None:
        self._log = log
        self._marks = {name: command.environment.get(name, "") for name in STEP_MARKS}
        self._loop = asyncio.get_running_loop()
        self._capture = bytearray()
        self._process, self._lifeline = _spawn(command, grace)
        self.pid = self._process.pid
        self._pidfd = os.pidfd_open(self.pid)
        self._exit: asyncio.Future[None] = self._loop.create_future()
        self._log_failed: asyncio.Future[OSError] = self._loop.create_future()
        self._loop.add_reader(self._pidfd, self._on_exit)
        self._pipes: list[_Pipe] = []
        for file in (self._process.stdout, self._process.stderr):
            if file is not None:
                captured = command.capture_stdout and file is self._process.stdout
                self._pipes.append(_Pipe(file.fileno(), LogStream(log), captured, self._on_data))

    @property
    def stdout(self) -> str:
        return self._capture.decode("utf-8", "replace")

    async def exited(self) -> None:
        """Wait for the supervisor's end, but not once the log cannot be written."""
        ends: list[asyncio.Future[Any]] = [self._exit, self._log_failed]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)

    async def end(self, grace: Grace) -> None:
        """Ask everything to end, twice."""
        for number, patience_s in (
            (signal.SIGINT, grace.interrupt_s),
            (signal.SIGTERM, grace.terminate_s),
        ):
            signal_group(self.pid, number)
            if await self._group_gone(patience_s):
                return

    async def close(self) -> int:
        """Kill what is left.  The supervisor goes last: only it knows what has left the group.

        It is also reaped last, so that the group's id stays ours.
        """
        if not self._exit.done():
            signal_process(self.pid, signal.SIGUSR1)
            await asyncio.wait([self._exit], timeout=_SUPERVISOR_S)
        signal_group(self.pid, signal.SIGKILL)
        await asyncio.shield(self._exit)
        if not all(pipe.done for pipe in self._pipes):
            await asyncio.wait([pipe.ended for pipe in self._pipes], timeout=_LAST_OUTPUT_S)
        for pipe in self._pipes:
            pipe.close()
        code = self._process.wait()
        os.close(self._lifeline)
        os.close(self._pidfd)
        for file in (self._process.stdout, self._process.stderr):
            if file is not None:
                file.close()
        if code < 0:
            await self._end_the_lost()
        if self._log_failed.done():
            raise self._log_failed.result()
        return code if code >= 0 else 128 - code

    async def _end_the_lost(self) -> None:
        """The supervisor itself was killed: what had left the group is found by its marks."""
        if lost := await end_marked(self._marks):
            with contextlib.suppress(OSError):
                self._log.line(f"drill-tui: ended what this step left running: {listed(lost)}")

    async def _group_gone(self, patience_s: float) -> bool:
        deadline = self._loop.time() + patience_s
        while group_members(self.pid):
            if self._loop.time() >= deadline:
                return False
            await asyncio.sleep(_POLL_S)
        return True

    def _on_exit(self) -> None:
        self._loop.remove_reader(self._pidfd)
        self._exit.set_result(None)

    def _on_data(self, stream: LogStream, data: bytes, captured: bool) -> None:
        if captured and len(self._capture) < CAPTURE_BYTES:
            self._capture += data[: CAPTURE_BYTES - len(self._capture)]
        if self._log_failed.done():
            return
        try:
            stream.feed(data) if data else stream.end()
        except OSError as error:
            self._log_failed.set_result(error)


class _Pipe:
    """The read end of one output pipe; tells every piece, then an empty one."""

    def __init__(
        self, fd: int, stream: LogStream, captured: bool, tell: Callable[[LogStream, bytes, bool], None]
    ) -> None:
        self._fd, self._stream, self._captured, self._tell = fd, stream, captured, tell
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        os.set_blocking(fd, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._loop.add_reader(fd, self._read)

    @property
    def done(self) -> bool:
        return self.ended.done()

    def close(self) -> None:
        if not self.done:
            self._loop.remove_reader(self._fd)
            self.ended.set_result(None)
            self._tell(self._stream, b"", self._captured)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        if data:
            self._tell(self._stream, data, self._captured)
        else:
            self.close()


def _spawn(command: Command, grace: Grace) -> tuple[subprocess.Popen[bytes], int]:
    """The process, and our end of its lifeline.  Raises ProcessError."""
    read_end, write_end = os.pipe()
    try:
        process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-S",
                supervise.__file__,
                str(read_end),
                str(grace.stragglers_s),
                *command.argv,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if command.capture_stdout else subprocess.STDOUT,
            cwd=command.working_dir,
            env=dict(command.environment),
            pass_fds=(read_end,),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        os.close(write_end)
        raise ProcessError(f"cannot run {command.argv[0]}: {error}") from error
    finally:
        os.close(read_end)
    return process, write_end

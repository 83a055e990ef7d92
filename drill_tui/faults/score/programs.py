"""Running a check's program once more: ours from a process that has them loaded, any other as it is.

Python needs longer to load than our checks need for a small database.  A fork of a loaded process runs the
very `start.py` that the script would have started, with its own environment, session and files.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

PRELOADED: Final = (
    "drill_tui.cli.verify_cmd",
    "drill_tui.cli.restore_cmd",
    "drill_tui.postgres.client.known_target",
    "drill_tui.postgres.verify.run",
    "drill_tui.postgres.verify.artifact",
    "drill_tui.postgres.restore.run",
    "rich.console",
    "rich.text",
)
"""By name: what the scripts load lies above this room."""
STARTS: Final = re.compile(
    r'^exec "\$\(dirname -- "\$\(readlink -f -- "\$0"\)"\)/start\.sh" ([a-z]+) "\$@"\s*\Z', re.MULTILINE
)
"""The last line of our scripts."""
PACKAGE: Final = Path(__file__).parents[2]
START: Final = "from drill_tui.faults.score.loaded import main; main()"
TIMED_OUT: Final = 124
GRACE_S: Final = 10.0
GONE: Final = "the process that has the checks loaded is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    argv: Sequence[str]
    environment: Mapping[str, str]
    working_dir: Path
    place: Path
    """A directory of its own, for what it prints."""
    timeout_s: float | None

    @property
    def stdout(self) -> Path:
        return self.place / "stdout"


class Programs:
    """Runs programs, as a context: at its end the loaded process ends, and whatever still runs in it."""

    def __init__(self) -> None:
        self._ids = itertools.count()
        self._waiting: dict[int, _Running] = {}
        self._starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writer is None or self._process is None or self._listening is None:
            return
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        await self._process.wait()
        await self._listening

    async def run(self, program: Program) -> int:
        """The exit code; 124 after a time-out.  Cancelled, it ends the program.  Raises OSError."""
        ours = start_of(Path(program.argv[0]))
        if ours is None:
            return await _spawned(program)
        start, name = ours
        writer, running = await self._loaded(), _Running()
        number = next(self._ids)
        self._waiting[number] = running
        request = {
            "id": number,
            "argv": [str(start), name, *program.argv[1:]],
            "environment": dict(program.environment),
            "cwd": str(program.working_dir),
            "place": str(program.place),
        }
        writer.write(json.dumps(request).encode() + b"\n")
        try:
            async with asyncio.timeout(program.timeout_s):
                code = await asyncio.shield(running.ended)
        except TimeoutError:
            return TIMED_OUT
        finally:
            await running.end()
        if code is None:
            raise OSError(GONE)
        return code

    async def _loaded(self) -> asyncio.StreamWriter:
        """The way to the loaded process, which the first that asks starts.  Raises OSError."""
        async with self._starting:
            if self._listening is not None and self._listening.done():
                raise OSError(GONE)
            if self._writer is None:
                ours, theirs = socket.socketpair()
                with theirs:
                    self._process = await asyncio.create_subprocess_exec(
                        *(sys.executable, "-P", "-c", START, str(theirs.fileno()), *PRELOADED),
                        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                        stdin=subprocess.DEVNULL,
                        pass_fds=(theirs.fileno(),),
                        start_new_session=True,
                    )
                reader, self._writer = await asyncio.open_connection(sock=ours)
                self._listening = asyncio.create_task(self._listen(reader))
        return self._writer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Hand on what it says, until it says no more: what still ran in it then has ended with it."""
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                said = json.loads(line)
                if "pid" in said:
                    self._waiting[said["id"]].pid.set_result(said["pid"])
                else:
                    self._waiting.pop(said["id"]).ended.set_result(said["code"])
        for running in self._waiting.values():
            running.lost()


class _Running:
    """A program that was asked for: its process, and its exit code; None where nobody can tell any more."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.pid: asyncio.Future[int | None] = loop.create_future()
        self.ended: asyncio.Future[int | None] = loop.create_future()

    def lost(self) -> None:
        for future in (self.pid, self.ended):
            if not future.done():
                future.set_result(None)

    async def end(self) -> None:
        """End it where it still runs, first as Ctrl-C does."""
        for give_up in (signal.SIGINT, signal.SIGKILL):
            if self.ended.done() or (pid := await asyncio.shield(self.pid)) is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, give_up)
            await asyncio.wait({self.ended}, timeout=GRACE_S)


async def _spawned(program: Program) -> int:
    with program.stdout.open("wb") as out, (program.place / "stderr").open("wb") as err:
        child = await asyncio.create_subprocess_exec(
            *program.argv,
            env=dict(program.environment),
            cwd=program.working_dir,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(program.timeout_s):
                return await child.wait()
        except TimeoutError:
            return TIMED_OUT
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()


def start_of(script: Path) -> tuple[Path, str] | None:
    """What one of our scripts would start, and its name there; None for any other program.

    One that lies in another checkout of drill-tui would load that one's code, so it is run as it is.
    """
    start = script.resolve().with_name("start.py")
    package = start.parents[1] / PACKAGE.name
    try:
        if not start.is_file() or (package.is_dir() and not package.samefile(PACKAGE)):
            return None
        found = STARTS.search(script.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return (start, found.group(1)) if found else None

"""Running a check's program once more: ours from a process that has them loaded, any other as it is.

Python needs longer to load than our checks need for a small database.  A fork of a loaded process runs the
very `start.py` that the script would have started, with its own environment, session and files.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import re
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PRELOADED: Final = (
    "drill_tui.postgres.verify.run",
    "drill_tui.postgres.restore.run",
    "rich.console",
    "rich.text",
)
STARTS: Final = re.compile(r'"\$project/scripts/start\.py" ([a-z]+) "\$@"\s*$')
"""The last line of our scripts."""
TIMED_OUT: Final = 124
GRACE_S: Final = 10.0


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
    """Runs programs; close it to end the loaded process."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(PRELOADED))

    async def run(self, program: Program) -> int:
        """The exit code; 124 after a time-out.  Cancelled, it ends the program.  Raises OSError."""
        ours = _start_of(Path(program.argv[0]))
        if ours is None:
            return await _spawned(program)
        start, name = ours
        options = (str(start), name, *program.argv[1:])
        child = self._context.Process(
            target=_become,
            args=(options, dict(program.environment), str(program.working_dir), str(program.place)),
        )
        child.start()
        try:
            await _until_ended(child.sentinel, program.timeout_s)
        except TimeoutError:
            return TIMED_OUT
        finally:
            await asyncio.to_thread(_end, child)
        return child.exitcode if child.exitcode is not None and child.exitcode >= 0 else 128


async def _until_ended(sentinel: int, timeout_s: float | None) -> None:
    """Wait for a process by its sentinel.  Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    loop.add_reader(sentinel, _set_once, ended)
    try:
        async with asyncio.timeout(timeout_s):
            await ended
    finally:
        loop.remove_reader(sentinel)


def _set_once(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)


def _end(child: multiprocessing.process.BaseProcess) -> None:
    for give_up in (signal.SIGINT, signal.SIGKILL):
        if child.is_alive() and child.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, give_up)
        child.join(GRACE_S)


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


def _start_of(script: Path) -> tuple[Path, str] | None:
    """What one of our scripts would start, and its name there; None for any other program."""
    start = script.parent / "start.py"
    try:
        found = STARTS.search(script.read_text("utf-8")) if start.is_file() else None
    except (OSError, UnicodeDecodeError):
        return None
    return (start, found.group(1)) if found else None


def _become(options: Sequence[str], environment: Mapping[str, str], working_dir: str, place: str) -> None:
    """In the fork: be the script, to its end."""
    os.setsid()
    os.chdir(working_dir)
    os.environ.clear()
    os.environ.update(environment)
    for stream, name in ((1, "stdout"), (2, "stderr")):
        file = os.open(Path(place) / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, stream)
        os.close(file)
    sys.argv = list(options)
    runpy.run_path(options[0], run_name="__main__")

"""Child processes of PostgreSQL's own programs: they die with us, and their words are cleaned.

They stay in our process group, so that the engine ends a step by one signal to the group; where
`setpriv` (util-linux) knows parent-death signals, a child also goes when we are killed outright.
"""

from __future__ import annotations

import asyncio
import functools
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.engine.text.sanitise import strip_controls

MAX_LINE_CHARS: Final = 4000
MAX_KEPT_LINES: Final = 5000
GRACE_S: Final = 5.0
READ_SIZE_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Finished:
    """A child that ended.  `exit_code` is negative for the signal that ended it."""

    program: str
    exit_code: int
    stdout: bytes
    stderr: tuple[str, ...]
    """Cleaned lines, the last 5,000 of them."""

    @property
    def last_words(self) -> str:
        """Its last error lines as one sentence, for a message."""
        lines = [line for line in self.stderr if line.strip()]
        return " ".join(lines[-3:]) or f"{self.program} ended with exit code {self.exit_code} without a word"


def clean(text: str, secrets: Sequence[str] = ()) -> str:
    """One line without escape sequences, control characters, direction marks or the given secrets."""
    stripped = strip_controls(text.replace("\n", " ").replace("\r", " "))
    for secret in secrets:
        if secret:
            stripped = stripped.replace(secret, "***")
    return stripped[:MAX_LINE_CHARS]


def with_parent_death(argv: Sequence[str]) -> list[str]:
    """The same command, to be ended by the kernel when this process dies (Linux)."""
    setpriv = _setpriv()
    return [setpriv, "--pdeathsig", "TERM", "--", *argv] if setpriv else list(argv)


async def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    on_line: Callable[[str], None] | None = None,
    stdout_to: Path | None = None,
    on_stdout: Callable[[bytes], Awaitable[None]] | None = None,
    user: str | int | None = None,
    group: str | int | None = None,
    cwd: Path | None = None,
) -> Finished:
    """Run a program to its end.

    `on_line` gets each cleaned line of its standard error as it comes.  `stdout_to` writes standard output to
    a new file instead of memory, and `on_stdout` gets it piece by piece.  When the awaiting task is
    cancelled the child is ended (SIGTERM, and SIGKILL after 5 s) before the cancellation goes on.  Raises
    OSError where the program cannot be started.
    """
    program = Path(argv[0]).name
    secrets = [env["PGPASSWORD"]] if env.get("PGPASSWORD") else []
    sink = None if stdout_to is None else stdout_to.open("xb")
    try:
        child = await asyncio.create_subprocess_exec(
            *with_parent_death(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if sink is None else sink,
            stderr=subprocess.PIPE,
            env=dict(env),
            cwd=cwd,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
    finally:
        if sink is not None:
            sink.close()
    errors = asyncio.create_task(_lines(child.stderr, secrets, on_line))
    output = asyncio.create_task(_all(child.stdout, on_stdout))
    try:
        lines, stdout = await asyncio.gather(errors, output)
        exit_code = await child.wait()
    except BaseException:
        errors.cancel()
        output.cancel()
        await asyncio.gather(errors, output, return_exceptions=True)
        await _end(child)
        raise
    return Finished(program, exit_code, stdout, tuple(lines))


async def _all(
    stream: asyncio.StreamReader | None, on_piece: Callable[[bytes], Awaitable[None]] | None
) -> bytes:
    if stream is None or on_piece is None:
        return b"" if stream is None else await stream.read()
    while piece := await stream.read(READ_SIZE_BYTES):
        await on_piece(piece)
    return b""


async def _lines(
    stream: asyncio.StreamReader | None, secrets: Sequence[str], on_line: Callable[[str], None] | None
) -> list[str]:
    kept: list[str] = []
    rest = b""
    while stream is not None and (chunk := await stream.read(READ_SIZE_BYTES)):
        *whole, rest = (rest + chunk).split(b"\n")
        for raw in whole:
            _keep(raw, secrets, kept, on_line)
        if len(rest) > READ_SIZE_BYTES:
            _keep(rest, secrets, kept, on_line)
            rest = b""
    if rest:
        _keep(rest, secrets, kept, on_line)
    return kept


def _keep(raw: bytes, secrets: Sequence[str], kept: list[str], on_line: Callable[[str], None] | None) -> None:
    line = clean(raw.decode("utf-8", "backslashreplace").rstrip("\r"), secrets)
    kept.append(line)
    del kept[:-MAX_KEPT_LINES]
    if on_line is not None:
        on_line(line)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()
        try:
            await asyncio.wait_for(child.wait(), GRACE_S)
        except TimeoutError:
            child.kill()
            await child.wait()
    with suppress(TimeoutError):
        # A pipe that is not read to its end outlives the event loop, which then complains.
        await asyncio.wait_for(asyncio.gather(_drain(child.stdout), _drain(child.stderr)), GRACE_S)


async def _drain(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and await stream.read(READ_SIZE_BYTES):
        pass


@functools.cache
def _setpriv() -> str | None:
    found = shutil.which("setpriv") if sys.platform == "linux" else None
    if found is None:
        return None
    try:
        return found if b"pdeathsig" in Path(found).read_bytes() else None
    except OSError:
        return None

"""A seat's side of the socket: it says who it is, and hears the drill from its first event on."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.engine.record.vocabulary import SEATS_NAME
from drill_tui.seats.peer import group_name, is_in_our_session, login_of, who_may
from drill_tui.seats.place import connect
from drill_tui.seats.wire import MAX_FROM_SEAT_BYTES, MAX_TO_SEAT_BYTES, Message, WireError, pack, unpack

ANSWER_WITHIN_S: Final = 15.0
_HANGS_UP_WITHIN_S: Final = 1.0


class NoSeatError(Exception):
    """This drill cannot be joined; says why."""


@dataclass(slots=True)
class Line:
    """An open connection to the driving process.  `welcome` says who this seat is there."""

    welcome: Message
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    @property
    def driven_from_here(self) -> bool:
        """Whether the drill is driven by a process of the same terminal."""
        with suppress(OSError):
            return is_in_our_session(self._writer.get_extra_info("socket"))
        return False

    async def messages(self) -> AsyncIterator[Message]:
        """Until the driver hangs up.  Raises WireError."""
        while (message := await _read(self._reader)) is not None:
            yield message

    def say(self, kind: str, **data: object) -> bool:
        """False where it is too long for one message."""
        line = pack(kind, **data)
        if len(line) > MAX_FROM_SEAT_BYTES:
            return False
        with suppress(OSError):
            self._writer.write(line)
        return True

    async def close(self) -> None:
        await _closed(self._writer)


async def join(run_dir: Path, *, name: str = "", observe: bool = False) -> Line:
    """Raises NoSeatError with a sentence."""
    try:
        connection = await asyncio.to_thread(connect, run_dir)
    except PermissionError:
        whose = await asyncio.to_thread(_whose, run_dir)
        raise NoSeatError(f"you have no seat here: {whose}") from None
    except (FileNotFoundError, ConnectionRefusedError):
        raise NoSeatError("no guided drill runs there") from None
    except OSError as error:
        raise NoSeatError(
            f"the process that drives it cannot be reached: {error.strerror or error}"
        ) from None
    reader, writer = await asyncio.open_unix_connection(sock=connection, limit=MAX_TO_SEAT_BYTES)
    try:
        writer.write(pack("join", name=name, observe=observe))
        welcome = await asyncio.wait_for(_read(reader), ANSWER_WITHIN_S)
    except TimeoutError:
        await _closed(writer)
        raise NoSeatError("the process that drives it does not answer") from None
    except (WireError, OSError) as error:
        await _closed(writer)
        raise NoSeatError(f"the process that drives it is not understood: {error}") from None
    if welcome is None or welcome.kind != "welcome":
        await _closed(writer)
        raise NoSeatError(welcome.text("why") if welcome else "the process that drives it has hung up")
    return Line(welcome, reader, writer)


async def listens(run_dir: Path) -> bool:
    """Whether a process still drives this run for seats.  One that is dying hangs up at once."""
    try:
        connection = await asyncio.to_thread(connect, run_dir)
    except OSError:
        return False
    reader, writer = await asyncio.open_unix_connection(sock=connection)
    try:
        await asyncio.wait_for(reader.read(1), _HANGS_UP_WITHIN_S)
    except TimeoutError:
        return True
    except OSError:
        return False
    finally:
        await _closed(writer)
    return False


async def _read(reader: asyncio.StreamReader) -> Message | None:
    try:
        return unpack(await reader.readuntil())
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except asyncio.LimitOverrunError:
        raise WireError("a message was longer than an event can be") from None


async def _closed(writer: asyncio.StreamWriter) -> None:
    """What was said before still goes out, if the other end reads it."""
    writer.close()
    with suppress(OSError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), _HANGS_UP_WITHIN_S)
    writer.transport.abort()


def _whose(run_dir: Path) -> str:
    """For whom the seats of this drill are, as its socket says."""
    try:
        found = (run_dir / SEATS_NAME).stat()
    except OSError:
        return "its folder is closed to you"
    group = group_name(found.st_gid) if stat.S_IMODE(found.st_mode) & stat.S_IWGRP else ""
    return who_may(login_of(found.st_uid), group)

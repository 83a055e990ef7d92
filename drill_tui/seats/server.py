"""The driver's side: a sink that passes the drill on to every seat, and hears what people say there.

It never waits for a seat.  What a seat does not read is kept for it up to a bound; past that it is dropped,
and may join again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from drill_tui.engine.record.codec import to_data
from drill_tui.engine.record.events import LogChunk, Progress, Record
from drill_tui.engine.text.sanitise import one_line
from drill_tui.seats.peer import Peer, peer_of, refusal
from drill_tui.seats.place import Place
from drill_tui.seats.wire import MAX_FROM_SEAT_BYTES, Message, WireError, pack, pack_record, unpack

MAX_SEATS: Final = 64
HELLO_WITHIN_S: Final = 10.0
MAX_BACKLOG_BYTES: Final = 8 * 1024 * 1024
"""What is kept for a seat that does not read, beyond what it was sent when it joined."""
KEPT_LINES: Final = 2_000
"""Of each step's log, for whoever joins later."""
LINES_AT_ONCE: Final = 500
"""Of a log, in one message to every seat; of a flood they get the last ones, and count the rest."""
INTERVAL_S: Final = 0.1
TURN_S: Final = 0.15
"""From one seat that draws the result to the next: all at once they would take every core."""
LAST_TURN_S: Final = 3.0
MOST_MESSAGES: Final = 50
PER_S: Final = 5.0
"""Nobody types more messages than this; a program that does is dropped."""
_MAX_NAME_CHARS: Final = 80


@dataclass(slots=True, eq=False)
class Guest:
    """One seat.  `name` is what its person is called among the participants."""

    peer: Peer
    writer: asyncio.StreamWriter
    name: str
    observes: bool
    greeted_bytes: int = 0
    heard_at: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_MESSAGES))

    def send(self, line: bytes) -> None:
        """Never waits.  A seat that has fallen too far behind is gone after this."""
        transport = self.writer.transport
        if transport.is_closing():
            return
        self.writer.write(line)
        if transport.get_write_buffer_size() > MAX_BACKLOG_BYTES + self.greeted_bytes:
            transport.abort()

    def refuse(self, why: str) -> None:
        self.send(pack("refused", why=why))


class Floor(Protocol):
    """The drill's side: what a seat is told at first, and what becomes of what people say."""

    def welcome(self, guest: Guest) -> bytes: ...

    def asked(self) -> bytes:
        """The question that waits for people, or that none does."""

    def came(self, guest: Guest) -> None: ...

    def left(self, guest: Guest) -> None: ...

    def heard(self, guest: Guest, message: Message) -> None:
        """Raises WireError for what is no message that a seat may send."""

    def problem(self, sentence: str) -> None:
        """Seats cannot be had; the drill goes on."""


class SeatServer:
    """Belongs to the event loop of the drill."""

    def __init__(
        self, artifacts_dir: Path, floor: Floor, *, gid: int | None = None, told: Iterable[Record] = ()
    ) -> None:
        """`told` are the events before the first one that this sink is given."""
        self._artifacts_dir = artifacts_dir
        self._floor = floor
        self._gid = gid
        self._told = [pack_record(record) for record in told]
        self._kept: dict[str, deque[str]] = {}
        self._new: dict[str, int] = {}
        """How many lines of each log no seat has been told yet."""
        self._progress: dict[str, Progress] = {}
        self._moved: set[str] = set()
        """Steps whose progress is news."""
        self._scheduled: asyncio.TimerHandle | None = None
        self._guests: set[Guest] = set()
        self._connected = 0
        """Connections, also those that have not said yet who they are."""
        self._place: Place | None = None
        self._server: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None
        self._tried = False

    def on_record(self, record: Record) -> None:
        self._flush()
        line = pack_record(record)
        self._told.append(line)
        self.tell(line)
        if not self._tried:
            self._tried = True
            self._open(self._artifacts_dir / record.run)

    def on_log(self, chunk: LogChunk) -> None:
        self._kept.setdefault(chunk.step, deque(maxlen=KEPT_LINES)).extend(chunk.lines)
        if self._guests:
            self._new[chunk.step] = self._new.get(chunk.step, 0) + len(chunk.lines)
            self._schedule()

    def on_progress(self, progress: Progress) -> None:
        self._progress[progress.step] = progress
        self._moved.add(progress.step)
        if self._guests:
            self._schedule()

    @property
    def has_guests(self) -> bool:
        return bool(self._guests)

    def tell(self, line: bytes) -> None:
        """To every seat."""
        for guest in tuple(self._guests):
            guest.send(line)

    async def close(self) -> None:
        """The drill is over: say it, and be gone; seats that do not read are not waited for."""
        self._flush()
        self._tried = True
        if self._opening is not None:
            await self._opening
        if self._server is not None:
            self._server.close()
        if self._place is not None:
            self._place.close()
        for turn, guest in enumerate(tuple(self._guests), 1):
            guest.send(pack("over", turn_s=min(turn * TURN_S, LAST_TURN_S)))
        leaving = [guest.writer for guest in self._guests]
        self._guests.clear()
        for writer in leaving:
            writer.close()
        if leaving:
            gone = asyncio.gather(*(_gone(writer) for writer in leaving))
            with suppress(TimeoutError):
                await asyncio.wait_for(gone, 0.5)
        for writer in leaving:
            writer.transport.abort()

    def _open(self, run_dir: Path) -> None:
        try:
            self._place = Place(run_dir, self._gid)
        except OSError as error:
            self._floor.problem(f"Nobody can join this drill: {error.strerror or error}")
            return
        self._opening = asyncio.get_running_loop().create_task(self._listen(self._place))

    async def _listen(self, place: Place) -> None:
        try:
            self._server = await asyncio.start_unix_server(
                self._serve, sock=place.socket, limit=MAX_FROM_SEAT_BYTES
            )
        except OSError as error:
            self._floor.problem(f"Nobody can join this drill: {error.strerror or error}")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first word to its last; whatever it does ends nothing but itself."""
        guest: Guest | None = None
        self._connected += 1
        try:
            guest = await self._seat(reader, writer)
            while guest is not None and (message := await _next(reader)) is not None:
                _not_too_fast(guest)
                self._floor.heard(guest, message)
        except WireError as error:
            _say_goodbye(writer, str(error))
        except asyncio.CancelledError:
            pass  # The loop ends; streams would report it as an error.
        except Exception as error:
            _say_goodbye(writer, f"this seat broke: {type(error).__name__}")
        finally:
            self._connected -= 1
            writer.close()
            if guest in self._guests:
                self._guests.discard(guest)
                self._floor.left(guest)

    async def _seat(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Guest | None:
        """Whoever joins, once the drill so far is on its way to them; None for who may not."""
        peer = peer_of(writer.get_extra_info("socket"))
        why = refusal(peer, self._gid)
        if self._connected > MAX_SEATS:
            why = why or f"all {MAX_SEATS} seats of this drill are taken"
        if why:
            _say_goodbye(writer, why)
            return None
        try:
            hello = await asyncio.wait_for(_next(reader), HELLO_WITHIN_S)
        except TimeoutError:
            raise WireError(f"it did not say who it is within {HELLO_WITHIN_S:.0f} s") from None
        if hello is None:
            return None
        if hello.kind != "join":
            raise WireError("it did not begin with who it is")
        name = one_line(hello.text("name"), _MAX_NAME_CHARS) or peer.login
        guest = Guest(peer=peer, writer=writer, name=name, observes=hello.data.get("observe") is True)
        self._greet(guest)
        return guest

    def _greet(self, guest: Guest) -> None:
        """All that there was so far; from here on the seat is told with all others."""
        self._flush()
        for line in (self._floor.welcome(guest), *self._told, *self._so_far(), self._floor.asked()):
            guest.writer.write(line)
        guest.greeted_bytes = guest.writer.transport.get_write_buffer_size()
        guest.send(pack("caught_up"))
        self._guests.add(guest)
        self._floor.came(guest)

    def _so_far(self) -> Iterable[bytes]:
        for step, lines in self._kept.items():
            yield pack("log", step=step, lines=list(lines))
        for progress in self._progress.values():
            yield pack("progress", **to_data(progress))

    def _schedule(self) -> None:
        if self._scheduled is None:
            self._scheduled = asyncio.get_running_loop().call_later(INTERVAL_S, self._flush)

    def _flush(self) -> None:
        """Pass on what has flowed since the last time, each step's lines in one message."""
        if self._scheduled is not None:
            self._scheduled.cancel()
            self._scheduled = None
        fresh, self._new = self._new, {}
        for step, count in fresh.items():
            told = min(count, LINES_AT_ONCE)
            lines = list(self._kept[step])[-told:] if told else []
            self.tell(pack("log", step=step, lines=lines, skipped=count - told))
        if self._guests:
            for step in self._moved:
                self.tell(pack("progress", **to_data(self._progress[step])))
        self._moved.clear()


async def _next(reader: asyncio.StreamReader) -> Message | None:
    """The next message; None when the other end has gone.  Raises WireError."""
    try:
        line = await reader.readuntil()
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        raise WireError(f"a message was longer than {MAX_FROM_SEAT_BYTES // 1024} KiB") from None
    return unpack(line)


def _not_too_fast(guest: Guest) -> None:
    """Raises WireError for who says more than a person can."""
    now = asyncio.get_running_loop().time()
    if len(guest.heard_at) == MOST_MESSAGES and now - guest.heard_at[0] < MOST_MESSAGES / PER_S:
        raise WireError("it said more than a person can")
    guest.heard_at.append(now)


def _say_goodbye(writer: asyncio.StreamWriter, why: str) -> None:
    with suppress(Exception):
        writer.write(pack("bye", why=why))


async def _gone(writer: asyncio.StreamWriter) -> None:
    with suppress(Exception):
        await writer.wait_closed()

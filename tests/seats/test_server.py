"""The socket and whoever connects to it: a program that misbehaves loses its seat, nothing else."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from drill_tui.engine.record.events import LogChunk, NoteAdded, Progress, Record
from drill_tui.seats import server as server_module
from drill_tui.seats.client import NoSeatError, join
from drill_tui.seats.place import connect
from drill_tui.seats.server import MAX_BACKLOG_BYTES, Guest, SeatServer
from drill_tui.seats.wire import MAX_FROM_SEAT_BYTES, Message, WireError, pack, record_of

RUN = "small_20261129T000000Z_0000"
HELLO = pack("join", name="Ada", observe=False)


class Floor:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[Message] = []
        self.there: list[str] = []
        self.problems: list[str] = []
        self.news = asyncio.Event()

    def welcome(self, guest: Guest) -> bytes:
        return pack("welcome", name=guest.name, uid=guest.peer.uid, login=guest.peer.login)

    def asked(self) -> bytes:
        return pack("question", number=0, about="")

    def came(self, guest: Guest) -> None:
        self.there.append(guest.name)
        self.news.set()

    def left(self, guest: Guest) -> None:
        self.there.remove(guest.name)
        self.news.set()

    def problem(self, sentence: str) -> None:
        self.problems.append(sentence)

    def heard(self, guest: Guest, message: Message) -> None:
        if message.kind == "nonsense":
            raise WireError("it said what no seat says")
        self.said.append(message)
        self.news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(90):
            while not condition():
                self.news.clear()
                await self.news.wait()


def note(number: int) -> Record:
    return Record(seq=number, at=float(number), run=RUN, event=NoteAdded(by="Ada", text=f"note {number}"))


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[SeatServer, Floor]]:
    """A drill that has said its first word."""
    (folder / RUN).mkdir(parents=True)
    floor = Floor()
    server = SeatServer(folder, floor)
    server.on_record(note(1))
    assert not floor.problems
    await asyncio.sleep(0)
    try:
        yield server, floor
    finally:
        await server.close()


async def raw(folder: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_unix_connection(sock=connect(folder / RUN))


async def shut(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


async def goodbye(reader: asyncio.StreamReader) -> str:
    """All that comes until the other side hangs up; it does not read on what is too much."""
    heard = b""
    async with asyncio.timeout(90):
        with suppress(ConnectionResetError):
            while piece := await reader.read(65_536):
                heard += piece
    return heard.decode()


async def test_a_seat_gets_all_so_far_and_then_what_comes(tmp_path: Path) -> None:
    async with serving(tmp_path) as (server, floor):
        server.on_log(LogChunk(step="restore", lines=("one", "two")))
        server.on_progress(Progress(step="restore", label="t", done=1, total=2, unit="rows"))
        line = await join(tmp_path / RUN, name="Ben\x1b[31m")
        await floor.until(lambda: floor.there == ["Ben"])
        server.on_log(LogChunk(step="restore", lines=("three",)))
        server.on_record(note(2))
        kinds: list[str] = []
        async for message in line.messages():
            kinds.append(message.kind)
            if message.kind == "event" and record_of(message) == note(2):
                break
        assert kinds == ["event", "log", "progress", "question", "caught_up", "log", "event"]
        assert line.welcome.text("name") == "Ben"
        assert line.welcome.number("uid") == os.getuid()
        await line.close()
        await floor.until(lambda: not floor.there)


async def test_each_seat_is_told_when_it_is_its_turn_to_draw_the_result(tmp_path: Path) -> None:
    async with serving(tmp_path) as (server, floor):
        lines = [await join(tmp_path / RUN, name=name) for name in ("Ada", "Ben", "Eve")]
        await floor.until(lambda: len(floor.there) == len(lines))
        await server.close()
        turns = []
        for line in lines:
            turns += [told.data["turn_s"] async for told in line.messages() if told.kind == "over"]
            await line.close()
    assert sorted(turns) == [server_module.TURN_S * place for place in (1, 2, 3)]


async def test_the_socket_is_for_its_owner_and_goes_with_the_drill(tmp_path: Path) -> None:
    async with serving(tmp_path):
        found = (tmp_path / RUN / "seats.sock").stat()
        assert stat.S_IMODE(found.st_mode) == 0o600
        assert found.st_uid == os.getuid()
    assert not (tmp_path / RUN / "seats.sock").exists()
    with pytest.raises(NoSeatError, match="no guided drill runs there"):
        await join(tmp_path / RUN)


async def test_a_path_longer_than_a_socket_may_have_is_no_matter(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    async with serving(deep) as (_, floor):
        line = await join(deep / RUN)
        await floor.until(lambda: bool(floor.there))
        await line.close()


async def test_a_stale_socket_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / RUN).mkdir()
    (tmp_path / RUN / "seats.sock").write_text("left by a process that was killed")
    (tmp_path / RUN).rename(tmp_path / "kept")
    async with serving(tmp_path) as (server, floor):
        await server.close()
        again = SeatServer(tmp_path, floor)
        (tmp_path / RUN).rmdir()
        (tmp_path / "kept").rename(tmp_path / RUN)
        again.on_record(note(1))
        line = await join(tmp_path / RUN)
        await line.close()
        await again.close()


async def test_no_socket_is_a_sentence_and_the_drill_goes_on(tmp_path: Path) -> None:
    floor = Floor()
    server = SeatServer(tmp_path / "nowhere", floor)
    server.on_record(note(1))
    server.on_record(note(2))
    assert floor.problems == ["Nobody can join this drill: No such file or directory"]
    await server.close()


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"GET / HTTP/1.1\n", "no JSON object"),
        (b"[1, 2]\n", "no message"),
        (b'{"v": 9, "t": "join"}\n', "speaks version"),
        (b"[" * 100_000 + b"\n", "no JSON object"),
        (pack("note", text="early"), "begin with who it is"),
        (pack("join", name=["Ada"]), "name is no text"),
        (HELLO + b"\xff\xfe\n", "no JSON object"),
        (HELLO + pack("nonsense"), "what no seat says"),
        (HELLO + b"x" * (2 * MAX_FROM_SEAT_BYTES + 1), ""),
        (HELLO + pack("note", text="quick") * 1_000, ""),
    ],
    ids=["http", "list", "version", "deep", "no hello", "name", "bytes", "kind", "long", "flood"],
)
async def test_garbage_costs_its_sender_the_seat(tmp_path: Path, sent: bytes, why: str) -> None:
    async with serving(tmp_path) as (server, floor):
        good = await join(tmp_path / RUN, name="Good")
        reader, writer = await raw(tmp_path)
        writer.write(sent)
        assert why in await goodbye(reader)
        await shut(writer)
        await floor.until(lambda: floor.there == ["Good"])
        server.on_record(note(2))
        async with asyncio.timeout(90):
            async for message in good.messages():
                if message.kind == "event" and record_of(message) == note(2):
                    break
        await good.close()


async def test_who_never_reads_is_dropped_and_may_join_again(tmp_path: Path) -> None:
    """The others get every line meanwhile, and the drill is never waited with."""
    async with serving(tmp_path) as (server, floor):
        good = await join(tmp_path / RUN, name="Good")
        _, deaf = await raw(tmp_path)
        deaf.transport.pause_reading()  # type: ignore[attr-defined]
        deaf.write(HELLO)
        await floor.until(lambda: len(floor.there) == 2)
        hears = asyncio.ensure_future(_last_note(good.messages()))
        number, text = 1, "x" * 100_000
        while "Ada" in floor.there:
            number += 1
            server.on_record(
                Record(seq=number, at=1.0, run=RUN, event=NoteAdded(by="Ada", text=text, step=str(number)))
            )
            assert number * len(text) < 4 * MAX_BACKLOG_BYTES
            await asyncio.sleep(0)
        await server.close()
        assert await hears == number
        await good.close()
        await shut(deaf)


async def _last_note(messages: AsyncIterator[Message]) -> int:
    last = 0
    async for message in messages:
        if message.kind == "event":
            last = record_of(message).seq
    return last


async def test_a_flood_of_log_lines_reaches_a_seat_shortened(tmp_path: Path) -> None:
    async with serving(tmp_path) as (server, floor):
        line = await join(tmp_path / RUN)
        await floor.until(lambda: bool(floor.there))
        for _ in range(100):
            server.on_log(LogChunk(step="restore", lines=tuple(f"line {n}" for n in range(100))))
        server.on_record(note(2))
        async for message in line.messages():
            if message.kind == "log":
                assert len(message.data["lines"]) == server_module.LINES_AT_ONCE
                assert message.data["skipped"] == 10_000 - server_module.LINES_AT_ONCE
                break
        await line.close()


async def test_more_connections_than_seats_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MAX_SEATS", 2)
    async with serving(tmp_path):
        silent = [await raw(tmp_path) for _ in range(2)]
        with pytest.raises(NoSeatError, match="all 2 seats"):
            await join(tmp_path / RUN)
        for _, writer in silent:
            await shut(writer)


async def test_who_says_nothing_is_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HELLO_WITHIN_S", 0.05)
    async with serving(tmp_path):
        reader, writer = await raw(tmp_path)
        assert "did not say who it is" in await goodbye(reader)
        await shut(writer)

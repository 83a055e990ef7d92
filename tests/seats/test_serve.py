"""A drill in a browser: a real server, and a client that speaks HTTP and websockets as browsers do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pyte
import pytest

from drill_tui.engine.text.sanitise import strip_controls
from tests.seats.table import CONFIRM, Table, approve, laid
from tests.tui.terminal import SeenScreen, Terminal

LINK = re.compile(r"(seat|wall): (http://(127\.0\.0\.1:\d+)/\?key=[\w-]{43})")
WAIT_S = 90.0
SIZE = (120, 36)
TALKS = (
    "  - {id: talk, title: Talk, run: 'for n in $(seq 501 1000); do echo line $n; done'}\n"
    "  - {id: ask, title: Ask, gate: {kind: confirm, prompt: Shall we}, run: echo went on}\n"
)
NO_LOOKS = ("\r", "q", "o", "s", "n", "v", "a", "p", "/", "y", "c", "\t", " ", "\x03", "\x10", "\x14", "ko")
STRANGE = ("\x1b[200~k\x1b[201~", "\x1b[<0;10;5M", "\x1bk\r", "k" * 51, "", "ｋ")


class Server:
    """`drill-tui serve` on a terminal of its own."""

    def __init__(self, table: Table) -> None:
        self.terminal: Terminal = table.open(["serve", "--port", "0"])
        self.terminal.wait_for(lambda: bool(self._links("seat") and self._links("wall")), "both links")

    def _links(self, shown: str) -> list[str]:
        return [found[2] for found in LINK.finditer(self.terminal.text) if found[1] == shown]

    def last_link(self, shown: str) -> str:
        """To a `seat` or the `wall`."""
        return self._links(shown)[-1]

    @property
    def link(self) -> str:
        """The last one to the wall."""
        return self.last_link("wall")

    @property
    def address(self) -> str:
        found = LINK.search(self.terminal.text)
        assert found
        return found[3]

    def next_link(self, used: str) -> str:
        self.terminal.wait_for(lambda: self.link != used, "the next link")
        return self.link


class Watching:
    """What a browser is sent."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._drawn = b""
        self._screen = SeenScreen(*SIZE)
        self._stream: Any = pyte.ByteStream(self._screen)

    async def until(self, *texts: str) -> None:
        """Until all of that has been drawn."""
        await self._wait(lambda: all(text in self.text for text in texts))

    async def until_seen(self, *texts: str) -> None:
        """Until all of that is on the screen at once."""
        await self._wait(lambda: all(text in self.seen for text in texts))

    async def _wait(self, there: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                while not there():
                    message = await self.socket.receive()
                    assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), self.seen
                    if message.type is aiohttp.WSMsgType.BINARY:
                        self._drawn += message.data
                        self._stream.feed(message.data)
        except TimeoutError:
            pytest.fail(f"that never came; there is:\n{self.seen}")

    @property
    def text(self) -> str:
        return strip_controls(self._drawn.decode("utf-8", "replace"))

    @property
    def seen(self) -> str:
        return "\n".join(self._screen.display)

    def forget(self) -> None:
        self._drawn = b""


@asynccontextmanager
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WAIT_S)) as session:
        yield session


async def page_of(session: aiohttp.ClientSession, link: str) -> str:
    async with session.get(link) as response:
        assert response.status == 200
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Referrer-Policy"] == "no-referrer"
        return await response.text()


def socket_of(page: str) -> str:
    found = re.search(r'data-session-websocket-url="(ws://[^"]+)"', page)
    assert found
    return f"{found.group(1)}?width={SIZE[0]}&height={SIZE[1]}"


async def status_of(session: aiohttp.ClientSession, address: str, **headers: str) -> int:
    async with session.get(address, headers=headers) as response:
        return response.status


async def refusal_of(session: aiohttp.ClientSession, address: str, origin: str) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await session.ws_connect(address, origin=origin)
    return refused.value.status


async def test_a_browser_watches_a_drill_and_answers_nothing() -> None:
    with laid(CONFIRM) as table:
        driver = await asyncio.to_thread(table.drive)
        await asyncio.to_thread(driver.wait_for_text, "Shall we", "puts it aside")
        server = await asyncio.to_thread(Server, table)
        async with browser() as session:
            address = socket_of(await page_of(session, server.link))
            socket = await session.ws_connect(address, origin=f"http://{server.address}")
            watching = Watching(socket)
            await watching.until("A small drill", "Needed now", "confirm · Shall we", "takes part")
            assert "Quit" not in watching.text, "no key is offered that is not passed on"
            for told in ("\t\r", "q", "\x03"):
                await socket.send_json(["stdin", told])
            for told in ('["exec", "sh"]', '["resize", {"width": "x", "height": 1}]', "{}", "no JSON"):
                await socket.send_str(told)
            await socket.send_bytes(b"\x00\xff")
            watching.forget()
            await socket.send_json(["resize", {"width": 80, "height": 24}])
            await watching.until("Needed now", "confirm · Shall we")
            assert not any(event.TYPE == "gate.answered" for event in table.events())
            await asyncio.to_thread(approve, driver)
            await watching.until("the drill ended: completed", "Every required criterion is met.")
            assert [signature.via for signature in table.answered().by] == ["screen"]
            await socket.close()
        server.terminal.press("\x03")
        server.terminal.wait_for(lambda: server.terminal.ended, "the end of the server")


async def test_a_seat_in_a_browser_looks_around_and_answers_nothing() -> None:
    with laid(TALKS) as table:
        driver = await asyncio.to_thread(table.drive)
        await asyncio.to_thread(driver.wait_for_text, "starts: Talk")
        driver.press("c")
        await asyncio.to_thread(driver.wait_for_text, "Shall we", "puts it aside")
        server = await asyncio.to_thread(Server, table)
        async with browser() as session:
            address = socket_of(await page_of(session, server.last_link("seat")))
            socket = await session.ws_connect(address, origin=f"http://{server.address}")
            watching = Watching(socket)
            await watching.until_seen("not from this seat", "2 of 2")
            for offered in ("Quit", "Note", "Hand", "Answer", "Search"):
                assert offered not in watching.seen, "no key is offered that is not passed on"
            before = len(table.events())
            for told in (*NO_LOOKS, *STRANGE):
                await socket.send_json(["stdin", told])
            await socket.send_json(["stdin", ["k"]])
            await socket.send_json(["stdin", "k"])
            await watching.until_seen("1 of 2", "line 1000")
            for told, seen in (("\x1b[H", "line 501"), ("e", "line 1000"), ("\x1b[5~", "line 970")):
                await socket.send_json(["stdin", told])
                await watching.until_seen(seen)
            await socket.send_json(["stdin", "?"])
            await watching.until_seen("Look at the step below")
            assert not {"Pager", "Abort", "Shell", "Search", "Note"} & set(re.findall(r"\w+", watching.seen))
            assert len(table.events()) == before, "nothing of it reached the drill"
            await socket.send_json(["stdin", "\x1b"])
            await watching.until_seen("1 of 2")
            await asyncio.to_thread(approve, driver)
            await watching.until_seen("Every required criterion is met.")
            await socket.send_json(["stdin", "d"])
            await watching.until_seen("1 of 2", "r Result")
            await socket.send_json(["stdin", "f"])
            await watching.until_seen("2 of 2", "went on")
            assert [signature.via for signature in table.answered().by] == ["screen"]
            await socket.close()


async def test_a_link_and_its_view_open_once() -> None:
    with laid(CONFIRM) as table:
        driver = await asyncio.to_thread(table.drive)
        server = await asyncio.to_thread(Server, table)
        async with browser() as session:
            link, origin = server.link, f"http://{server.address}"
            page = await page_of(session, link)
            assert not re.search(r"https?://", page), "nothing of the page comes from elsewhere"
            assert await status_of(session, link) == 403
            assert await status_of(session, f"{origin}/") == 403
            assert await status_of(session, f"{origin}/?key=%ff%00") == 403
            socket = await session.ws_connect(socket_of(page), origin=origin)
            await asyncio.to_thread(driver.wait_for_text, "has joined to watch")
            assert await refusal_of(session, socket_of(page), origin) == 403
            again = await page_of(session, await asyncio.to_thread(server.next_link, link))
            assert socket_of(again) != socket_of(page)
            await socket.close()
            await asyncio.to_thread(driver.wait_for_text, "has left their seat")


async def test_pages_elsewhere_cannot_look_in() -> None:
    with laid(CONFIRM) as table:
        await asyncio.to_thread(table.drive)
        server = await asyncio.to_thread(Server, table)
        async with browser() as session:
            origin = f"http://{server.address}"
            assert await status_of(session, server.link, Host="drills.example:80") == 403
            page = await page_of(session, server.link)
            for elsewhere in ("http://drills.example", "null", origin.replace("http:", "https:")):
                assert await refusal_of(session, socket_of(page), elsewhere) == 403
            assert await status_of(session, f"{origin}/static/js/textual.js") == 200
            for closed in ("/static/", "/static/../server.py", "/download/x", "/ws", "/view/x"):
                assert await status_of(session, origin + closed) in (403, 404)
            socket = await session.ws_connect(socket_of(page), origin=origin)
            await Watching(socket).until("A small drill")
            await socket.close()


async def test_ctrl_c_ends_every_view() -> None:
    with laid(CONFIRM) as table:
        driver = await asyncio.to_thread(table.drive)
        server = await asyncio.to_thread(Server, table)
        async with browser() as session:
            page = await page_of(session, server.link)
            watching = Watching(await session.ws_connect(socket_of(page), origin=f"http://{server.address}"))
            await watching.until("A small drill")
            server.terminal.press("\x03")
            await asyncio.to_thread(driver.wait_for_text, "has left their seat")
            async with asyncio.timeout(WAIT_S):
                while not watching.socket.closed:
                    await watching.socket.receive()
        await asyncio.to_thread(server.terminal.wait_for, lambda: server.terminal.ended, "the end")
        assert "Traceback" not in server.terminal.text
        assert "found no drill" not in server.terminal.text


async def test_a_view_of_a_drill_that_is_gone_says_so_and_a_later_one_closes() -> None:
    with laid(CONFIRM) as table:
        driver = await asyncio.to_thread(table.drive)
        server = await asyncio.to_thread(Server, table)
        async with browser() as session:
            origin, link = f"http://{server.address}", server.link
            page = await page_of(session, link)
            watching = Watching(await session.ws_connect(socket_of(page), origin=origin))
            await watching.until("A small drill")
            driver.kill()
            await watching.until("disconnected", "drill-tui resume")
            page = await page_of(session, await asyncio.to_thread(server.next_link, link))
            late = await session.ws_connect(socket_of(page), origin=origin)
            async with asyncio.timeout(WAIT_S):
                while not late.closed:
                    await late.receive()
            await asyncio.to_thread(server.terminal.wait_for_text, "A view found no drill")
            await watching.socket.close()


def test_there_must_be_a_drill() -> None:
    with laid(CONFIRM) as table:
        table.open(["serve", "--port", "0"]).wait_for_text("no guided drill is running in")

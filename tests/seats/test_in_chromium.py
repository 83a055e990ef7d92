"""A seat and the wall in a real browser, as large as a desk's and a phone's: drawn whole, nothing refused."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from drill_tui.engine.text.sanitise import strip_controls
from tests.seats.table import CONFIRM, laid
from tests.seats.test_serve import TALKS, Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="in `make soak` only"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
]
WAIT_S = 60.0
OF_A_PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36"
FRAME = "Network.webSocketFrameReceived"
DRAWN = "document.querySelectorAll('.xterm-screen canvas').length"
DESK: dict[str, object] = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
PHONE: dict[str, object] = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
"""At scale 1: Chromium's emulation of others tells a canvas another number of pixels than it draws."""


@dataclass
class Page:
    """One page of Chromium, over its DevTools protocol."""

    socket: aiohttp.ClientWebSocketResponse
    events: list[dict[str, Any]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def do(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self._numbers)
        await self.socket.send_json({"id": number, "method": method, "params": params})
        while True:
            told = await self.socket.receive_json()
            if told.get("id") == number:
                assert "error" not in told, told
                answer: dict[str, Any] = told["result"]
                return answer
            self.events.append(told)

    async def value_of(self, script: str) -> Any:
        found = await self.do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return found["result"].get("value")

    async def next_picture(self) -> None:
        await self.value_of("new Promise(requestAnimationFrame)")

    async def click(self, x: int, y: int) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, key: str) -> None:
        await self.do("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        await self.do("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def until_received(self, *texts: str) -> None:
        while not (await self.value_of(DRAWN) and all(text in self.received() for text in texts)):
            await self.next_picture()

    def fetched(self) -> set[str]:
        sent = (event for event in self.events if event.get("method") == "Network.requestWillBeSent")
        return {event["params"]["request"]["url"] for event in sent}

    def complaints(self) -> list[str]:
        told = (e["params"]["entry"] for e in self.events if e.get("method") == "Log.entryAdded")
        return [entry["text"] for entry in told if entry["level"] == "error"]

    def received(self) -> str:
        """What came over the page's own connection, as text."""
        frames = (e["params"]["response"] for e in self.events if e.get("method") == FRAME)
        drawn = b"".join(base64.b64decode(frame["payloadData"]) for frame in frames if frame["opcode"] == 2)
        return strip_controls(drawn.decode("utf-8", "replace"))


@asynccontextmanager
async def page_of_chromium(home: Path, metrics: dict[str, object]) -> AsyncIterator[Page]:
    assert CHROMIUM
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--no-first-run")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        CHROMIUM, *options, f"--user-data-dir={home}", "about:blank", stderr=pipe
    )
    try:
        async with asyncio.timeout(WAIT_S), aiohttp.ClientSession() as session:
            assert process.stderr
            while not (found := re.search(rb"ws://(\S+?)/devtools", await process.stderr.readline())):
                pass
            async with session.get(f"http://{found[1].decode()}/json/list") as answer:
                (tab,) = [tab for tab in await answer.json() if tab["type"] == "page"]
            async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                for domain in ("Page", "Network", "Log", "Runtime"):
                    await page.do(f"{domain}.enable")
                await page.do("Emulation.setDeviceMetricsOverride", **metrics)
                if metrics["mobile"]:
                    await page.do("Emulation.setUserAgentOverride", userAgent=OF_A_PHONE)
                yield page
    finally:
        process.kill()
        await process.wait()


SCREENS = pytest.mark.parametrize("metrics", [DESK, PHONE], ids=["desk", "phone"])


@SCREENS
@pytest.mark.parametrize("shown", ["seat", "wall"])
async def test_it_is_drawn_and_fits(tmp_path: Path, metrics: dict[str, object], shown: str) -> None:
    with laid(CONFIRM) as table:
        driver = await asyncio.to_thread(table.drive)
        server = await asyncio.to_thread(Server, table)
        async with page_of_chromium(tmp_path, metrics) as page:
            await page.do("Page.navigate", url=server.last_link(shown))
            await asyncio.to_thread(driver.wait_for_text, "has joined to watch")
            await page.until_received("Shall we")
            wide, high = await page.value_of(
                "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
            )
            assert (wide, high) == (metrics["width"], metrics["height"]), "nothing to scroll"
            assert all(url.split("/")[2] == server.address for url in page.fetched() if "//" in url)
            assert page.complaints() == []
            picture = await page.do("Page.captureScreenshot")
            (tmp_path / f"{shown}.png").write_bytes(base64.b64decode(picture["data"]))


async def test_keys_of_a_browser_look_around_in_a_seat(tmp_path: Path) -> None:
    with laid(TALKS) as table:
        driver = await asyncio.to_thread(table.drive)
        await asyncio.to_thread(driver.wait_for_text, "starts: Talk")
        driver.press("c")
        await asyncio.to_thread(driver.wait_for_text, "Shall we", "puts it aside")
        server = await asyncio.to_thread(Server, table)
        async with page_of_chromium(tmp_path, DESK) as page:
            await page.do("Page.navigate", url=server.last_link("seat"))
            await page.until_received("2 of 2", "Shall we")
            before = len(table.events())
            await page.click(600, 400)
            for key in "qonvas":
                await page.press(key)
            await page.press("k")
            await page.until_received("1 of 2", "line 1000")
            assert len(table.events()) == before
            assert page.complaints() == []

"""The wall in a real browser, at the size of a desk and of a phone: drawn whole, and nothing is refused."""

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
from tests.seats.test_serve import Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="in `make soak` only"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
]
WAIT_S = 60.0
FRAME = "Network.webSocketFrameReceived"
DRAWN = "document.querySelectorAll('.xterm-screen canvas').length"
DESK = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
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
                yield page
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("metrics", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_wall_is_drawn_and_fits(tmp_path: Path, metrics: dict[str, object]) -> None:
    with laid(CONFIRM) as table:
        driver = await asyncio.to_thread(table.drive)
        server = await asyncio.to_thread(Server, table)
        async with page_of_chromium(tmp_path, metrics) as page:
            await page.do("Page.navigate", url=server.link)
            await asyncio.to_thread(driver.wait_for_text, "has joined to watch")
            while not (await page.value_of(DRAWN) and "Shall we" in page.received()):
                await page.next_picture()
            wide, high = await page.value_of(
                "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
            )
            assert (wide, high) == (metrics["width"], metrics["height"]), "nothing to scroll"
            assert all(url.split("/")[2] == server.address for url in page.fetched() if "//" in url)
            assert page.complaints() == []
            picture = await page.do("Page.captureScreenshot")
            (tmp_path / "wall.png").write_bytes(base64.b64decode(picture["data"]))

"""One browser's view: a process that draws a seat or the wall, for somebody who only looks.

What reaches it is the size of a window; a seat's also gets the keys that move and look.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from drill_tui.tui.browser.links import Shown
from drill_tui.tui.looking import is_a_look

_ENDS_WITHIN_S: Final = 5.0
_MOST_CELLS: Final = 1000
_PICTURES_PER_S: Final = "15"


class View(AppService):
    """textual-serve's reader of what a Textual app draws; started without a shell."""

    def __init__(self, run_dir: Path, shown: Shown, socket: web.WebSocketResponse) -> None:
        super().__init__(
            "",
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._hang_up,
            download_manager=DownloadManager(),
        )
        self._run_dir = run_dir
        self._shown = shown
        self._socket = socket

    @property
    def failed(self) -> bool:
        """Whether it has ended because there is nothing to draw."""
        return self._process is not None and (self._process.returncode or 0) > 0

    async def _hang_up(self) -> None:
        await self._socket.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        environment = self._build_environment(width=width, height=height)
        environment |= {"TEXTUAL_FPS": _PICTURES_PER_S, "LC_ALL": "C.UTF-8", "PYTHONSAFEPATH": "1"}
        environment.pop("NO_COLOR", None)
        argv = [sys.executable, "-m", "drill_tui.tui.browser.seat", os.fspath(self._run_dir), self._shown]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
        )
        self._process, self._stdin = process, process.stdin
        return process

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            with suppress(ConnectionError):
                await self._hang_up()

    async def on_meta(self, data: bytes) -> None:
        """That the app ends is seen when it has; it opens no addresses and delivers no files."""

    async def on_packed(self, payload: bytes) -> None: ...

    async def stop(self) -> None:
        process = self._process
        if process is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_ENDS_WITHIN_S):
                await super().stop()
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()

    async def hear(self, told: object) -> None:
        """What a browser says.  Whatever is not named here is not passed on."""
        match told:
            case ["resize", {"width": int(width), "height": int(height)}]:
                await self.set_terminal_size(cells(width), cells(height))
            case ["stdin", str(typed)] if self._shown is Shown.SEAT and is_a_look(typed):
                await self.send_bytes(typed.encode())
            case ["ping", (int() | float() | str()) as mark]:
                await self._socket.send_json(["pong", mark])
            case _:
                pass


def cells(number: int) -> int:
    """Of a window, as far as one can be believed."""
    return max(1, min(_MOST_CELLS, number))

"""A drill in browsers of this host: a seat or the wall, read-only, on loopback, behind links that work once.

The page's key is used up when it is opened, and holds another one for its own connection.  So nothing that a
browser keeps (address, history, cookies) opens it again.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from aiohttp import WSMsgType, web

from drill_tui.tui.browser.links import Links, Shown
from drill_tui.tui.browser.view import View, cells

HOST: Final = "127.0.0.1"
MOST_VIEWS: Final = 8
_MOST_BYTES: Final = 64 * 1024
_FONT_PX: Final = 16
_PHONES_FONT_PX: Final = 8
"""So that a seat has its 80 columns on a phone too."""
_HEARTBEAT_S: Final = 15.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BrowserServer:
    """From `open` to `close`; `say` tells sentences at the terminal."""

    def __init__(self, run_dir: Path, say: Callable[[str], None]) -> None:
        self._run_dir = run_dir
        self._say = say
        self._links, self._connections = Links(), Links()
        self._page = Template((files(__package__) / "page.html").read_text("utf-8"))
        self._hosts: frozenset[str] = frozenset()
        self._address = ""
        self._views: set[View] = set()
        self._runner: web.AppRunner | None = None

    async def open(self, port: int) -> None:
        """Raises OSError where the port is taken."""
        listening = socket.create_server((HOST, port))
        number = listening.getsockname()[1]
        self._address = f"{HOST}:{number}"
        self._hosts = frozenset({self._address, f"localhost:{number}"})
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/", self._open_page)
        app.router.add_get("/view/{key}", self._open_view)
        app.router.add_static("/static", Path(str(files("textual_serve") / "static")))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        self._say(
            f"{self._run_dir.name} can be watched in a browser on this host; nothing is answered there."
        )
        self._say("A link works once. Ctrl-C ends all of it.")
        for shown in Shown:
            self._tell_link(shown)

    async def close(self) -> None:
        await asyncio.gather(*(view.stop() for view in tuple(self._views)))
        if self._runner is not None:
            await self._runner.cleanup()

    def _tell_link(self, shown: Shown) -> None:
        self._say(f"  {shown}: http://{self._address}/?key={self._links.new(shown)}")

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Another name for this host is a page elsewhere that wants to look in (DNS rebinding)."""
        if request.host not in self._hosts:
            return _refused(f"This is reached as http://{self._address} alone.")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_headers(request.host))
        return response

    async def _open_page(self, request: web.Request) -> web.Response:
        shown = self._links.use(request.query.get("key", ""))
        if shown is None:
            return _refused(
                "This link was used already, or is none. The last ones that drill-tui serve told work."
            )
        self._say(f"A browser has opened the link to the {shown}. The next one:")
        self._tell_link(shown)
        where = f"ws://{request.host}/view/{self._connections.new(shown)}"
        page = self._page.substitute(socket=where, font_size=_font_size(request, shown))
        return web.Response(text=page, content_type="text/html")

    async def _open_view(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Origin") not in {f"http://{host}" for host in self._hosts}:
            return _refused("Only a page of this server opens a view.")
        shown = self._connections.use(request.match_info["key"])
        if shown is None:
            return _refused("This view was open already, or is none.")
        if len(self._views) >= MOST_VIEWS:
            return _refused(f"{MOST_VIEWS} browsers look on already.")
        connection = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=_MOST_BYTES)
        await connection.prepare(request)
        view = View(self._run_dir, shown, connection)
        self._views.add(view)
        try:
            await view.start(_asked(request, "width", 80), _asked(request, "height", 24))
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    await view.hear(_read(message.data))
        finally:
            self._views.discard(view)
            await view.stop()
        if view.failed:
            self._say(f"A view found no drill: drill-tui join {self._run_dir.name} --observe says why.")
        return connection


def _read(text: str) -> object:
    """None for what is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _asked(request: web.Request, name: str, usual: int) -> int:
    given = request.query.get(name, "")
    return cells(int(given)) if given.isdecimal() and len(given) < 6 else usual


def _font_size(request: web.Request, shown: Shown) -> int:
    is_phone = "Mobi" in request.headers.get("User-Agent", "")
    return _PHONES_FONT_PX if is_phone and shown is Shown.SEAT else _FONT_PX


def _refused(why: str) -> web.Response:
    return web.Response(status=403, text=f"{why}\n", headers=_headers(""))


def _headers(host: str) -> dict[str, str]:
    """Nothing from elsewhere is loaded, and nothing elsewhere is told of this page or shows it."""
    allowed = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        f"img-src 'self' data:; connect-src {f'ws://{host}' if host else chr(39) + 'none' + chr(39)}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": allowed,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }

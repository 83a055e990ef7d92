"""`drill-tui serve`: a running drill in browsers of this host, read-only."""

from __future__ import annotations

import asyncio
import errno
import signal
import sys
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.join_cmd import Wish, connected
from drill_tui.cli.places import Places, find_places

_EXTRA = ("textual_serve", "aiohttp")


def serve(run: str | None, project: Path | None, artifacts: Path | None, port: int) -> int:
    """Until Ctrl-C.  Raises UserError."""
    try:
        import drill_tui.tui.browser.server  # noqa: F401 - whether the extra is here
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise UserError(
            "a drill in a browser needs textual-serve, which is not installed here",
            advice="pip install 'drill-tui[serve]'",
        ) from None
    places = find_places(project, artifacts)
    named = places.find_run(run) if run else None
    try:
        asyncio.run(_serve(places, named, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise UserError(f"port {port} is taken", advice="--port NUMBER takes another.") from None
    return Exit.PASSED


async def _serve(places: Places, named: Path | None, port: int) -> None:
    from drill_tui.tui.browser.server import BrowserServer

    run_dir, line = await connected(places, named, Wish(observe=True))
    await line.close()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = BrowserServer(run_dir, _say)
    try:
        await server.open(port)
        await ended.wait()
    finally:
        await server.close()


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()

"""Lets a standby replay again when the witness that paused it was killed; a program of its own.

Nothing in the server ends a pause with the session that asked for it (manual, 9.28.4), so a witness that is
killed would leave a production standby standing still.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from drill_tui.postgres.client.source import Connection

RESUME: Final = "select pg_catalog.pg_wal_replay_resume()"
DONE: Final = b"."
ENDED_BY: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@asynccontextmanager
async def resumed_if_killed(source: Connection) -> AsyncIterator[None]:
    """From here on, until the block is over, the death of this process resumes the replay."""
    guard = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
        env=source.child_env(),
    )
    try:
        yield
    finally:
        await asyncio.shield(guard.communicate(DONE))


def main() -> int:
    for number in ENDED_BY:
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.buffer.read() == DONE:
        return 0
    import psycopg

    with psycopg.connect(autocommit=True, client_encoding="UTF8") as connection:
        connection.execute(RESUME)
    return 0


if __name__ == "__main__":
    sys.exit(main())

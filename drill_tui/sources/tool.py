"""Running another backup tool: as the account that may read its repository, with its words cleaned."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.client.errors import first_of
from drill_tui.postgres.client.source import names_connection
from drill_tui.postgres.client.spawn import Finished, run
from drill_tui.sources.port import Order, Say, Segment

DEFAULT_ACCOUNT = "postgres"
FETCHERS = 4


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int


def account_of(order: Order) -> Account | None:
    """Who runs the tool: nobody but the caller, or as root the account named, else `postgres` if it is there.

    Raises ActionError for a name that this machine does not know.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(order.account or DEFAULT_ACCOUNT)
    except KeyError:
        if order.account:
            raise ActionError(f"there is no account {order.account!r} on this machine") from None
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def find_program(name: str, environment: Mapping[str, str], advice: str) -> str:
    """Absolute path of a program.  Raises ActionError with the advice where there is none."""
    found = shutil.which(name, path=environment.get("PATH"))
    if found is None:
        raise ActionError(f"{name} is not installed on this machine; {advice}")
    return found


async def ask(
    argv: Sequence[str], order: Order, say: Say | None = None, *, stdout_to: Path | None = None
) -> Finished:
    """Run a tool to its end.  It inherits no connection to any database.  Raises ActionError."""
    environment = {name: value for name, value in order.environment.items() if not names_connection(name)}
    environment["LC_ALL"] = "C"
    account = account_of(order)
    try:
        return await run(
            list(argv),
            env=environment,
            on_line=say,
            stdout_to=stdout_to,
            user=account.uid if account else None,
            group=account.gid if account else None,
            cwd=Path("/"),
        )
    except OSError as problem:
        raise ActionError(f"cannot start {argv[0]}: {problem.strerror}") from None


async def for_each(segments: Sequence[Segment], fetch: Callable[[Segment], Awaitable[None]]) -> None:
    """Fetch WAL files one by one, a few at a time.  Raises the first ActionError."""
    waiting = iter(segments)

    async def fetcher() -> None:
        for segment in waiting:
            await fetch(segment)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(FETCHERS, len(segments))):
                group.create_task(fetcher())
    except* ActionError as failed:
        raise first_of(failed) from None


def give(path: Path, account: Account | None) -> None:
    """Make a folder that the tool may fill.  Raises OSError."""
    path.mkdir(mode=0o700, parents=False, exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid)

"""Connections that are opened while something else is waited for: none stays, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from drill_tui.postgres.client.ahead import opened_ahead
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.source import Connection, resolve
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("witness")]
OPEN = "select count(*) from pg_stat_activity where datname = 'shop'"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        server.create_database("shop")
        yield server


@pytest.fixture
def shop(server: Server) -> Connection:
    return resolve(server.environment("shop"))


def until_closed(server: Server) -> None:
    deadline = time.monotonic() + 60
    while server.sql("postgres", OPEN) != [(0,)]:
        assert time.monotonic() < deadline


async def test_they_are_handed_out_once_and_more_are_opened_after_them(
    server: Server, shop: Connection
) -> None:
    async with opened_ahead(lambda: open_connection(shop), 2) as next_one:
        taken = await asyncio.gather(*(next_one() for _ in range(3)))
        assert len({one.info.backend_pid for one in taken}) == 3
        for one in taken:
            await one.close()
    until_closed(server)


async def test_those_that_nobody_took_are_closed(server: Server, shop: Connection) -> None:
    opened: list[psycopg.AsyncConnection[Any]] = []

    async def connect() -> psycopg.AsyncConnection[Any]:
        opened.append(await open_connection(shop))
        return opened[-1]

    async with opened_ahead(connect, 3) as next_one, await next_one():
        pass
    assert all(one.closed for one in opened)
    until_closed(server)


async def test_whoever_is_stopped_while_one_opens_leaves_none(server: Server, shop: Connection) -> None:
    begun = asyncio.Event()

    async def connect() -> psycopg.AsyncConnection[Any]:
        begun.set()
        return await open_connection(shop)

    async def use() -> None:
        async with opened_ahead(connect, 2) as next_one:
            await next_one()

    using = asyncio.create_task(use())
    await begun.wait()
    using.cancel()
    with pytest.raises(asyncio.CancelledError):
        await using
    until_closed(server)


async def test_a_refusal_is_raised_where_the_connection_is_wanted(server: Server, shop: Connection) -> None:
    async with opened_ahead(lambda: open_connection(shop, dbname="nowhere"), 2) as next_one:
        with pytest.raises(ConnectError, match="nowhere"):
            await next_one()

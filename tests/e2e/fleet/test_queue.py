"""The queue on a real PostgreSQL: one job of a database, one drill of a source, leases by its clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from drill_tui.fleet.queue import FORMAT, TASK, Order, Queue, opened
from tests.e2e.fleet.rig import QUEUE
from tests.servers import Server

pytestmark = pytest.mark.e2e
LEASE_S = 600.0


def conninfo(server: Server) -> str:
    return (
        f"host={server.host} port={server.port} user={server.user} password={server.password} dbname={QUEUE}"
    )


@pytest.fixture
async def queue(control: Server) -> AsyncIterator[Queue]:
    async with opened(conninfo(control)) as queue:
        await queue.prepare()
        yield queue


async def waiting(queue: Queue) -> dict[str, Order]:
    return {order.database: order for order in (await queue.open_jobs()).waiting}


async def test_two_workers_may_prepare_it_at_once(control: Server) -> None:
    async with opened(conninfo(control)) as one, opened(conninfo(control)) as two:
        await asyncio.gather(one.prepare(), two.prepare())
        await one.prepare()
        assert (await two.open_jobs()).databases == frozenset()


async def test_a_database_waits_once_and_is_taken_once(queue: Queue) -> None:
    assert await queue.offer("orders", "pg1", 1)
    assert not await queue.offer("orders", "pg1", 1)
    order = (await waiting(queue))["orders"]
    one, two = await queue.register(), await queue.register()
    taken = await asyncio.gather(queue.take(order, one), queue.take(order, two))
    assert [t is not None for t in taken].count(True) == 1
    assert (await queue.open_jobs()).sources == {"pg1"}


async def test_two_drills_of_one_source_never_run_at_once(queue: Queue) -> None:
    for name in ("orders", "events"):
        await queue.offer(name, "pg1", 1)
    orders = await waiting(queue)
    worker = await queue.register()
    first = await queue.take(orders["orders"], worker)
    assert first is not None
    assert await queue.take(orders["events"], worker) is None
    await queue.finish(first, "succeeded")
    assert await queue.take(orders["events"], worker) is not None


async def test_a_job_of_a_newer_drill_tui_is_left_to_newer_workers(queue: Queue, control: Server) -> None:
    await queue.offer("orders", "pg1", 1)
    control.sql(
        QUEUE,
        f"UPDATE procrastinate_jobs SET args = args || '{{\"format\": {FORMAT + 1}}}'"
        f" WHERE task_name = '{TASK}'",
    )
    assert (await queue.open_jobs()).databases == frozenset()
    assert not await queue.offer("orders", "pg1", 1)


async def test_a_worker_that_is_silent_loses_its_jobs_and_one_that_is_not_keeps_them(
    queue: Queue, control: Server
) -> None:
    for name in ("orders", "events"):
        await queue.offer(name, name, 1)
    orders = await waiting(queue)
    silent, alive = await queue.register(), await queue.register()
    await queue.take(orders["orders"], silent)
    await queue.take(orders["events"], alive)
    assert await queue.lost(LEASE_S) == ()
    control.sql(QUEUE, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    await queue.beat(alive)
    (gone,) = await queue.lost(LEASE_S)
    assert (gone.database, gone.worker) == ("orders", silent)
    await queue.forget_lost_workers(LEASE_S)
    assert [order.database for order in await queue.lost(LEASE_S)] == ["orders"]
    await queue.finish(gone, "failed")
    await queue.finish(gone, "succeeded")
    assert (await queue.open_jobs()).databases == {"events"}


async def test_what_waits_is_withdrawn_and_what_runs_is_asked_to_stop(queue: Queue) -> None:
    for name in ("orders", "events", "shop"):
        await queue.offer(name, name, 1)
    orders = await waiting(queue)
    worker = await queue.register()
    running = await queue.take(orders["orders"], worker)
    assert running is not None
    assert not await queue.withdraw(orders["orders"])
    assert await queue.withdraw(orders["events"])
    assert await queue.cancel(orders["shop"])
    assert await queue.cancel(running)
    assert await queue.to_stop() == {running.id}
    assert not await queue.is_over(running)
    await queue.finish(running, "aborted")
    assert await queue.is_over(running)
    assert (await queue.open_jobs()).databases == frozenset()

"""A pass is closed before its report comes home: no host may take what it sees in between for no proof."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drill_tui import __version__
from drill_tui.cli.fleet_root import Opened, open_fleet
from drill_tui.fleet.leases import Leases
from drill_tui.fleet.offers import Offers
from drill_tui.fleet.queue import Order, Queue, opened
from drill_tui.programme.shelf import read_shelf
from drill_tui.programme.today import of_the_procedure
from tests.e2e.fleet.rig import QUEUE
from tests.e2e.fleet.test_queue import conninfo, waiting
from tests.servers import Server
from tests.unit.fleet.places import DAY_S, attempt, past, project
from tests.unit.programme.past import NOW

pytestmark = pytest.mark.e2e


@pytest.fixture
def found(tmp_path: Path) -> Opened:
    return open_fleet(project(tmp_path, '[databases.orders]\nservice = "orders"\n'))


@pytest.fixture
async def queue(control: Server) -> AsyncIterator[Queue]:
    async with opened(conninfo(control)) as queue:
        await queue.prepare()
        yield queue


async def begun(queue: Queue, offers: Offers) -> tuple[Order, int]:
    """The first drill of the database, taken by a worker."""
    await offers.make(queue, await queue.open_jobs())
    worker = await queue.register()
    taken = await queue.take((await waiting(queue))["orders"], worker)
    assert taken is not None
    assert not await offers.is_outdated(taken)
    return taken, worker


def closed(found: Opened) -> None:
    """Its attempt ends with a pass, which is all that is there yet."""
    report = report_of(found)
    run_id = read_shelf(report.parent).drills[-1].run_id
    report.unlink()
    over = attempt(found.fleet.path, "orders", 1, "ended", "pass", time.time())
    record = found.fleet.ledger_of("orders").folder / "0001.json"
    record.write_text(over.model_copy(update={"run_id": run_id}).model_dump_json())


def report_of(found: Opened) -> Path:
    tools = of_the_procedure(found.runbooks["restore-drill"], __version__)
    return past(found.fleet.path, "orders", (NOW.timestamp() - time.time()) / DAY_S, tools=tools)


async def test_what_was_read_half_way_is_read_anew_before_a_drill_is_offered(
    queue: Queue, found: Opened
) -> None:
    offers, other = Offers(found.fleet, found.look), Offers(found.fleet, found.look)
    first, _ = await begun(queue, offers)
    closed(found)
    await other.make(queue, await queue.open_jobs())
    report_of(found)
    await queue.finish(first, "succeeded")
    await other.make(queue, await queue.open_jobs())
    assert await waiting(queue) == {}


async def test_a_drill_offered_by_what_was_read_half_way_is_not_begun(queue: Queue, found: Opened) -> None:
    """The jobs were asked for before the first drill began, the evidence read while it came home."""
    offers, slow = Offers(found.fleet, found.look), Offers(found.fleet, found.look)
    before = await queue.open_jobs()
    first, worker = await begun(queue, offers)
    closed(found)
    await slow.make(queue, before)
    second = (await waiting(queue))["orders"]
    assert second.number == 2
    assert await queue.take(second, worker) is None
    report_of(found)
    await queue.finish(first, "succeeded")
    taken = await queue.take(second, worker)
    assert taken is not None
    assert await slow.is_outdated(taken)


async def test_a_job_of_an_older_release_is_judged_by_its_number_alone(queue: Queue, found: Opened) -> None:
    offers = Offers(found.fleet, found.look)
    assert not await offers.is_outdated(Order(1, "orders", 1, "orders"))
    assert await offers.is_outdated(Order(1, "orders", 2, "orders"))


async def test_the_job_of_a_lost_worker_is_kept_until_its_report_is_there(
    queue: Queue, found: Opened, tmp_path: Path, control: Server
) -> None:
    await begun(queue, Offers(found.fleet, found.look))
    closed(found)
    control.sql(QUEUE, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 day'")
    leases = Leases(queue, found.fleet, tmp_path, "", lambda _: None, lambda: None)
    await leases.give_up_lost(lambda _: False)
    assert (await queue.open_jobs()).databases == {"orders"}
    report_of(found)
    await leases.give_up_lost(lambda _: False)
    assert (await queue.open_jobs()).databases == frozenset()

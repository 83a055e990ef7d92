"""A worker's lease, renewed while the control database answers, and drills of workers that lost theirs."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from drill_tui.fleet.inventory import Fleet
from drill_tui.fleet.ledger import Over
from drill_tui.fleet.queue import Order, Queue, QueueError
from drill_tui.programme.shelf import read_shelf
from drill_tui.sinks.atomic import write_atomically

BEATS: Final = 10.0
"""Renewals within a lease."""
FENCE: Final = 0.5
"""Of the lease: after this without an answer a worker ends its own drills, before others may begin them."""
NAME: Final = "lease.json"


class Leases:
    """One worker's own, and what it sees of others'.  Methods raise QueueError, OSError and LedgerError."""

    def __init__(
        self,
        queue: Queue,
        fleet: Fleet,
        work_dir: Path,
        control: str,
        say: Callable[[str], None],
        on_loss: Callable[[], None],
    ) -> None:
        """`on_loss` ends the drills of this worker; it is called again while the lease stays lost."""
        self._queue, self._fleet, self._say, self._control = queue, fleet, say, control
        self._on_loss = on_loss
        self._note = work_dir / NAME
        self._before = _worker_before(self._note, control)
        self._beat_at = float("-inf")
        self._awaited: dict[int, float] = {}
        """By its job: since when (monotonic) a report is waited for."""
        self.worker = 0

    @property
    def is_lost(self) -> bool:
        """Whether the lease may run out before an answer comes: by the monotonic clock of this host."""
        return time.monotonic() - self._beat_at > FENCE * self._fleet.lease_s

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """For the block, renewed beside whatever the worker does: evidence may take long to copy."""
        await self._queue.prepare()
        await self._begin()
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating
            with suppress(QueueError):
                await self._queue.unregister(self.worker)

    async def _beat(self) -> None:
        """A server that does not answer in time has not answered; the worker's own questions say so."""
        each_s = self._fleet.lease_s / BEATS
        while True:
            await asyncio.sleep(each_s)
            if self.is_lost:
                self._on_loss()
            with suppress(QueueError, OSError, TimeoutError):
                async with asyncio.timeout(each_s):
                    await self._renew()

    async def _renew(self) -> None:
        asked_at = time.monotonic()
        if self.is_lost:
            await self._begin()
        else:
            await self._queue.beat(self.worker)
            self._beat_at = asked_at

    async def give_up_lost(self, is_driven: Callable[[str], bool]) -> None:
        """Close the attempts of workers that are gone as lost; the evidence then asks for another.

        Of the worker before this one on this host it is known at once that it is gone; its drill may still
        clean up (`is_driven`, by database), and is waited for.
        """
        lost = list(await self._queue.lost(self._fleet.lease_s))
        if self._before is not None:
            running = (await self._queue.open_jobs()).running
            mine = [order for order in running if order.worker == self._before]
            lost += [o for o in mine if o not in lost and not is_driven(o.database)]
            self._before = self._before if mine else None
        for order in lost:
            over = await asyncio.to_thread(self._give_up, order)
            if await asyncio.to_thread(self._comes_home, order, over):
                continue
            await self._queue.finish(order, "failed" if over.outcome == "lost" else "succeeded")
            if over.outcome == "lost":
                self._say(f"{order.database}: drill {order.number} is lost: {over.reason}")
        await self._queue.forget_lost_workers(self._fleet.lease_s)

    def _give_up(self, order: Order) -> Over:
        self._fleet.refresh(order.database)
        return self._fleet.ledger_of(order.database).give_up(order.database, order.number)

    def _comes_home(self, order: Order, over: Over) -> bool:
        """Whether a drill that passed is closed, and its report still under way: at most for a lease.

        Its job, once finished, would let another host begin the next, for it sees no proof.
        """
        if over.verdict != "pass" or over.outcome == "lost":
            return False
        if any(
            drill.run_id == over.run_id for drill in read_shelf(self._fleet.folder_of(order.database)).drills
        ):
            return False
        since = self._awaited.setdefault(order.id, time.monotonic())
        return time.monotonic() - since < self._fleet.lease_s

    async def _begin(self) -> None:
        asked_at = time.monotonic()
        self.worker = await self._queue.register()
        write_atomically(self._note, json.dumps({"control": self._control, "worker": self.worker}) + "\n")
        self._beat_at = asked_at


def _worker_before(note: Path, control: str) -> int | None:
    """The last worker of this host on the same control database; None where none is known."""
    try:
        said = json.loads(note.read_bytes())
        return int(said["worker"]) if said["control"] == control else None
    except (OSError, ValueError, KeyError, TypeError):
        return None

"""What a worker puts into the queue: drills that are due, from the evidence, each at most once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from drill_tui.fleet.inventory import Fleet
from drill_tui.fleet.queue import Open, Order, Queue
from drill_tui.fleet.schedule import Want, why_closed
from drill_tui.fleet.standing import Look, Standing

LOOK_S: Final = 30.0
"""How often all evidence is read anew for what has become due."""


@dataclass
class Offers:
    """The standings of a fleet as this worker last read them.  Methods raise QueueError and OSError."""

    fleet: Fleet
    look: Look
    _standings: dict[str, Standing] = field(default_factory=dict)
    _wants: dict[str, Want] = field(default_factory=dict)
    _looked_at: float = float("-inf")

    def want(self, name: str) -> Want | None:
        """What the drill of a database asks for; None for one that this fleet does not name."""
        return self._wants.get(name)

    async def look_again(self, name: str) -> None:
        """After a drill of it was over."""
        self._keep(await asyncio.to_thread(self.look, {name}))

    async def make(self, queue: Queue, opened: Open) -> None:
        """Offer what is due: one of each source, and only while its window is open; take back what closed."""
        if time.monotonic() - self._looked_at >= LOOK_S:
            self._keep(await asyncio.to_thread(self.look, None))
            self._looked_at = time.monotonic()
        now = time.time()
        for order in opened.waiting:
            want = self._wants.get(order.database)
            if want is not None and why_closed(want, now):
                await queue.withdraw(order)
        sources = set(opened.sources)
        for want in sorted(self._due(now), key=lambda want: want.rank):
            if want.database not in opened.databases and want.source not in sources:
                sources.add(want.source)
                standing = await self._fresh(want.database)
                if standing.next_at <= now:
                    await queue.offer(want.database, want.source, standing.next_number, _proof_of(standing))

    def closed(self) -> dict[str, str]:
        """What is due and waits for its window, and why."""
        now = time.time()
        due = (name for name, standing in self._standings.items() if standing.next_at <= now)
        return {name: why for name in due if (why := why_closed(self._wants[name], now))}

    def _due(self, now: float) -> list[Want]:
        due = (name for name, standing in self._standings.items() if standing.next_at <= now)
        return [self._wants[name] for name in due if not why_closed(self._wants[name], now)]

    async def is_outdated(self, order: Order) -> bool:
        """Whether an attempt of it is over, or has come home, since its drill was offered.

        Asked by who holds its job, so that no other drill of it runs: until then a pass may be in the ledger
        while its report is still under way.
        """
        standing = await self._fresh(order.database)
        seen = _proof_of(standing) if order.proof is None else order.proof
        return (standing.next_number, _proof_of(standing)) != (order.number, seen)

    async def _fresh(self, name: str) -> Standing:
        """Another host may have drilled it since it was read."""
        await self.look_again(name)
        return self._standings[name]

    def _keep(self, standings: tuple[Standing, ...]) -> None:
        for standing in standings:
            self._standings[standing.database.name] = standing
            self._wants[standing.database.name] = standing.want()


def _proof_of(standing: Standing) -> str:
    return standing.proof.run_id if standing.proof else ""

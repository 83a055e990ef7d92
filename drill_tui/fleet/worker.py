"""A worker: takes drills that its host has room for, runs each to its end, and leaves the evidence.

What keeps two drills of one database apart: the job's lock while a lease lasts; the attempt's number, which
a job is for and which only one record can close; and evidence that is in its place before the job is closed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from drill_tui.engine.text.os_words import os_words
from drill_tui.fleet import drilling, gather, homecoming
from drill_tui.fleet.drilling import Drilling
from drill_tui.fleet.host import room
from drill_tui.fleet.inventory import Fleet, HostSpec
from drill_tui.fleet.leases import Leases
from drill_tui.fleet.ledger import Began, LedgerError, Outcome, Over
from drill_tui.fleet.offers import Offers
from drill_tui.fleet.queue import Ending, Order, Queue, QueueError
from drill_tui.fleet.schedule import Backlog, Room, Want, why_not

POLL_S: Final = 1.0
REST_S: Final = 30.0
"""How long a worker waits after it could not begin a drill or keep its evidence, until it says so anew."""


@dataclass(slots=True)
class Running:
    order: Order
    want: Want
    drill: Drilling
    ended_at: float | None = None
    """When its process was seen to have ended; its evidence may still be under way."""
    over: Over | None = None
    """What became of it, once its evidence is in its place."""

    @property
    def is_dead(self) -> bool:
        return self.drill.process.returncode is not None


@dataclass(kw_only=True)
class Worker:
    """One host's worker; `until_idle` ends it once nothing that is due can be begun here."""

    fleet: Fleet
    spec: HostSpec
    work_dir: Path
    project: Path | None
    """Where drills have their scripts from; None takes the shipped ones."""
    runbooks: Mapping[str, Path]
    """The file of each runbook that the fleet names."""
    offers: Offers
    control: str
    """The connection string of the control database."""
    say: Callable[[str], None]
    until_idle: bool = False
    poll_s: float = POLL_S
    draining: bool = False
    finished: list[Over] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    """What was due and could not be begun here when it became idle, and why."""
    _running: dict[str, Running] = field(default_factory=dict)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _watches: set[asyncio.Task[None]] = field(default_factory=set)
    _unswept: set[str] = field(default_factory=set)
    _stopping: bool = False
    _rests_until: float = 0.0
    _complaint: str = ""
    _complains_at: float = 0.0

    def drain(self) -> None:
        """Take nothing new; asked again, end what runs: each drill cleans up first."""
        if self.draining:
            self._stopping = True
            self._stop_all("stopped", "its worker was told to stop")
        elif self._running:
            self.say(
                f"Draining: {len(self._running)} running here go on to their end; ask again to stop them."
            )
        self.draining = True
        self._woken.set()

    async def run(self, queue: Queue) -> None:
        """Until drained, or until idle.  Raises QueueError where even the first question is not answered."""
        leases = Leases(queue, self.fleet, self.work_dir, self.control, self.say, self._lose_all)
        self._unswept = {d.name for d in self.fleet.databases if self._work(d.name).is_dir()}
        async with leases.held():
            await self._work_on(queue, leases)

    async def _work_on(self, queue: Queue, leases: Leases) -> None:
        while True:
            try:
                if await self._turn(queue, leases):
                    break
            except QueueError as error:
                self._complain(f"The control database does not answer: {error}")
                if self.draining and all(running.over for running in self._running.values()):
                    break
            except (OSError, LedgerError) as error:
                self._complain(f"The evidence cannot be kept: {os_words(error)}")
                self._rests_until = time.monotonic() + REST_S
                if self._stopping and all(running.is_dead for running in self._running.values()):
                    break
            await self._wait()

    async def _turn(self, queue: Queue, leases: Leases) -> bool:
        """Look once at everything.  Returns whether the worker is done."""
        rests = time.monotonic() < self._rests_until
        if not rests:
            await self._bring_home()
        self._obey(await queue.to_stop())
        if rests:
            return False
        await self._sweep()
        await leases.give_up_lost(self._is_driven)
        await self._close_jobs(queue)
        begun = False
        if not self.draining:
            begun = await self._take_what_fits(queue, leases)
        if self._running or begun or leases.is_lost:
            return False
        return self.draining or (self.until_idle and not self._unswept)

    def _complain(self, sentence: str) -> None:
        """Not again at every turn."""
        if sentence != self._complaint or time.monotonic() >= self._complains_at:
            self._complaint, self._complains_at = sentence, time.monotonic() + REST_S
            self.say(sentence)

    async def _take_what_fits(self, queue: Queue, leases: Leases) -> bool:
        """Whether anything was tried: then there may be more the next time."""
        opened = await queue.open_jobs()
        for order in opened.running:
            if order.worker == leases.worker and order.database not in self._running:
                await queue.finish(order, "failed")  # taken, but the answer was lost on its way
        await self.offers.make(queue, opened)
        opened = await queue.open_jobs()
        waiting = {o.database: o for o in opened.waiting if self.offers.want(o.database)}
        backlog = Backlog(want for name in waiting if (want := self.offers.want(name)))
        busy = {order.source for order in opened.running}
        busy |= {order.source for name, order in waiting.items() if self._is_driven(name)}
        tried = False
        while not self.draining and not leases.is_lost:
            want = backlog.best_for(self._room(), busy, time.time())
            if want is None:
                break
            backlog.remove(want)
            tried = True
            taken = await queue.take(waiting[want.database], leases.worker)
            if taken is not None and await self._start(queue, taken, want):
                busy.add(want.source)
        now, free = time.time(), self._room()
        self.left = {want.database: why_not(want, free, busy, now) for want in backlog}
        return tried

    def _room(self) -> Room:
        return room(self.spec, self.work_dir, [running.want for running in self._running.values()])

    async def _start(self, queue: Queue, order: Order, want: Want) -> bool:
        """Begin the drill, unless the evidence says by now that this attempt is over."""
        database = self.fleet.named(order.database)
        now, work, evidence = time.time(), self._work(order.database), self.fleet.folder_of(order.database)
        ledger = self.fleet.ledger_of(order.database)
        try:
            outdated = database is None or await self.offers.is_outdated(order)
            left = ledger.under_way()
            if left is not None:  # of a queue that is no more: this job holds its lock
                await asyncio.to_thread(ledger.give_up, order.database, left.number)
            if database is None or outdated or left is not None:
                await queue.finish(order, "aborted")
                return False
            work.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(gather.take, evidence, work)
            began = Began(number=order.number, database=order.database, host=self.spec.name, at=now)
            await asyncio.to_thread(ledger.begin, began)
            runbook = self.runbooks[database.runbook]
            drill = await drilling.begin(database, began, runbook, self.project, work)
        except (OSError, LedgerError):
            await queue.finish(order, "failed")
            raise
        self._running[order.database] = Running(order, want, drill)
        watch = asyncio.create_task(self._wake_after(drill))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        self.say(f"{order.database}: drill {order.number} begins")
        return True

    async def _wake_after(self, drill: Drilling) -> None:
        await drill.process.wait()
        self._woken.set()

    def _obey(self, to_stop: frozenset[int]) -> None:
        for name, running in self._running.items():
            if running.order.id in to_stop and not running.drill.stopped_for:
                self.say(f"{name}: cancelled; its cleanup runs")
                running.drill.stop("cancelled", "a person cancelled it")

    def _lose_all(self) -> None:
        self._stop_all("lost", "its worker heard nothing from the control database for too long")

    def _stop_all(self, outcome: Outcome, why: str) -> None:
        for running in self._running.values():
            running.drill.stop(outcome, why)

    async def _bring_home(self) -> None:
        """Close the attempt of every drill that is over and leave its evidence; asks the queue nothing."""
        for name, running in self._running.items():
            if running.over is not None or not running.is_dead:
                continue
            running.ended_at = running.ended_at or time.time()
            work = self._work(name)
            await drilling.clean(work, self.project)
            ended = running.drill.over(self.spec.name, running.ended_at)
            running.over = over = await asyncio.to_thread(
                homecoming.bring_home, work, self.fleet.folder_of(name), ended, self.fleet.keeper
            )
            self.finished.append(over)
            verdict, reason = over.verdict or "no verdict", f" ({over.reason})" if over.reason else ""
            self.say(f"{name}: drill {over.number} {over.outcome} with {verdict}{reason}")

    async def _close_jobs(self, queue: Queue) -> None:
        for name, running in list(self._running.items()):
            if running.over is not None:
                how: Ending = "aborted" if running.over.outcome == "cancelled" else "succeeded"
                await queue.finish(running.order, how)
                del self._running[name]
                await self.offers.look_again(name)

    async def _sweep(self) -> None:
        """What an earlier worker of this host left: removed by its marks, its evidence brought home."""
        for name in sorted(self._unswept):
            if self._is_driven(name):
                continue
            left = await drilling.clean(self._work(name), self.project)
            if left:
                self.say(
                    f"{name}: {left} runs could not be cleaned; see {self._work(name) / gather.LOG_NAME}"
                )
            over = await asyncio.to_thread(
                homecoming.bring_home_abandoned,
                self._work(name),
                self.fleet.folder_of(name),
                self.fleet.keeper,
            )
            if over is not None:
                self.say(f"{name}: drill {over.number}, left by an earlier worker, is {over.outcome}")
            self._unswept.discard(name)
            await self.offers.look_again(name)

    def _is_driven(self, name: str) -> bool:
        """Whether a drill of an earlier worker is still at it here: most likely at its cleanup."""
        return name not in self._running and drilling.still_driven(self._work(name))

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), self.poll_s)
        self._woken.clear()

    def _work(self, database: str) -> Path:
        return self.work_dir / database

"""`drill-tui fleet run|worker|cancel`: what needs the queue."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Container, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.fleet_root import (
    Opened,
    cannot_reach,
    missing_extra,
    open_fleet,
    this_host,
    work_dir_of,
)

try:
    from drill_tui.fleet.local_control import control_of, throw_away_control
    from drill_tui.fleet.offers import Offers
    from drill_tui.fleet.queue import Order, Queue, QueueError, by_service, opened
    from drill_tui.fleet.worker import Worker
except ModuleNotFoundError as error:
    raise missing_extra(error) from None
from drill_tui.cli.stopping import let_ctrl_c_raise
from drill_tui.engine.ports import ActionError
from drill_tui.fleet.drilling import environment
from drill_tui.fleet.host import HostBusyError, held
from drill_tui.fleet.inventory import Fleet, HostSpec
from drill_tui.fleet.ledger import Over
from drill_tui.fleet.standing import Standing
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.source import SourceError, resolve
from drill_tui.sinks.words import flat

POLL_S = 0.5
MIRROR_NAME = ".evidence"
"""In a worker's folder: its copy of the evidence, where a store has it."""
PATIENCE_S = 10.0
"""How long one question to the control database may wait, and no longer than a tenth of a lease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRequest:
    """What was asked for on the command line."""

    fleet: Path | None = None
    only: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    host: str | None = None
    drills: int | None = None
    work: Path | None = None
    control: str | None = None
    local: bool = False
    until_idle: bool = False
    now: bool = False
    """Whether cadence and window are passed over, once for each database."""


def work(request: WorkerRequest) -> int:
    """Run a worker until it is drained, or nothing is due.  Raises UserError."""
    let_ctrl_c_raise()
    found = open_fleet(request.fleet, request.only)
    spec = this_host(found.fleet, request.host, request.labels, request.drills)
    folder = work_dir_of(found, request.work, spec.name)
    found = replace(found, fleet=found.fleet.mirrored_in(folder / MIRROR_NAME))
    if request.now:
        found = replace(found, fleet=_without_windows(found))
    try:
        with held(folder):
            _try_evidence(found.fleet)
            return asyncio.run(_work(request, found, spec, folder))
    except HostBusyError as error:
        raise UserError(
            str(error),
            advice="One worker holds a host; --drills N lets it run more at once.",
            code=Exit.ERROR,
        ) from None
    except (QueueError, ActionError) as error:
        raise UserError(f"the control database cannot be used: {error}", code=Exit.ERROR) from None


async def _work(request: WorkerRequest, found: Opened, spec: HostSpec, folder: Path) -> int:
    async with (
        _control(request, found, folder) as conninfo,
        opened(conninfo, min(PATIENCE_S, found.fleet.lease_s / 10)) as queue,
    ):
        worker = Worker(
            fleet=found.fleet,
            spec=spec,
            work_dir=folder,
            project=found.project,
            runbooks={name: loaded.path for name, loaded in found.runbooks.items()},
            offers=Offers(found.fleet, _Look(found, now=request.now)),
            control=conninfo,
            say=_say,
            until_idle=request.until_idle,
            poll_s=POLL_S,
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, worker.drain)
        _say(f"Worker {spec.name}: {len(found.fleet.databases)} databases, {_room_words(worker)}")
        await worker.run(queue)
    return _conclude(worker)


def _try_evidence(fleet: Fleet) -> None:
    """Before anything is begun; later, evidence that cannot be kept is tried again.  Raises UserError."""
    try:
        fleet.keeper.prepare()
    except OSError as error:
        raise cannot_reach(error) from None


@asynccontextmanager
async def _control(request: WorkerRequest, found: Opened, folder: Path) -> AsyncIterator[str]:
    if request.local:
        async with throw_away_control(folder) as conninfo:
            yield conninfo
    else:
        yield await _control_string(found, request.control)


async def _control_string(found: Opened, given: str | None) -> str:
    """The control database by its service.  Raises UserError where none is named, or it does not answer.

    Asked once by a connection of our own: a pool would only say that it waited.
    """
    service = given or found.fleet.control
    if not service:
        raise UserError(
            f"{found.fleet.path} names no control database",
            advice='Write `control = "SERVICE"` under [fleet], or try it on this machine alone: run --local',
        )
    try:
        await (await open_connection(resolve(environment(service, os.environ)), pin=False)).close()
    except (ConnectError, SourceError) as error:
        raise UserError(f"the control database cannot be used: {error}", code=Exit.ERROR) from None
    return by_service(service)


class _Look:
    """Reads standings; asked to drill now, every database is due until an attempt of it is over."""

    def __init__(self, found: Opened, *, now: bool) -> None:
        self._found, self._forced = found, now
        self._first: dict[str, int] = {}

    def __call__(self, only: Container[str] | None) -> tuple[Standing, ...]:
        seen = self._found.look(only)
        return tuple(self._due(standing) for standing in seen) if self._forced else seen

    def _due(self, standing: Standing) -> Standing:
        """Also again, where an attempt was lost or stopped; else only once."""
        first = self._first.setdefault(standing.database.name, standing.next_number)
        tried = standing.tried is not None and standing.tried.number >= first
        return replace(standing, next_at=float("inf") if tried else 0.0)


def _without_windows(found: Opened) -> Fleet:
    databases = tuple(replace(database, window=None) for database in found.fleet.databases)
    return replace(found.fleet, databases=databases)


def _room_words(worker: Worker) -> str:
    spec = worker.spec
    labels = f", labels {', '.join(sorted(spec.labels))}" if spec.labels else ""
    return f"{spec.drills} at once{labels}"


def _conclude(worker: Worker) -> Exit:
    """FAILED where a drill did not pass; ERROR where one was lost, or was due and could not begin."""
    for name, why in worker.left.items() if worker.until_idle and not worker.draining else ():
        complain(f"{name} is due and was not drilled: {why}")
    for name, why in worker.offers.closed().items() if worker.until_idle else ():
        _say(f"{name} is due and waits: {why}")
    passed = [over for over in worker.finished if over.verdict == "pass"]
    _say(f"{len(passed)} of {len(worker.finished)} drills passed.")
    told = [_code(over) for over in worker.finished]
    if worker.left and worker.until_idle and not worker.draining:
        told.append(Exit.ERROR)
    return next((code for code in WORST_FIRST if code in told), Exit.PASSED)


WORST_FIRST = (Exit.FAILED, Exit.ERROR, Exit.UNPROVEN, Exit.ABORTED, Exit.LEFTOVERS)


def _code(over: Over) -> Exit:
    if over.outcome in ("cancelled", "stopped"):
        return Exit.ABORTED
    if over.outcome == "lost" or over.verdict == "error":
        return Exit.ERROR
    if over.verdict == "pass":
        return Exit.LEFTOVERS if over.left_something else Exit.PASSED
    return {"fail": Exit.FAILED, "unproven": Exit.UNPROVEN}.get(over.verdict, Exit.ABORTED)


def cancel(fleet: Path | None, name: str, control: str | None, host: str | None, work: Path | None) -> Exit:
    """End the drill of a database, and wait for its cleanup.  Raises UserError."""
    found = open_fleet(fleet, [name])
    spec = this_host(found.fleet, host, (), None)
    local = control_of(work_dir_of(found, work, spec.name))
    try:
        return asyncio.run(_cancel(found, name, local, control))
    except QueueError as error:
        raise UserError(f"the control database cannot be used: {error}", code=Exit.ERROR) from None


async def _cancel(found: Opened, name: str, local: str | None, control: str | None) -> Exit:
    async with opened(local or await _control_string(found, control)) as queue:
        order = await _order_of(queue, name)
        if order is None:
            raise UserError(f"no drill of {name} waits or runs", code=Exit.ERROR)
        await queue.cancel(order)
        began = time.monotonic()
        _say(f"{name}: asked to end; waiting for its cleanup")
        await _over(queue, order)
    try:
        await asyncio.to_thread(found.fleet.refresh, name)
    except OSError as error:
        raise cannot_reach(error) from None
    over = found.fleet.ledger_of(name).last()
    if over is None or over.number != order.number:
        _say(f"{name}: taken out of the queue; it had not begun")
        return Exit.PASSED
    left = "something is still there" if over.left_something else "nothing is left"
    _say(f"{name}: {over.outcome} after {time.monotonic() - began:.0f} s, {left} (run {over.run_id or '–'})")
    return Exit.LEFTOVERS if over.left_something else Exit.PASSED


async def _over(queue: Queue, order: Order) -> None:
    """Asks until it is: the worker may be on another host."""
    over = await queue.is_over(order)
    while not over:
        await asyncio.sleep(POLL_S)
        over = await queue.is_over(order)


async def _order_of(queue: Queue, name: str) -> Order | None:
    jobs = await queue.open_jobs()
    return next((order for order in (*jobs.running, *jobs.waiting) if order.database == name), None)


def _say(sentence: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {flat(sentence)}\n")
    sys.stdout.flush()


def names(texts: Sequence[str] | None) -> tuple[str, ...]:
    """`--labels a,b --labels c` as one list."""
    return tuple(part.strip() for text in texts or () for part in text.split(",") if part.strip())

"""The queue of a fleet: procrastinate on a PostgreSQL, one job for one whole drill, never tried again.

A job knows only which database it is for; what the drill does, its journal knows.  The job's lock is the
source, so that two drills of one source never run at once; its queueing lock is the database, so that one job
waits at most.  A worker's heartbeat is its lease: the server's clock decides when it has run out.

The one module that imports procrastinate (https://procrastinate.readthedocs.io).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

TASK: Final = "drill-tui.drill"
FORMAT: Final = 1
"""Of a job's arguments.  A worker leaves jobs of a newer format to newer workers: an upgrade takes days."""
CONNECT_TIMEOUT_S: Final = 15
Ending = Literal["succeeded", "failed", "aborted"]


class QueueError(Exception):
    """The control database could not be asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """A job: drill this database, as its attempt of this number."""

    id: int
    database: str
    number: int
    source: str
    worker: int | None = None
    proof: str | None = None
    """The run that was its last proof when it was offered; None where its offer did not say."""


@dataclass(frozen=True, slots=True)
class Open:
    """Every job that is not over."""

    waiting: tuple[Order, ...] = ()
    running: tuple[Order, ...] = ()

    @property
    def databases(self) -> frozenset[str]:
        return frozenset(order.database for order in (*self.waiting, *self.running))

    @property
    def sources(self) -> frozenset[str]:
        return frozenset(order.source for order in (*self.waiting, *self.running))


class Queue:
    """Jobs and leases.  Every method raises QueueError while the control database does not answer."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._jobs = app.job_manager

    async def prepare(self) -> None:
        """Make procrastinate's tables where they are not there yet; two workers may try at once."""
        async with _told():
            if await self._app.check_connection_async():
                return
            try:
                await self._app.schema_manager.apply_schema_async()
            except ConnectorException:
                if not await self._app.check_connection_async():
                    raise

    async def is_prepared(self) -> bool:
        async with _told():
            return await self._app.check_connection_async()

    async def open_jobs(self) -> Open:
        async with _told():
            waiting = await self._jobs.list_jobs_async(task=TASK, status=Status.TODO.value)
            running = await self._jobs.list_jobs_async(task=TASK, status=Status.DOING.value)
        return Open(_orders(waiting), _orders(running))

    async def offer(self, database: str, source: str, number: int, proof: str = "") -> bool:
        """Put a drill into the queue; False where one of that database waits already."""
        job = Job(
            id=None,
            queue=_queue_of(database),
            task_name=TASK,
            lock=f"source:{source}",
            queueing_lock=f"database:{database}",
            task_kwargs={
                "format": FORMAT,
                "database": database,
                "source": source,
                "number": number,
                "proof": proof,
            },
        )
        async with _told():
            try:
                await self._jobs.defer_job_async(job)
            except AlreadyEnqueued:
                return False
        return True

    async def register(self) -> int:
        async with _told():
            return await self._jobs.register_worker()

    async def unregister(self, worker: int) -> None:
        async with _told():
            await self._jobs.unregister_worker(worker)

    async def beat(self, worker: int) -> None:
        """Renew the lease of a worker."""
        async with _told():
            await self._jobs.update_heartbeat(worker)

    async def take(self, order: Order, worker: int) -> Order | None:
        """The waiting job of a database, from now on this worker's; None where another was quicker."""
        async with _told():
            try:
                job = await self._jobs.fetch_job([_queue_of(order.database)], worker)
            except UniqueViolation:
                return None
        return next(iter(_orders([job])), None) if job else None

    async def to_stop(self) -> frozenset[int]:
        """The running jobs that somebody asked to be cancelled."""
        async with _told():
            return frozenset(await self._jobs.list_jobs_to_abort_async())

    async def finish(self, order: Order, how: Ending) -> None:
        """Close a job; one that is closed already stays as it is."""
        async with _told():
            if await self._jobs.get_job_status_async(order.id) is Status.DOING:
                await self._jobs.finish_job_by_id_async(order.id, Status(how), delete_job=False)

    async def withdraw(self, order: Order) -> bool:
        """Take a job back that nobody has begun; False where somebody has."""
        async with _told():
            return await self._jobs.cancel_job_by_id_async(order.id)

    async def cancel(self, order: Order) -> bool:
        """Ask for the end of a drill that waits or runs; False where it is over."""
        async with _told():
            return await self._jobs.cancel_job_by_id_async(order.id, abort=True)

    async def is_over(self, order: Order) -> bool:
        async with _told():
            status = await self._jobs.get_job_status_async(order.id)
        return status not in (Status.TODO, Status.DOING)

    async def lost(self, lease_s: float) -> tuple[Order, ...]:
        """The running jobs of workers whose lease has run out."""
        async with _told():
            found = await self._jobs.get_stalled_jobs(seconds_since_heartbeat=lease_s)
        return _orders(found)

    async def forget_lost_workers(self, lease_s: float) -> None:
        async with _told():
            await self._jobs.prune_stalled_workers(lease_s)


@asynccontextmanager
async def opened(conninfo: str, patience_s: float = CONNECT_TIMEOUT_S) -> AsyncIterator[Queue]:
    """The queue in a control database, by libpq's own connection string.  Raises QueueError.

    `patience_s` is how long each question waits for a connection before it is a QueueError.
    """
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    connector = PsycopgConnector(
        conninfo=conninfo,
        min_size=1,
        max_size=4,
        timeout=patience_s,
        reconnect_timeout=0.0,
        kwargs={
            "application_name": "drill-tui fleet",
            "connect_timeout": CONNECT_TIMEOUT_S,
            "tcp_user_timeout": int(patience_s * 1000),
        },
    )
    app = App(connector=connector)
    async with _told():
        await app.open_async()
    try:
        yield Queue(app)
    finally:
        await app.close_async()


def by_service(service: str) -> str:
    """A connection string for a service of libpq's service file."""
    escaped = service.replace("\\", r"\\").replace("'", r"\'")
    return f"service='{escaped}'"


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """procrastinate wraps the driver's errors; the cause has the server's words."""
    try:
        yield
    except (ConnectorException, OSError) as error:
        raise QueueError(_words(error)) from error
    except Exception as error:
        if type(error).__name__ not in ("PoolTimeout", "PoolClosed", "OperationalError"):
            raise
        raise QueueError(_words(error)) from error


def _words(error: BaseException) -> str:
    said = str(error.__cause__ or error).strip().splitlines()
    return said[0] if said else type(error).__name__


def _queue_of(database: str) -> str:
    return f"drill-tui.{database}"


def _orders(jobs: Iterable[Job]) -> tuple[Order, ...]:
    """Jobs of a newer format are nobody's here."""
    return tuple(_order(job) for job in jobs if job.task_name == TASK and _is_known(job.task_kwargs))


def _is_known(given: Mapping[str, Any]) -> bool:
    return isinstance(given.get("format"), int) and given["format"] <= FORMAT


def _order(job: Job) -> Order:
    given: Mapping[str, Any] = job.task_kwargs
    if job.id is None:
        raise QueueError("a job of the queue has no id")
    return Order(
        job.id,
        str(given["database"]),
        int(given["number"]),
        str(given["source"]),
        job.worker_id,
        given.get("proof"),
    )

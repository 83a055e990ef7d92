"""Walking a copy through its WAL: to a point and no further, then on, then promoted."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive.witness import lsn_number
from drill_tui.postgres.client.connect import ConnectError, open_connection, text_of, value_of
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.cluster import processes, server, workplace
from drill_tui.postgres.physical.settings import Target

POLL_S: Final = 0.05
NO_LIMIT_S: Final = 7 * 24 * 3600.0
"""A recovery takes as long as it takes; the step's own time-out ends it."""
SHUTDOWN_S: Final = 600.0
KEPT_LOG_BYTES: Final = 65536
TOO_SMALL: Final = re.compile(r"(\w+ = \d+) is a lower setting than on the primary server")
LAST_COMMIT: Final = re.compile(r"last completed transaction was at log time (.+)")
NOBODY_ENTERS: Final = re.compile(r"FATAL: +invalid page in block")
SWITCHED: Final = re.compile(r"^\d+\t([0-9A-F]+/[0-9A-F]+)\t", re.MULTILINE)


class RecoveryFailedError(ActionError):
    """The WAL did not carry the copy to where it should go; the text says why."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a recovery stands.  `last_commit` None where no transaction was replayed."""

    lsn: int
    timeline: int
    last_commit: datetime | None
    as_of: datetime | None
    """The latest moment of the source of which the copy bears a trace: a commit or a checkpoint."""


async def run_to(
    cluster: server.Cluster, env: Mapping[str, str], target: Target, *, outlive: bool
) -> server.Running:
    """Start the copy and wait until it stands at the target: paused or promoted, as that says.

    Raises RecoveryFailedError with a sentence of its own for each way in which it can end, ActionError.
    """
    awaited = "paused" if target.setting and target.action == "pause" else "promoted"
    position = cluster.log.stat().st_size if cluster.log.exists() else 0
    try:
        running = await server.start(cluster, isolate=True, outlive=outlive, timeout_s=NO_LIMIT_S)
    except server.NotStartedError:
        raise RecoveryFailedError(explain(log_since(cluster.log, position), target)) from None
    at = {**env, "DB_PORT": str(running.port)}
    while True:
        state = await _state(at)
        if state == "paused" or (state == "promoted" and awaited == "paused"):
            refuse_other_end(state, log_since(cluster.log, position), target)
        if state == awaited:
            return running
        if not processes.is_alive(running.process.pid, running.process.start_ticks):
            raise RecoveryFailedError(explain(log_since(cluster.log, position), target))
        if not state and NOBODY_ENTERS.search(log := log_since(cluster.log, position)):
            raise RecoveryFailedError(explain(log, target))
        await asyncio.sleep(POLL_S)


def refuse_other_end(state: str, log: str, target: Target) -> None:
    """A copy that stands somewhere else than at its target, though it says `paused` or has promoted itself.

    PostgreSQL pauses in the same words where the source raised a setting above the copy's (manual, 26.4.3),
    and promotes instead of pausing where nobody can be let in: while a transaction with more than 64
    subtransactions is open.  Neither is a fault of the backup.

    Raises ActionError where this drill cannot tell, RecoveryFailedError where the WAL ends too early.
    """
    if state == "paused" and "insufficient parameter settings" in log:
        raise ActionError(
            f"the copy stopped before {target.sentence}: the source ran with larger settings from there on "
            f"({'; '.join(TOO_SMALL.findall(log))}); take a base backup or a witness after the change"
        )
    if state == "promoted":
        if "recovery stopping" in log:
            raise ActionError(
                f"the copy reached {target.sentence} and opened itself instead of pausing: a transaction "
                "with more than 64 savepoints or exception blocks was open there; take a new witness"
            )
        raise RecoveryFailedError(
            f"the copy promoted itself before it reached {target.sentence}: "
            "the WAL ends before it, and PostgreSQL opened the copy there without an error"
        )


async def _state(env: Mapping[str, str]) -> str:
    """paused, not paused …, promoted, or empty where the server does not answer."""
    try:
        async with await open_connection(resolve(env)) as connection:
            return await text_of(
                connection,
                "select case when pg_catalog.pg_is_in_recovery()"
                " then pg_catalog.pg_get_wal_replay_pause_state() else 'promoted' end",
            )
    except (ConnectError, psycopg.Error):
        return ""


async def halt(cluster: server.Cluster) -> None:
    """Shut the copy's server down; its data stays.

    In order, so that the next start neither replays again nor syncs every file (manual, 19.5).
    """
    postmaster = workplace.postmaster_of(cluster.data_dir)
    running = {pid: ticks for pid, ticks in processes.inside(cluster.home).items() if pid == postmaster}
    await processes.end(running, ((signal.SIGINT, SHUTDOWN_S), *processes.IMMEDIATE))
    await workplace.end_server(cluster.home)


async def reached(env: Mapping[str, str], data_dir: Path) -> Reached:
    """Where the copy stands now: paused, or promoted a moment ago.  Raises ActionError."""
    try:
        async with await open_connection(resolve(env)) as connection:
            in_recovery = await value_of(connection, "select pg_catalog.pg_is_in_recovery()")
            commit = await value_of(connection, "select pg_catalog.pg_last_xact_replay_timestamp()")
            replayed = await value_of(connection, "select pg_catalog.pg_last_wal_replay_lsn()::text")
            checkpoint = await value_of(
                connection, "select checkpoint_time from pg_catalog.pg_control_checkpoint()"
            )
            timeline = await value_of(
                connection, "select timeline_id from pg_catalog.pg_control_checkpoint()"
            )
    except (ConnectError, psycopg.Error) as error:
        raise ActionError(f"the copy does not answer: {error}") from None
    switch = None if in_recovery else switch_point(data_dir)
    known = [commit] if commit else []
    if in_recovery and checkpoint:
        known.append(checkpoint)
    return Reached(
        lsn=switch[1] if switch else lsn_number(replayed or "0/0"),
        timeline=switch[0] if switch else int(timeline or 0),
        last_commit=commit,
        as_of=max(known, default=None),
    )


def switch_point(data_dir: Path) -> tuple[int, int] | None:
    """Timeline and position from which a promoted copy writes its own: the end of what came back.

    From the newest history file (manual, 26.3.5): its last line names where the last timeline was left.
    """
    newest = max(data_dir.glob("pg_wal/*.history"), default=None)
    found = SWITCHED.findall(newest.read_text("utf-8", "replace")) if newest else []
    return (int(newest.stem, 16), lsn_number(found[-1])) if newest and found else None


def log_since(log: Path, position: int) -> str:
    with log.open("rb") as text:
        text.seek(max(position, log.stat().st_size - KEPT_LOG_BYTES))
        return text.read().decode("utf-8", "replace")


def last_commit_in(log: str) -> str:
    """The last transaction's time as the server logged it; empty where none was replayed."""
    found = LAST_COMMIT.findall(log)
    return str(found[-1]).strip() if found else ""


def explain(log: str, target: Target) -> str:
    """Why a recovery ended, in a sentence of its own for each known way."""
    commit = last_commit_in(log)
    last = f"; the last commit that came back is of {commit}" if commit else "; no commit came back"
    if "recovery ended before configured recovery target was reached" in log:
        return f"the WAL ends before {target.sentence}{last}"
    if "could not locate required checkpoint record" in log or "could not locate a valid checkpoint" in log:
        return "the WAL that the backup needs to become consistent is missing or damaged at its beginning"
    if "WAL ends before end of online backup" in log or "before consistent recovery point" in log:
        return "the WAL ends before the backup is consistent: what is there is no usable copy"
    if "insufficient parameter settings" in log:
        return "the source ran with larger settings than this copy: name a newer witness, which knows them"
    if "incorrect manifest" in log or "invalid page" in log:
        return f"a page is damaged: {_last_fatal(log)}"
    return f"the copy did not start: {_last_fatal(log)}"


def _last_fatal(log: str) -> str:
    bad = [line for line in log.splitlines() if any(word in line for word in ("FATAL:", "PANIC:", "ERROR:"))]
    lines = bad or log.strip().splitlines()
    return " ".join(lines[-1].split()) if lines else "its log is empty"


def with_settings(cluster: server.Cluster, settings: Mapping[str, str]) -> server.Cluster:
    return replace(cluster, settings=settings)

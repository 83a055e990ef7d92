"""Checks a backup and restores it: integrity first, then the guards, then roles, data and statistics."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

import psycopg

from drill_tui.postgres.archive.check import open_backup
from drill_tui.postgres.archive.checked import CheckedBackup
from drill_tui.postgres.archive.contents import read_role_settings
from drill_tui.postgres.archive.foreign_dump import NO_MANIFEST
from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME
from drill_tui.postgres.archive.tokens import NotPlainSqlError
from drill_tui.postgres.client import talkback
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.errors import CouldNotTellError, RestoreError
from drill_tui.postgres.client.source import Connection, SourceError, resolve
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.client.tools import Tools, ToolsMissingError, find_tools, known_holes
from drill_tui.postgres.client.untriggered import untriggered
from drill_tui.postgres.probe.record import (
    MAINTENANCE_DATABASE,
    RestoreRecord,
    forget_record,
    read_validated_keys,
    write_record,
)
from drill_tui.postgres.restore import guard
from drill_tui.postgres.restore.analyze import analyze
from drill_tui.postgres.restore.database import create_database, drop_database, finish_database
from drill_tui.postgres.restore.load import load_archive, parallel_jobs
from drill_tui.postgres.restore.plan import plan_lines
from drill_tui.postgres.restore.roles import RolesDone, create_roles, set_for_role
from drill_tui.postgres.restore.script import load_script, script_tools
from drill_tui.postgres.restore.stderr import Verdict
from drill_tui.postgres.restore.tablespaces import make_stand_ins, tablespaces_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person asked for.  `jobs` 0 means one per core; `ask` is None without a terminal."""

    backup: str
    environment: Mapping[str, str]
    jobs: int = 0
    replace: bool = False
    confirm: str = ""
    say: Callable[[str], None] = lambda line: None
    ask: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of it, in one sentence, and what was looked at."""

    detail: str
    coverage: str = ""
    result: Literal["met", "unproven"] = "met"
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A checked backup before a target that may take it; nothing is changed yet."""

    backup: CheckedBackup
    target: Connection
    name: str
    facts: guard.TargetFacts
    tools: Tools
    maintenance: psycopg.AsyncConnection[Any]


async def check(request: Request) -> Done:
    """Check the backup to its last byte.  Raises RestoreError in the form that fits."""
    checked = await open_backup(request.backup, request.environment, whole_archive=True, told=_told)
    size = f"{checked.size_bytes / 1e6:,.1f} MB"
    if checked.checksums:
        detail = f"{checked.path.name} is whole, and every file fits its checksum ({size})"
    else:
        detail = f"{checked.path.name} reads to its end ({size}), but has no checksums to be compared with"
    return Done(
        detail=detail,
        coverage=checked.coverage,
        result="met" if checked.checksums else "unproven",
        outputs=_identity(checked),
    )


async def say_what_would_happen(request: Request) -> Done:
    """Check the backup and the target, and say what a restore would do.  Changes nothing."""
    async with _prepare(request) as ready:
        guard.refuse_occupied(ready.facts, ready.name, replace=request.replace, confirmed=request.confirm)
        for line in plan_lines(
            ready.backup, ready.name, ready.facts, ready.tools, parallel_jobs(request.jobs)
        ):
            request.say(line)
    return Done(detail="Nothing was changed.")


async def restore(request: Request) -> Done:
    """Restore the backup.  Raises RestoreError in the form that fits."""
    started = time.monotonic()
    async with _prepare(request) as ready:
        _allow_replacement(request, ready)
        roles = await _make_room(request, ready)
        verdict, phases = await _load(request, ready)
        loaded = time.monotonic()
        problems = await _finish(request, ready)
        if phases:
            phases["busy_s"]["analyze"] = round(time.monotonic() - loaded, 3)
    explained = [f"{count} errors explained: {reason}" for reason, count in verdict.explained.items()]
    unknown = [] if ready.backup.manifest else [NO_MANIFEST]
    left = [f"left out: {line}" for line in roles.left_out]
    seconds = time.monotonic() - started
    return Done(
        detail=f"{ready.backup.path.name} is restored into {ready.name} in {seconds:,.1f} s, "
        "with no error unexplained",
        coverage="; ".join(
            [
                _looked_at(ready),
                *unknown,
                *explained,
                *left,
                *problems,
                *(f"warning: {w}" for w in verdict.warnings[:3]),
            ]
        ),
        outputs={"restore_phases": json.dumps(phases, ensure_ascii=False)},
    )


@asynccontextmanager
async def _prepare(request: Request) -> AsyncIterator[_Prepared]:
    """Check, connect, ask the guards; errors of psycopg and of the tools become ours."""
    try:
        target = await untriggered(resolve(request.environment))
        name = target.dbname if target.origin != "libpq" or request.environment.get("PGDATABASE") else ""
        guard.check_name(name)
        backup = await open_backup(request.backup, request.environment, whole_archive=False, told=_told)
        async with await open_connection(target, dbname=MAINTENANCE_DATABASE) as maintenance:
            facts = await guard.inspect(maintenance, target, name, backup.extensions)
            guard.refuse_unfit(facts, backup.manifest, backup.dumped_major, request.environment)
            yield _Prepared(
                backup=backup,
                target=target,
                name=name,
                facts=facts,
                tools=_tools(request, backup, facts.major),
                maintenance=maintenance,
            )
    except (SourceError, ConnectError, ToolsMissingError) as error:
        raise CouldNotTellError(str(error)) from None
    except psycopg.OperationalError as error:
        raise _gave_out(error) from None
    except ExceptionGroup as group:
        first = group.exceptions[0]
        if isinstance(first, RestoreError):
            raise first from None
        if isinstance(first, (psycopg.Error, ConnectError)):
            raise _gave_out(first) from None
        raise
    except psycopg.Error as error:
        raise CouldNotTellError(f"the target refused a statement: {clean(str(error))}") from None


def _gave_out(error: Exception) -> CouldNotTellError:
    return CouldNotTellError(
        f"the target gave out during the restore: {clean(' '.join(str(error).split()))}",
        advice="Read the target server's log, start it again, and restore again.",
    )


def _tools(request: Request, backup: CheckedBackup, target_major: int) -> Tools:
    """pg_restore of the target's major; a newer one only where the archive was written by a newer pg_dump."""
    needed = max(target_major, backup.writer_major)
    if backup.form == "sql":
        tools = script_tools(request.environment, target_major)
    else:
        tools = find_tools(request.environment, min_major=needed, programs=("pg_restore",))
    hole = known_holes(tools.version)
    if hole:
        request.say(f"warning: {hole}")
    return tools


def _allow_replacement(request: Request, ready: _Prepared) -> None:
    confirmed = request.confirm
    occupied = ready.facts.database is not None and ready.facts.database.object_count > 0
    if occupied and request.replace and not confirmed and request.ask is not None:
        confirmed = request.ask(f"Type the name of the database that will be dropped ({ready.name}): ")
    guard.refuse_occupied(ready.facts, ready.name, replace=request.replace, confirmed=confirmed)


async def _make_room(request: Request, ready: _Prepared) -> RolesDone:
    manifest = ready.backup.manifest
    roles = await create_roles(ready.maintenance, ready.backup.roles, manifest.roles if manifest else ())
    request.say(f"roles: {len(roles.created)} made, {len(roles.existing)} were there")
    wanted = await tablespaces_of(ready.backup, request.environment)
    if made := await make_stand_ins(ready.maintenance, wanted):
        request.say(f"tablespaces: stand-ins made for {', '.join(made)}")
    await forget_record(ready.maintenance, ready.name)
    if ready.facts.database is not None:
        request.say(f"dropping the database {ready.name}")
        await drop_database(ready.maintenance, ready.target, ready.name)
    request.say(f"creating the database {ready.name}")
    database = manifest.database if manifest else None
    await create_database(ready.maintenance, ready.name, database, ready.facts.major)
    return roles


async def _load(request: Request, ready: _Prepared) -> tuple[Verdict, dict[str, Any]]:
    if ready.backup.form == "sql":
        verdict = await load_script(
            ready.backup,
            ready.tools,
            ready.target,
            ready.name,
            environment=request.environment,
            say=request.say,
        )
        return verdict, {}
    return await load_archive(
        ready.backup,
        ready.tools,
        ready.target,
        ready.name,
        jobs=parallel_jobs(request.jobs),
        target_major=ready.facts.major,
        environment=request.environment,
        say=request.say,
    )


async def _finish(request: Request, ready: _Prepared) -> list[str]:
    request.say("gathering statistics")
    problems = await analyze(ready.target, ready.name, parallel_jobs(request.jobs))
    keys: dict[int, int] = {}
    if ready.backup.manifest is not None and not ready.backup.manifest.of_witness:
        async with await open_connection(ready.target, dbname=ready.name) as restored:
            keys = await read_validated_keys(restored)
        problems += await finish_database(
            ready.maintenance, ready.target, ready.name, ready.backup.manifest.database
        )
        problems += await _set_for_roles(request, ready)
    record = RestoreRecord(
        database=ready.name,
        run_id=request.environment.get("DRILL_RUN_ID", ""),
        nonce=request.environment.get(guard.NONCE_VARIABLE, ""),
        backup_path=str(ready.backup.path),
        manifest=ready.backup.manifest,
        validated_keys=keys,
    )
    await write_record(ready.maintenance, record)  # its commit puts all before it on disk
    return problems


async def _set_for_roles(request: Request, ready: _Prepared) -> list[str]:
    try:
        settings = await read_role_settings(ready.tools, ready.backup.archive, request.environment)
    except NotPlainSqlError as error:
        return [f"the settings of roles in this database could not be read: {error}"]
    return [
        line for setting in settings for line in await set_for_role(ready.maintenance, setting, ready.name)
    ]


def _looked_at(ready: _Prepared) -> str:
    entries = ready.backup.header.entries if ready.backup.header else 0
    program = "psql" if ready.backup.form == "sql" else "pg_restore"
    what = f"{entries} entries of the archive" if entries else "the script to its last line"
    return (
        f"{what}, every error line of {program} {ready.tools.version}, its exit code, ANALYZE of every table"
    )


def _told(done: int, total: int) -> None:
    talkback.progress("checksums", done, total, "bytes")


def _identity(checked: CheckedBackup) -> dict[str, str]:
    """Which backup this is: its id, a hash that covers every one of its files, and the age of its data."""
    known = {"backup_id": checked.path.name, "checksums_sha256": ""}
    if checked.snapshot_at is not None:
        age_s = (datetime.now(UTC) - checked.snapshot_at).total_seconds()
        known["snapshot_age_s"] = f"{max(0.0, age_s):.3f}"
    if checked.form == "drill-tui":
        known["checksums_sha256"] = sha256((checked.path / CHECKSUMS_NAME).read_bytes()).hexdigest()
    return known

"""Runs pg_restore into the target database and answers for every error line it prints."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from drill_tui.postgres.archive.checked import CheckedBackup
from drill_tui.postgres.archive.confinement import unprivileged
from drill_tui.postgres.archive.contents import ArchiveHeader
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.client.spawn import run
from drill_tui.postgres.client.tools import Tools
from drill_tui.postgres.restore.causes import Versions
from drill_tui.postgres.restore.phase_times import PhaseTimes
from drill_tui.postgres.restore.progress import LoadProgress
from drill_tui.postgres.restore.stderr import Setting, Verdict

QUIET = ("launching item", "finished item", "executing SELECT", "processing item", "main parallel loop")


async def load_archive(
    backup: CheckedBackup,
    tools: Tools,
    target: Connection,
    dbname: str,
    *,
    jobs: int,
    target_major: int,
    environment: Mapping[str, str],
    say: Callable[[str], None],
) -> tuple[Verdict, dict[str, Any]]:
    """Restore the archive with pg_restore; returns what its lines came to, and where its time went.

    Its thousands of commits do not wait for the disk one by one: the caller's own commit after it, which
    does, takes all of them along (manual, "Asynchronous Commit").  Raises BackupBadError where an error
    has no explanation, CouldNotTellError where the target gave out.
    """
    argv = [tools.path("pg_restore"), "--verbose", "--no-password"]
    if backup.header and backup.header.fills_views_under_policies:
        # Views are refreshed as their owners, for whom row_security = off is an error where a policy holds.
        argv.append("--enable-row-security")
    argv += [f"--dbname={make_conninfo(dbname=dbname)}", str(backup.archive)]
    entries = backup.header.data_entries if backup.header else {}
    count = backup.header.entries if backup.header else 0
    progress = LoadProgress(backup.manifest, entries, count)
    source = backup.manifest.server.version_num if backup.manifest else 0
    requires = backup.manifest.requires if backup.manifest else None
    setting = Setting(
        newer_client=tools.version.major > target_major,
        foreign=backup.form != "drill-tui",
        versions=Versions(source=source, target_major=target_major),
        parallel=jobs > 1,
        remote_views=frozenset(view.name for view in requires.remote_views) if requires else frozenset(),
    )
    phases = PhaseTimes()
    verdict = Verdict(setting)

    def on_line(line: str) -> None:
        verdict.line(line)
        progress.line(line)
        phases.line(line)
        if not any(words in line for words in QUIET):
            say(line)

    session = _session(target, backup.header).with_setting("synchronous_commit", "off")
    polling = asyncio.create_task(progress.poll(target, dbname))
    code = 0
    try:
        async for options in _parts(backup, target, dbname, jobs):
            done = await run(
                unprivileged([argv[0], *options, *argv[1:]], environment),
                env=session.child_env(environment),
                on_line=on_line,
                cwd=Path("/"),
            )
            code = code or done.exit_code
            if done.exit_code < 0:
                break
    except OSError as error:
        raise CouldNotTellError(f"pg_restore could not be started: {error}") from None
    finally:
        polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling
    verdict.finish(code)
    judge(verdict, "pg_restore")
    return verdict, phases.told(jobs)


async def _parts(
    backup: CheckedBackup, target: Connection, dbname: str, jobs: int
) -> AsyncIterator[tuple[str, ...]]:
    """Options of each run of pg_restore, one after the other; mostly there is one.

    That rows of an extension's table refer to those of another, the archive tells by their order alone:
    several jobs load them at once, and keys that the extension made refuse them (pg_restore 15.20 to 18.6).
    """
    several = () if backup.form == "tar" else (f"--jobs={jobs}",)
    if jobs == 1 or not several or not backup.header or backup.header.extension_tables < 2:
        yield several
        return
    yield (*several, "--section=pre-data")
    if await _extension_keys(target, dbname):
        yield ("--jobs=1", "--section=data")
        yield (*several, "--section=post-data")
    else:
        yield (*several, "--section=data", "--section=post-data")


async def _extension_keys(target: Connection, dbname: str) -> bool:
    try:
        async with await open_connection(target, dbname=dbname) as connection:
            row = await (await connection.execute(query("restore/extension_keys"))).fetchone()
    except (ConnectError, psycopg.Error):
        return True
    return bool(row and row[0])


def _session(target: Connection, header: ArchiveHeader | None) -> Connection:
    """For pg_restore, which makes the archive's own event triggers last.

    With several jobs it then connects once more: one that notes logins would note that (pg_restore 18.6).
    """
    return target.unhindered(silent=header is not None and header.has_event_triggers)


def judge(verdict: Verdict, program: str) -> None:
    """Raises by what the lines came to; returns when every error is explained."""
    if verdict.environment:
        raise CouldNotTellError(
            f"the target gave out during the restore: {verdict.environment[0]}", advice=verdict.advice()
        )
    if verdict.unexplained:
        count = len(verdict.unexplained)
        raise BackupBadError(
            f"{program} reported {count} {'error' if count == 1 else 'errors'} that nothing explains; "
            f"the first: {verdict.unexplained[0]}",
            advice=" ".join(
                [*verdict.causes, "The whole list is in the log above. The target database is half restored."]
            ),
        )


def parallel_jobs(wanted: int) -> int:
    """As many as asked for, or one per core."""
    return wanted or len(os.sched_getaffinity(0))

"""The newest complete backup of a directory, by the time of its snapshot: ours, or plain pg_dump files.

Only headers are read here, and nothing of an archive is run or trusted before its check.  The header of an
archive has the time that the dump began in the local time of the machine that made it (pg_backup_archiver.c,
WriteHead); plain SQL has it only when made with --verbose.  Where it has not, the time of its witness or that
of the file stands in.
"""

from __future__ import annotations

import asyncio
import re
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec
from drill_tui.engine.record.events import Finding
from drill_tui.engine.text.os_words import os_words
from drill_tui.postgres.archive.candidate import Candidate
from drill_tui.postgres.archive.folder import PARTIAL_SUFFIX
from drill_tui.postgres.archive.forms import (
    archive_time,
    is_cluster_dump,
    open_plain,
    recognise,
)
from drill_tui.postgres.client.errors import BackupBadError, RestoreError
from drill_tui.runbook.plays import Plays

CRITERION: Final = "backup_found"
TEXT_HEAD_BYTES: Final = 64 * 1024
STARTED: Final = re.compile(rb"^-- Started on (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", re.MULTILINE)
NAMED_LIKE_A_DUMP: Final = re.compile(r"\.(sql|dump|dmp|pgdump|backup|bak|tar)(\.\w+)?$", re.IGNORECASE)
"""Only for what is said of a file that was passed over: what it is, its content tells."""

Log = Callable[[str], None]


class NoBackupError(ActionError):
    """The directory is there and holds no complete backup: not an obstacle but a finding."""


async def latest_backup(context: ActionContext) -> ActionResult:
    """The newest backup below the argument `directory`, of the `database` where one is named.

    Raises ActionError where there is none.
    """
    directory = context.project_dir / context.arguments["directory"]
    database = context.arguments.get("database", "")
    try:
        newest = await asyncio.to_thread(newest_backup, directory, context.log, database)
        dated = f"{newest.at.isoformat()} (by its {newest.dated_by})"
        context.log(f"Newest backup: {newest.path} of {dated}")
        path = await _one_database(context, newest, database)
    except NoBackupError as error:
        context.evidence(CRITERION, Finding.MISSED, str(error))
        raise
    others = (
        f"Not drilled: backups of {', '.join(newest.beside)}, which lie there too." if newest.beside else ""
    )
    of = f" of {newest.path.name}" if path != newest.path else ""
    context.evidence(CRITERION, Finding.MET, f"{path.name}{of} of {dated}", others)
    return ActionResult(
        outputs={
            "backup": str(path.resolve()),
            "kind": "sql" if newest.kind == "cluster" else newest.kind,
            "snapshot_at": newest.at.isoformat(),
            "snapshot_age_s": f"{max(0.0, time.time() - newest.at.timestamp()):.0f}",
            "dated_by": newest.dated_by,
            **await asyncio.to_thread(of_its_source, path),
        }
    )


async def _one_database(context: ActionContext, newest: Candidate, database: str) -> Path:
    if newest.kind != "cluster":
        return newest.path
    from drill_tui.postgres.archive.one_database import take_out

    try:
        return await take_out(context, newest, database)
    except BackupBadError as error:
        raise NoBackupError(f"{error}. {error.advice}".rstrip(". ")) from None
    except OSError as error:
        raise ActionError(f"{error.filename or newest.path}: {error.strerror or error}") from None


def of_its_source(path: Path) -> dict[str, str]:
    """What the backup's manifest, or the witness beside a dump, says of the database it was taken from.

    Raises ActionError for a manifest that was changed since the backup was found.
    """
    from drill_tui.postgres.archive.beside import read_beside
    from drill_tui.postgres.archive.manifest_reader import read_manifest

    try:
        form = recognise(path)
        if form == "drill-tui":
            manifest = read_manifest(path)
        else:
            witness = read_beside(path, form, hashed=False)[0] if form else None
            if witness is None:
                return {}
            manifest = witness.manifest
    except (OSError, RestoreError) as error:
        raise ActionError(f"{path} cannot be read: {error}") from None
    return {
        "source_host": manifest.server.host,
        "source_port": str(manifest.server.port),
        "source_dbname": manifest.database.name,
        "source_system_identifier": manifest.server.system_identifier,
        "source_size_bytes": str(manifest.database.size_bytes),
        "server_version": manifest.server.version,
        "client_version": manifest.client.pg_dump,
        "schema_sha256": manifest.schema_sha256 or "",
    }


def newest_backup(directory: Path, log: Log, database: str = "") -> Candidate:
    """The candidate with the latest time, of that database; what cannot be read is named and passed over.

    Raises ActionError, or NoBackupError where there is none.
    """
    if not directory.is_dir():
        raise ActionError(f"{directory} is not a directory; name the one that holds the backups")
    from drill_tui.postgres.archive.one_database import of_database

    itself = _itself(directory)
    closed: list[PermissionError] = []
    found = [itself] if itself is not None else list(candidates(directory, log, clusters=True, closed=closed))
    of = {one.path: of_database(one) for one in found}
    names = set(filter(None, of.values()))
    fitting = [one for one in found if not database or one.kind == "cluster" or of[one.path] == database]
    newest = max(fitting, key=lambda one: one.at, default=None)
    if newest is None and closed:
        raise ActionError(
            f"{os_words(closed[0])}; what this account may read in {directory} is no backup: "
            "drill as one that may read them"
        )
    if newest is None and database and found:
        lie = f"; there are backups of {', '.join(sorted(names))}" if names else ""
        raise NoBackupError(f"{directory} holds no complete backup of the database {database!a}{lie}")
    if newest is None:
        raise NoBackupError(f"{directory} holds no complete backup; check the job that makes them")
    if database or newest.kind == "cluster":
        return newest
    beside = sorted(names - {of[newest.path]})
    if beside:
        log(f"Backups of other databases lie there too, and are not drilled: {', '.join(beside)}")
    return replace(newest, beside=tuple(beside))


def _itself(directory: Path) -> Candidate | None:
    """The directory, where it is one backup and not the place of several."""
    try:
        return dated(directory)
    except (OSError, ValueError, RestoreError):
        return None


def candidates(
    directory: Path, log: Log, *, clusters: bool = False, closed: list[PermissionError] | None = None
) -> Iterator[Candidate]:
    """Every complete backup directly in the directory, in no order; with `clusters`, pg_dumpall's too.

    What this account may not read is added to `closed`: nobody knows whether it is a backup.
    """
    for path in directory.iterdir():
        if path.name.endswith(PARTIAL_SUFFIX):
            log(f"Passed over, interrupted before it was complete: {path}")
            continue
        if _is_beside(path):
            continue
        try:
            found = _plain(path, "cluster") if clusters and is_cluster_dump(path) else dated(path)
        except (OSError, EOFError, ValueError, tarfile.TarError, zlib.error, RestoreError) as error:
            log(f"Passed over: {path}: {_what_and_advice(error)}")
            if closed is not None and isinstance(error, PermissionError):
                closed.append(error)
            continue
        if found is not None:
            yield found
        elif NAMED_LIKE_A_DUMP.search(path.name):
            log(f"Passed over, no dump by its content: {path}")


def _is_beside(path: Path) -> bool:
    """Hidden files and empty ones that no dump was meant to fill: marks and locks of other programs."""
    nothing = path.is_file() and not path.stat().st_size and not NAMED_LIKE_A_DUMP.search(path.name)
    return path.name.startswith(".") or nothing


def _what_and_advice(error: Exception) -> str:
    advice = error.advice if isinstance(error, RestoreError) else ""
    return f"{error}. {advice}" if advice else os_words(error)


def dated(path: Path) -> Candidate | None:
    """What kind of backup a path is and when it is from; None for anything else.

    Raises OSError, EOFError, ValueError, tarfile.TarError, zlib.error or RestoreError for one that is damaged
    or cannot be restored as it is.
    """
    form = recognise(path)
    if form == "drill-tui":
        from drill_tui.postgres.archive.manifest_reader import read_manifest

        return Candidate(path, form, read_manifest(path).snapshot_at, "snapshot")
    if form == "sql":
        return _plain(path, "sql")
    if form == "tar":
        return _tar(path)
    if form is None:
        return None
    with (path / "toc.dat" if form == "directory" else path).open("rb") as file:
        return Candidate(path, form, archive_time(file), "header")


def _tar(path: Path) -> Candidate:
    with tarfile.open(path, "r:") as archive:
        first = archive.next()
        toc = archive.extractfile(first) if first is not None else None
        if toc is None:
            raise ValueError("its table of contents cannot be read")
        with toc:
            return Candidate(path, "tar", archive_time(toc), "header")


def _plain(path: Path, kind: Literal["sql", "cluster"]) -> Candidate:
    with open_plain(path) as file:
        head = file.read(TEXT_HEAD_BYTES)
    started = STARTED.search(head)
    if started is not None:
        at = datetime.fromisoformat(started.group(1).decode()).astimezone()
        return Candidate(path, kind, at, "header")
    from drill_tui.postgres.archive.beside import read_beside

    witness, _ = read_beside(path, "sql", hashed=False)
    if witness is not None:
        return Candidate(path, "sql", witness.manifest.snapshot_at, "snapshot")
    return Candidate(path, kind, datetime.fromtimestamp(path.stat().st_mtime, UTC), "file")


OF_ITS_SOURCE: Final = {
    "source_host": "of the database that was backed up; this and what follows with a manifest or witness",
    "source_port": "of its server",
    "source_dbname": "its name",
    "source_system_identifier": "of its cluster",
    "source_size_bytes": "its size",
    "server_version": "of the server that was backed up",
    "client_version": "of the pg_dump that made the backup",
    "schema_sha256": "of its schema, to notice a change; empty in backups of older versions",
}

SPEC: Final = ActionSpec(
    name="backup.latest",
    plays=Plays.SHELF,
    summary="Find the newest complete backup of a directory.",
    run=latest_backup,
    parameters={
        "directory": "where backups are made: folders of backup.sh, or files of pg_dump and pg_dumpall",
        "database": "which database's, where there are several; empty takes the newest of all, and of a "
        "pg_dumpall the only database that holds something",
    },
    required=frozenset({"directory"}),
    outputs={
        "backup": "its path",
        "kind": "drill-tui, directory, custom, tar or sql (also of a database taken out of a pg_dumpall)",
        "snapshot_at": "the time of its snapshot",
        "snapshot_age_s": "seconds since then",
        "dated_by": "snapshot, header or file: what tells that time",
        **OF_ITS_SOURCE,
    },
)

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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, Literal

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec
from drill_tui.engine.record.events import Finding
from drill_tui.postgres.archive.folder import PARTIAL_SUFFIX
from drill_tui.postgres.archive.forms import (
    ARCHIVE_MAGIC,
    BYTE_OF_COMPRESSION,
    Form,
    open_plain,
    recognise,
)
from drill_tui.postgres.client.errors import RestoreError
from drill_tui.runbook.plays import Plays

CRITERION: Final = "backup_found"
HEAD_BYTES: Final = 64
TEXT_HEAD_BYTES: Final = 64 * 1024
STARTED: Final = re.compile(rb"^-- Started on (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", re.MULTILINE)
NAMED_LIKE_A_DUMP: Final = re.compile(r"\.(sql|dump|dmp|pgdump|backup|bak|tar)(\.\w+)?$", re.IGNORECASE)
"""Only for what is said of a file that was passed over: what it is, its content tells."""

Dated = Literal["snapshot", "header", "file"]
Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A backup, and when the data in it is from."""

    path: Path
    kind: Form
    at: datetime
    dated_by: Dated
    """The snapshot of a manifest or witness, the dump's own header, or only the file's time."""


class NoBackupError(ActionError):
    """The directory is there and holds no complete backup: not an obstacle but a finding."""


async def latest_backup(context: ActionContext) -> ActionResult:
    """The newest backup below the argument `directory`.  Raises ActionError where there is none."""
    directory = context.project_dir / context.arguments["directory"]
    try:
        newest = await asyncio.to_thread(newest_backup, directory, context.log)
    except NoBackupError as error:
        context.evidence(CRITERION, Finding.MISSED, str(error))
        raise
    dated = f"{newest.at.isoformat()} (by its {newest.dated_by})"
    context.log(f"Newest backup: {newest.path} of {dated}")
    context.evidence(CRITERION, Finding.MET, f"{newest.path.name} of {dated}")
    return ActionResult(
        outputs={
            "backup": str(newest.path.resolve()),
            "kind": newest.kind,
            "snapshot_at": newest.at.isoformat(),
            "snapshot_age_s": f"{max(0.0, time.time() - newest.at.timestamp()):.0f}",
            "dated_by": newest.dated_by,
            **await asyncio.to_thread(of_its_source, newest.path),
        }
    )


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


def newest_backup(directory: Path, log: Log) -> Candidate:
    """The candidate with the latest time; what cannot be read is named and passed over.

    Raises ActionError, or NoBackupError where there is none.
    """
    if not directory.is_dir():
        raise ActionError(f"{directory} is not a directory; name the one that holds the backups")
    itself = _itself(directory)
    if itself is not None:
        return itself
    newest = max(candidates(directory, log), key=lambda found: found.at, default=None)
    if newest is None:
        raise NoBackupError(f"{directory} holds no complete backup; check the job that makes them")
    return newest


def _itself(directory: Path) -> Candidate | None:
    """The directory, where it is one backup and not the place of several."""
    try:
        return dated(directory)
    except (OSError, ValueError, RestoreError):
        return None


def candidates(directory: Path, log: Log) -> Iterator[Candidate]:
    """Every complete backup directly in the directory, in no order."""
    for path in directory.iterdir():
        if path.name.endswith(PARTIAL_SUFFIX):
            log(f"Passed over, interrupted before it was complete: {path}")
            continue
        if _is_beside(path):
            continue
        try:
            found = dated(path)
        except (OSError, EOFError, ValueError, tarfile.TarError, zlib.error, RestoreError) as error:
            log(f"Passed over: {path}: {_what_and_advice(error)}")
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
    return f"{error}. {advice}" if advice else str(error)


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
        return _plain(path)
    if form == "tar":
        return _tar(path)
    if form is None:
        return None
    with (path / "toc.dat" if form == "directory" else path).open("rb") as file:
        return Candidate(path, form, archive_time(file), "header")


def archive_time(file: IO[bytes]) -> datetime:
    """When pg_dump began, from the head of a custom archive or a toc.dat.  Raises ValueError."""
    head = file.read(HEAD_BYTES)
    if not head.startswith(ARCHIVE_MAGIC) or len(head) < HEAD_BYTES:
        raise ValueError("its head is not that of a pg_dump archive")
    version, int_size = (head[5], head[6]), head[8]
    at = 11
    if not 1 <= int_size <= 8:
        raise ValueError("its head is damaged")
    at += 1 if version >= BYTE_OF_COMPRESSION else 1 + int_size
    fields = []
    for _ in range(6):
        value = int.from_bytes(head[at + 1 : at + 1 + int_size], "little")
        fields.append(-value if head[at] else value)
        at += 1 + int_size
    second, minute, hour, day, month, year = fields
    return datetime(year + 1900, month + 1, day, hour, minute, min(second, 59)).astimezone()


def _tar(path: Path) -> Candidate:
    with tarfile.open(path, "r:") as archive:
        first = archive.next()
        toc = archive.extractfile(first) if first is not None else None
        if toc is None:
            raise ValueError("its table of contents cannot be read")
        with toc:
            return Candidate(path, "tar", archive_time(toc), "header")


def _plain(path: Path) -> Candidate:
    with open_plain(path) as file:
        head = file.read(TEXT_HEAD_BYTES)
    started = STARTED.search(head)
    if started is not None:
        at = datetime.fromisoformat(started.group(1).decode()).astimezone()
        return Candidate(path, "sql", at, "header")
    from drill_tui.postgres.archive.beside import read_beside

    witness, _ = read_beside(path, "sql", hashed=False)
    if witness is not None:
        return Candidate(path, "sql", witness.manifest.snapshot_at, "snapshot")
    return Candidate(path, "sql", datetime.fromtimestamp(path.stat().st_mtime, UTC), "file")


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
    parameters={"directory": "where backups are made: folders of backup.sh, or files of pg_dump"},
    required=frozenset({"directory"}),
    outputs={
        "backup": "its path",
        "kind": "drill-tui, directory, custom, tar or sql",
        "snapshot_at": "the time of its snapshot",
        "snapshot_age_s": "seconds since then",
        "dated_by": "snapshot, header or file: what tells that time",
        **OF_ITS_SOURCE,
    },
)

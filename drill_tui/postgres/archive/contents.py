"""What pg_restore says about an archive without a database: its header, and whether it reads to its end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from drill_tui.postgres.archive.confinement import unprivileged
from drill_tui.postgres.archive.globals import role_settings
from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.archive.statements import RoleSetting
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError
from drill_tui.postgres.client.spawn import Finished, run
from drill_tui.postgres.client.tools import Tools

CLOCK_SLACK = timedelta(seconds=90)
QUARTER_HOUR_S = 900
WIDEST_ZONE_S = 14 * 3600
_HEADER = re.compile(
    rb"^;\s+(Archive created at|dbname|Dumped from database version|Dumped by pg_dump version):? (.*)$"
)
_ENTRY = re.compile(rb"^(\d+); \d+ \d+ (.*)$")
_BASE_ENV = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class ArchiveHeader:
    """`written` is the wall clock of the machine that dumped, in a zone that the archive does not name."""

    dbname: bytes
    written: datetime
    entries: int
    server_version: str
    writer_version: str
    """Of the pg_dump that wrote the archive."""
    extensions: tuple[str, ...]
    """Extensions that the archive creates."""
    data_entries: Mapping[int, str]
    """`schema name owner` of each entry that holds a table's rows, by the entry's number."""
    has_large_objects: bool
    has_event_triggers: bool
    """Of its own; those of an extension are not listed."""
    extension_tables: int
    """Tables whose rows it holds and that an extension makes: it has no definition of them."""
    fills_views_under_policies: bool
    """It has tables under row security, and rows of materialized views, which may read them."""


async def read_header(tools: Tools, archive: Path, environment: Mapping[str, str]) -> ArchiveHeader:
    """Raises BackupBadError where the table of contents cannot be read."""
    done = await _pg_restore(tools, ["--list", str(archive)], environment)
    found = {}
    extensions: list[str] = []
    data: dict[int, str] = {}
    tables: set[str] = set()
    entries = 0
    has_large_objects = has_event_triggers = has_row_security = fills_views = False
    for line in done.stdout.splitlines():
        header, entry = _HEADER.match(line), _ENTRY.match(line)
        if header:
            found[header.group(1)] = header.group(2)
        elif entry:
            entries += 1
            what = entry.group(2).decode("utf-8", "replace")
            if what.startswith("EXTENSION - "):
                extensions.append(what.removeprefix("EXTENSION - ").strip())
            elif what.startswith("TABLE DATA "):
                data[int(entry.group(1))] = what.removeprefix("TABLE DATA ")
            elif what.startswith("TABLE "):
                tables.add(what.removeprefix("TABLE "))
            has_large_objects |= what.startswith("BLOB")
            has_event_triggers |= what.startswith("EVENT TRIGGER ")
            has_row_security |= what.startswith("ROW SECURITY ")
            fills_views |= what.startswith("MATERIALIZED VIEW DATA ")
    try:
        stamp = found[b"Archive created at"].decode().strip()
        written = datetime.strptime(stamp[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        return ArchiveHeader(
            dbname=found[b"dbname"],
            written=written,
            entries=entries,
            server_version=found[b"Dumped from database version"].decode(errors="replace"),
            writer_version=found[b"Dumped by pg_dump version"].decode(errors="replace"),
            extensions=tuple(extensions),
            data_entries=data,
            has_large_objects=has_large_objects,
            has_event_triggers=has_event_triggers,
            extension_tables=sum(name not in tables for name in data.values()) if tables else 0,
            fills_views_under_policies=has_row_security and fills_views,
        )
    except (KeyError, ValueError):
        raise BackupBadError("the archive's table of contents has no readable header") from None


async def read_entries(tools: Tools, archive: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The archive's list, an entry a line: `TABLE public orders owner`.  Raises BackupBadError."""
    done = await _pg_restore(tools, ["--list", str(archive)], environment)
    found = map(_ENTRY.match, done.stdout.splitlines())
    return tuple(entry.group(2).decode("utf-8", "replace") for entry in found if entry)


async def read_to_end(tools: Tools, archive: Path, environment: Mapping[str, str]) -> None:
    """Unpack the whole archive into nothing: cut and damaged data files show.  Raises BackupBadError."""
    await _pg_restore(tools, ["--file=/dev/null", str(archive)], environment)


async def read_definitions(tools: Tools, archive: Path, environment: Mapping[str, str]) -> str:
    """The archive's definitions as SQL text, which nothing runs.  Raises BackupBadError."""
    done = await _pg_restore(tools, ["--schema-only", "--file=-", str(archive)], environment)
    return done.stdout.decode("utf-8", "replace")


async def read_role_settings(
    tools: Tools, archive: Path, environment: Mapping[str, str]
) -> tuple[RoleSetting, ...]:
    """`ALTER ROLE … IN DATABASE … SET`, which only `pg_restore --create` would run, under the source's name.

    Raises NotPlainSqlError where they cannot be read.
    """
    arguments = ["--create", "--schema-only", "--file=-", str(archive)]
    script = (await _pg_restore(tools, arguments, environment)).stdout.decode("utf-8", "replace")
    _, found, section = script.partition("; Type: DATABASE PROPERTIES; ")
    if not found:
        return ()
    lines = section.split("\n")[1:]
    end = next((at for at, line in enumerate(lines) if line.startswith("\\")), len(lines))
    return role_settings("\n".join(lines[:end]))


def matches_manifest(header: ArchiveHeader, manifest: Manifest) -> None:
    """Raises BackupBadError when the archive and the manifest tell of different backups."""
    name = manifest.database.name.replace("\n", " ").replace("\r", " ")
    if header.dbname not in (name.encode(), name.encode("latin-1", "replace")):
        theirs = ascii(header.dbname.decode("utf-8", "replace"))
        raise BackupBadError(
            f"the manifest is of another database: it says {name!a}, and the archive is of {theirs}"
        )
    if not _same_time(header.written, manifest.started_at, manifest.finished_at):
        raise BackupBadError(
            f"the manifest is of another backup: it ran from {manifest.started_at:%Y-%m-%d %H:%M:%S} to "
            f"{manifest.finished_at:%H:%M:%S}, and the archive was written at "
            f"{header.written:%Y-%m-%d %H:%M:%S}"
        )


def _same_time(written: datetime, start: datetime, end: datetime) -> bool:
    """Whether `written` lies in the span in some time zone, since the archive does not say in which."""
    early = (start - CLOCK_SLACK - written).total_seconds()
    late = (end + CLOCK_SLACK - written).total_seconds()
    zones = range(-WIDEST_ZONE_S, WIDEST_ZONE_S + 1, QUARTER_HOUR_S)
    return any(early <= zone <= late for zone in zones)


async def _pg_restore(tools: Tools, arguments: list[str], environment: Mapping[str, str]) -> Finished:
    env = {name: environment[name] for name in _BASE_ENV if name in environment}
    env |= {"LC_ALL": "C", "TZ": "UTC"}
    argv = unprivileged([tools.path("pg_restore"), *arguments], environment)
    try:
        done = await run(argv, env=env, cwd=Path("/"))
    except OSError as error:
        raise CouldNotTellError(f"pg_restore could not be started: {error}") from None
    words = [line for line in done.stderr if not line.startswith("invalid binary")]
    if done.exit_code < 0:
        raise CouldNotTellError(f"pg_restore was ended by signal {-done.exit_code} while it read the archive")
    if done.exit_code or any("error" in line for line in words):
        said = " ".join(words[-3:]) or f"exit code {done.exit_code}"
        raise BackupBadError(f"the archive cannot be read to its end: {said}")
    return done

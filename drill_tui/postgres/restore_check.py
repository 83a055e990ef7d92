"""Checks a backup before anything is restored from it: the files, the manifest, the roles, the archive."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from drill_tui.postgres.errors import BackupBadError, CouldNotTellError, RestoreUsageError
from drill_tui.postgres.globals import MAX_SIZE_BYTES, GlobalStatement, parse_globals
from drill_tui.postgres.integrity import Told, read_text, verify_files
from drill_tui.postgres.manifest import CHECKSUMS_NAME, DUMP_NAME, GLOBALS_NAME, MANIFEST_NAME, Manifest
from drill_tui.postgres.restore_archive import ArchiveHeader, matches_manifest, read_header, read_to_end
from drill_tui.postgres.restore_manifest import read_manifest
from drill_tui.postgres.restore_rows import check_rows
from drill_tui.postgres.tools import Tools, ToolsMissingError, find_tools

Form = Literal["drill-tui", "custom", "directory", "tar", "sql"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedBackup:
    """A backup whose files are what they were when it was made."""

    path: Path
    form: Form
    archive: Path
    """What pg_restore (or psql, for `sql`) reads."""
    size_bytes: int
    manifest: Manifest | None
    """None for a dump that somebody else made."""
    roles: tuple[GlobalStatement, ...]
    header: ArchiveHeader | None
    """None for plain SQL."""
    coverage: str
    """What was looked at and what was not."""

    @property
    def extensions(self) -> tuple[str, ...]:
        """Extensions that the target must have."""
        if self.manifest is not None:
            return tuple(extension.name for extension in self.manifest.extensions)
        return self.header.extensions if self.header else ()

    @property
    def snapshot_at(self) -> datetime | None:
        """When the data was true; None where the backup does not say."""
        if self.manifest is not None:
            return self.manifest.snapshot_at
        if self.header is None:
            return None
        return self.header.written.replace(tzinfo=None).astimezone(UTC)


def is_ours(path: Path) -> bool:
    """Whether this is, or was meant to be, a backup that drill-tui wrote."""
    parts = (MANIFEST_NAME, CHECKSUMS_NAME, DUMP_NAME)
    return path.is_dir() and any((path / part).exists() for part in parts)


async def check_own(
    path: Path, environment: Mapping[str, str], *, whole_archive: bool, told: Told
) -> CheckedBackup:
    """Check a drill-tui backup; `whole_archive` also unpacks all of it.

    Raises BackupBadError or CouldNotTellError.
    """
    size = await asyncio.to_thread(verify_files, path, told)
    manifest = await asyncio.to_thread(read_manifest, path)
    roles = parse_globals(read_text(path / GLOBALS_NAME, MAX_SIZE_BYTES))
    archive = path / DUMP_NAME
    tools = reading_tools(environment, manifest)
    header = await read_header(tools, archive, environment)
    matches_manifest(header, manifest)
    counted = ""
    if whole_archive:
        await read_to_end(tools, archive, environment)
        counted = "; " + await asyncio.to_thread(check_rows, archive, header.data_entries, manifest)
    files = len(list(archive.iterdir())) + 2
    through = "and the archive reads to its end" if whole_archive else "and its table of contents reads"
    return CheckedBackup(
        path=path,
        form="drill-tui",
        archive=archive,
        size_bytes=size,
        manifest=manifest,
        roles=roles,
        header=header,
        coverage=f"SHA-256 of all {files} files, none missing, none extra, {through}{counted}",
    )


def reading_tools(environment: Mapping[str, str], manifest: Manifest | None) -> Tools:
    """A pg_restore that can read what the backup's pg_dump wrote.  Raises CouldNotTellError."""
    try:
        return find_tools(environment, min_major=writer_major(manifest), programs=("pg_restore",))
    except ToolsMissingError as error:
        raise CouldNotTellError(str(error)) from None


def writer_major(manifest: Manifest | None) -> int | None:
    """The major version of the pg_dump that wrote the archive; older pg_restores cannot read it."""
    found = re.search(r"\d+", manifest.client.pg_dump) if manifest is not None else None
    return int(found.group()) if found else None


async def open_backup(
    text: str, environment: Mapping[str, str], *, whole_archive: bool, told: Told
) -> CheckedBackup:
    """Find out what was given, and check it.  Raises BackupBadError, CouldNotTellError, RestoreUsageError."""
    path = existing(text)
    if is_ours(path) or path.name.endswith(".partial"):
        return await check_own(path, environment, whole_archive=whole_archive, told=told)
    _one_of_many(path)
    raise RestoreUsageError(f"{path} is no backup")


def _one_of_many(path: Path) -> None:
    if not path.is_dir():
        return
    inside = sorted(child.name for child in path.iterdir() if is_ours(child))
    if inside:
        raise RestoreUsageError(
            f"{path} is not a backup but holds {len(inside)}: {', '.join(inside[:4])}",
            advice="Name one of them with --input.",
        )


def existing(text: str) -> Path:
    """The backup that a person named.  Raises BackupBadError with what is wrong with the path."""
    path = Path(text).expanduser().absolute()
    if not path.exists():
        partial = path.with_name(f"{path.name}.partial")
        if partial.exists():
            raise BackupBadError(f"{path} was never completed: only {partial.name} exists")
        raise BackupBadError(f"{path} does not exist", advice="Give the folder or file of one backup.")
    return path.resolve()

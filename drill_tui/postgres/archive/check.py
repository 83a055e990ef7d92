"""Checks a backup before anything is restored from it: the files, the manifest, the roles, the archive."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from drill_tui.postgres.archive.checked import CheckedBackup, reading_tools
from drill_tui.postgres.archive.contents import matches_manifest, read_header, read_to_end
from drill_tui.postgres.archive.folder import PARTIAL_SUFFIX
from drill_tui.postgres.archive.foreign_dump import check_foreign
from drill_tui.postgres.archive.forms import is_ours, recognise
from drill_tui.postgres.archive.globals import MAX_SIZE_BYTES, parse_globals
from drill_tui.postgres.archive.integrity import Told, read_text, verify_files
from drill_tui.postgres.archive.manifest import DUMP_NAME, GLOBALS_NAME
from drill_tui.postgres.archive.manifest_reader import read_manifest
from drill_tui.postgres.archive.rows import check_rows, has_other_compression
from drill_tui.postgres.client.errors import BackupBadError, RestoreUsageError


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
        if header.has_large_objects or has_other_compression(archive):
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
        checksums=True,
        coverage=f"SHA-256 of all {files} files, none missing, none extra, {through}{counted}",
    )


async def open_backup(
    text: str, environment: Mapping[str, str], *, whole_archive: bool, told: Told
) -> CheckedBackup:
    """Find out what was given, and check it.  Raises BackupBadError, CouldNotTellError, RestoreUsageError."""
    path = existing(text)
    form = "drill-tui" if path.name.endswith(PARTIAL_SUFFIX) else await asyncio.to_thread(recognise, path)
    if form == "drill-tui":
        return await check_own(path, environment, whole_archive=whole_archive, told=told)
    if form is not None:
        return await check_foreign(path, form, environment)
    _one_of_many(path)
    raise RestoreUsageError(
        f"{path} is no backup that drill-tui knows",
        advice="Give a folder of backup.sh, or what pg_dump wrote: -Fc, -Fd, -Ft, .sql, .sql.gz, .sql.zst.",
    )


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

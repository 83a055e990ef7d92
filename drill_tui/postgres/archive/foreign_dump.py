"""Dumps that somebody else made: pg_dump's -Fc, -Fd and -Ft, plain SQL, and plain SQL under gzip or zstd.

They come without a manifest, and only a witness beside them (`beside.py`) says what they should hold: they
are read to their end, and without a witness what only a manifest could prove stays unproven.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from drill_tui.postgres.archive.beside import read_beside
from drill_tui.postgres.archive.checked import CheckedBackup, reading_tools
from drill_tui.postgres.archive.cluster_dump import GLOBALS_SUFFIX
from drill_tui.postgres.archive.contents import read_header, read_to_end
from drill_tui.postgres.archive.forms import TRAILER, Form, open_plain
from drill_tui.postgres.archive.globals import MAX_SIZE_BYTES, parse_globals
from drill_tui.postgres.archive.integrity import read_text, regular_files
from drill_tui.postgres.archive.rows import check_rows
from drill_tui.postgres.archive.statements import CreateRole, GlobalStatement
from drill_tui.postgres.client.errors import BackupBadError

TAIL_BYTES = 4096
CHUNK_BYTES = 1024 * 1024
TAR_BLOCK_BYTES = 512
TAR_END_BYTES = 2 * TAR_BLOCK_BYTES
NO_MANIFEST = "the dump has no manifest, so nothing says what it should hold"
_LISTED = re.compile(r"([0-9a-fA-F]{64})\b")


async def check_foreign(path: Path, form: Form, environment: Mapping[str, str]) -> CheckedBackup:
    """Read a dump to its end.  Raises BackupBadError where it is cut or damaged."""
    beside = await asyncio.to_thread(check_listed, path)
    size = await asyncio.to_thread(_size, path)
    header = None
    if form == "sql":
        await asyncio.to_thread(_check_plain, path)
        through = "the script unpacks and ends with pg_dump's closing line"
    else:
        tools = reading_tools(environment, None)
        header = await read_header(tools, path, environment)
        await read_to_end(tools, path, environment)
        through = "the archive reads to its end"
        if form == "directory":
            through += "; " + await asyncio.to_thread(check_rows, path, header.data_entries, None)
        elif form == "tar":
            await asyncio.to_thread(_check_tar, path)
    witness, why_not = await asyncio.to_thread(read_beside, path, form)
    fits = f"{path.name}.sha256 fits" if beside else "no checksums"
    known = f"{fits}; {why_not or NO_MANIFEST}"
    if witness is not None:
        known = f"the SHA-256 is the one in {witness.path.name}, taken by pg_dump's side"
    roles = await asyncio.to_thread(_roles, path, witness.manifest.roles if witness else ())
    if _globals_of(path).is_file():
        known += f"; roles are read from {_globals_of(path).name}"
    return CheckedBackup(
        path=path,
        form=form,
        archive=path,
        size_bytes=size,
        manifest=witness.manifest if witness else None,
        roles=roles,
        header=header,
        checksums=beside or witness is not None,
        coverage=f"{through}; {known}",
    )


def _roles(path: Path, named: tuple[str, ...]) -> tuple[GlobalStatement, ...]:
    """Those that stand beside the dump, and by their names those that its witness knows."""
    beside = _globals_of(path)
    found = parse_globals(read_text(beside, MAX_SIZE_BYTES), beside.name) if beside.is_file() else ()
    there = {one.name for one in found if isinstance(one, CreateRole)}
    return (*found, *(CreateRole(name) for name in named if name not in there))


def _globals_of(path: Path) -> Path:
    return path.with_name(path.name + GLOBALS_SUFFIX)


def _check_plain(path: Path) -> None:
    """psql takes a script that was cut inside its data for a whole one; only the closing line tells."""
    tail = b""
    try:
        with open_plain(path) as file:
            for chunk in _chunks(file):
                tail = (tail + chunk)[-TAIL_BYTES:]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupBadError(f"{path.name} is cut off or damaged: {error}") from None
    if TRAILER not in tail.split(b"\n"):
        raise BackupBadError(
            f"{path.name} is cut off: it does not end with pg_dump's line {TRAILER.decode()!r}",
            advice="Take another dump, and check pg_dump's exit code (in a shell pipeline: set -o pipefail).",
        )


def _check_tar(path: Path) -> None:
    """pg_restore takes a cut tar for one with fewer rows; a whole one ends in two empty blocks (POSIX)."""
    with path.open("rb") as file:
        file.seek(-min(TAR_END_BYTES, path.stat().st_size), os.SEEK_END)
        tail = file.read()
    if path.stat().st_size % TAR_BLOCK_BYTES or tail != bytes(TAR_END_BYTES):
        raise BackupBadError(f"{path.name} is cut off: the tar archive has no end")


def check_listed(path: Path) -> bool:
    """Whether a `<file>.sha256` stands beside the dump, which then has to fit.  Raises BackupBadError."""
    listed = path.with_name(f"{path.name}.sha256")
    if path.is_dir() or not listed.is_file():
        return False
    match = _LISTED.match(listed.read_bytes()[:200].decode("ascii", "replace"))
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in _chunks(file):
            digest.update(chunk)
    if match is None or match.group(1).lower() != digest.hexdigest():
        raise BackupBadError(f"{path.name} is changed since it was made: {listed.name} does not fit")
    return True


def _size(path: Path) -> int:
    return sum(size for _, size in regular_files(path)) if path.is_dir() else path.stat().st_size


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk

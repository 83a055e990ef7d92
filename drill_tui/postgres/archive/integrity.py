"""Is the backup whole and unchanged?  Answered from the files alone, before anything parses the archive.

`checksums.sha256` must name every other file of the backup: none missing, none extra, each with its hash.
A backup is input: names that lead elsewhere, links, devices and oversized lists
are refused before they are opened.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME, DUMP_NAME, GLOBALS_NAME, MANIFEST_NAME
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError

MAX_CHECKSUMS_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 4
CHUNK_BYTES = 1024 * 1024
_LINE = re.compile(r"([0-9a-fA-F]{64})  ?[ *]?(.+)")

Told = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes in all."""


def verify_files(folder: Path, told: Told = lambda done, total: None, jobs: int = 0) -> int:
    """Check every file of a backup against `checksums.sha256`; the bytes read.

    Raises BackupBadError with one sentence that names the file and what is wrong with it, CouldNotTellError
    where a file cannot be read for a reason of this machine.
    """
    present = dict(regular_files(folder))
    _required(folder, present)
    listed = read_checksums(folder / CHECKSUMS_NAME)
    _same_files(listed, present)
    return _hash_all(folder, listed, present, told, jobs)


def read_checksums(path: Path) -> dict[str, str]:
    """The hashes by file name, as `sha256sum` writes them.  Raises BackupBadError for anything else."""
    found: dict[str, str] = {}
    for number, line in enumerate(_lines(path), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise BackupBadError(f"{path.name} line {number} is no line of sha256sum: {_short(line)}")
        digest, name = match.groups()
        if not _stays_inside(name):
            raise BackupBadError(f"{path.name} line {number} names a file outside the backup: {_short(name)}")
        if name in found:
            raise BackupBadError(f"{path.name} names {_short(name)} twice")
        found[name] = digest.lower()
    if not found:
        raise BackupBadError(f"{path.name} is empty: nothing vouches for the files of this backup")
    return found


def read_text(path: Path, limit_bytes: int) -> str:
    """A regular file's text, never through a link.  Raises BackupBadError when too large or not UTF-8."""
    descriptor = _open(path)
    with os.fdopen(descriptor, "rb") as file:
        if os.fstat(file.fileno()).st_size > limit_bytes:
            raise BackupBadError(
                f"{path.name} is larger than {limit_bytes // 1024 // 1024} MB: no backup needs that"
            )
        content = file.read(limit_bytes + 1)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BackupBadError(f"{path.name} is not text: byte {error.start} is not UTF-8") from None


def _lines(path: Path) -> Iterator[str]:
    text = read_text(path, MAX_CHECKSUMS_BYTES)
    if text and not text.endswith("\n"):
        raise BackupBadError(f"{path.name} is cut off: its last line has no end")
    yield from text.split("\n")[:-1]


def _stays_inside(name: str) -> bool:
    parts = name.split("/")
    return len(parts) <= MAX_DEPTH and all(part not in ("", ".", "..") for part in parts) and "\\" not in name


def regular_files(folder: Path, prefix: str = "", depth: int = 1) -> Iterator[tuple[str, int]]:
    """Names below the backup, relative to it, with sizes.  Raises BackupBadError for links and devices."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise CouldNotTellError(
            f"{folder} cannot be read: {error.strerror}", advice="Run as a user who can read it."
        ) from None
    for entry in entries:
        name = f"{prefix}{entry.name}"
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            if depth >= MAX_DEPTH:
                raise BackupBadError(f"{_short(name)} is nested deeper than any backup")
            yield from regular_files(folder / entry.name, f"{name}/", depth + 1)
        elif stat.S_ISREG(mode):
            yield name, entry.stat(follow_symlinks=False).st_size
        else:
            what = "a symbolic link" if stat.S_ISLNK(mode) else "no regular file"
            raise BackupBadError(f"{_short(name)} is {what}; a backup holds files only")


def _required(folder: Path, present: Mapping[str, int]) -> None:
    if folder.name.endswith(".partial"):
        raise BackupBadError(
            f"{folder.name} is a backup that was interrupted before it was complete",
            advice="Delete it and take another one.",
        )
    for name in (MANIFEST_NAME, CHECKSUMS_NAME, GLOBALS_NAME):
        if name not in present:
            raise BackupBadError(f"{name} is missing: the backup is incomplete")
    if f"{DUMP_NAME}/toc.dat" not in present:
        raise BackupBadError(f"{DUMP_NAME}/toc.dat is missing: the archive has no table of contents")


def _same_files(listed: Mapping[str, str], present: Mapping[str, int]) -> None:
    missing = sorted(set(listed) - set(present))
    if missing:
        raise BackupBadError(f"{_some(missing)} missing: listed in {CHECKSUMS_NAME} and not there")
    extra = sorted(set(present) - set(listed) - {CHECKSUMS_NAME})
    if extra:
        raise BackupBadError(
            f"{_some(extra)} not listed in {CHECKSUMS_NAME}: somebody put more into this backup"
        )
    if CHECKSUMS_NAME in listed:
        raise BackupBadError(f"{CHECKSUMS_NAME} claims to vouch for itself")


def _hash_all(
    folder: Path, listed: Mapping[str, str], present: Mapping[str, int], told: Told, jobs: int
) -> int:
    total = sum(present[name] for name in listed)
    done = 0
    wrong: list[str] = []
    names = sorted(listed, key=lambda name: -present[name])
    workers = jobs or len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(workers) as pool:
        for name, digest in zip(names, pool.map(lambda n: _sha256(folder / n), names), strict=True):
            done += present[name]
            told(done, total)
            if digest != listed[name]:
                wrong.append(name)
    if wrong:
        raise BackupBadError(
            f"{_some(sorted(wrong))} changed since the backup was made: the checksum differs"
        )
    return total


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with os.fdopen(_open(path), "rb", buffering=0) as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise BackupBadError(f"{path.name} is missing: the backup is incomplete") from None
    except OSError as error:
        raise CouldNotTellError(f"{path} cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BackupBadError(f"{path.name} is no regular file")
    return descriptor


def _some(names: list[str]) -> str:
    shown = ", ".join(_short(name) for name in names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{shown}{more} {'is' if len(names) == 1 else 'are'}"


def _short(text: str) -> str:
    return ascii(text if len(text) <= 80 else f"{text[:80]}…")

"""A backup's folder: made beside its final name, and named when complete; a partial one never looks whole."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME

PARTIAL_SUFFIX: Final = ".partial"
MARKER_NAME: Final = ".drill-run"
MAX_NAME_CHARS: Final = 80


def backup_name(database: str, at: datetime) -> str:
    """`<database>_<UTC time>`, made safe for file systems."""
    return f"{safe_name(database)}_{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def safe_name(database: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", database).strip("-.")[:MAX_NAME_CHARS] or "database"


def start_partial(parent: Path, name: str, run_id: str | None) -> Path:
    """Make the folder that the backup grows in; with a run's id, marked as that run's.  Raises OSError."""
    parent.mkdir(parents=True, exist_ok=True)
    candidate, number = name, 1
    while (parent / candidate).exists() or (parent / f"{candidate}{PARTIAL_SUFFIX}").exists():
        number += 1
        candidate = f"{name}-{number}"
    partial = parent / f"{candidate}{PARTIAL_SUFFIX}"
    partial.mkdir(mode=0o700)
    if run_id:
        (partial / MARKER_NAME).write_text(f"{run_id}\n", "utf-8")
    return partial


def leftovers(parent: Path) -> list[Path]:
    """Backups that were interrupted: folders that never got their final name."""
    return sorted(path for path in parent.glob(f"*{PARTIAL_SUFFIX}") if path.is_dir())


def checksums(folder: Path, jobs: int, on_bytes: Callable[[int, int], None]) -> str:
    """Text of `checksums.sha256` over every file of the folder but itself, as `sha256sum -c` reads it."""
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    names = [name for name in names if name not in (CHECKSUMS_NAME, MARKER_NAME)]
    sizes = {name: (folder / name).stat().st_size for name in names}
    by_size = sorted(names, key=lambda name: -sizes[name])
    found: dict[str, str] = {}
    done, total = 0, sum(sizes.values())
    with ThreadPoolExecutor(jobs) as pool:
        for name, digest in zip(by_size, pool.map(lambda n: _sha256(folder / n), by_size), strict=True):
            found[name] = digest
            done += sizes[name]
            on_bytes(done, total)
    return "".join(f"{found[name]}  {name}\n" for name in names)


def checksum_line(folder: Path, name: str) -> str:
    """One file's line of `checksums.sha256`."""
    return f"{_sha256(folder / name)}  {name}\n"


def write_durably(path: Path, text: str) -> None:
    """A new file whose content is on the disk when this returns.  Raises OSError."""
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Put a file's content, or a folder's list of names, on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(partial: Path) -> Path:
    """Give a complete backup its final name, durably; the final path."""
    (partial / MARKER_NAME).unlink(missing_ok=True)
    sync(partial)
    final = partial.with_name(partial.name.removesuffix(PARTIAL_SUFFIX))
    partial.rename(final)
    sync(final.parent)
    return final


def discard(partial: Path) -> None:
    """Remove an unfinished backup of this process."""
    shutil.rmtree(partial, ignore_errors=True)


def folder_size(folder: Path) -> tuple[int, int]:
    """Files and bytes below a folder."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

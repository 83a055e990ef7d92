"""Witnesses on disk: written whole, read back only unchanged, pruned by age."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from drill_tui.postgres.archive.integrity import read_text
from drill_tui.postgres.archive.manifest import WITNESS_SUFFIX
from drill_tui.postgres.archive.witness import FORMAT_VERSION, Witness
from drill_tui.postgres.client.errors import BackupBadError

PATTERN = "witness_*.json"
MAX_BYTES = 256 * 1024 * 1024


def write(witness: Witness, folder: Path, name: str = "", mode: int = 0o600) -> Path:
    """Write it sealed, under its final name only when whole.  Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / (name or f"{witness.witness_id}.json")
    partial = final.with_name(f".{final.name}.{os.getpid()}.partial")
    try:
        with partial.open("x", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(_text(witness.sealed()))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(final)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return final


def _text(witness: Witness) -> str:
    return witness.model_dump_json(indent=1, exclude=witness.unused) + "\n"


def read(path: Path) -> Witness:
    """A witness that nobody changed.  Raises BackupBadError, and OSError where it cannot be read."""
    try:
        found = Witness.model_validate_json(read_text(path, MAX_BYTES))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BackupBadError(f"{path} is no witness: {where}: {first['msg']}") from None
    if found.format_version > FORMAT_VERSION:
        raise BackupBadError(f"{path} was written by a newer drill-tui", advice="Update drill-tui.")
    if found.sha256 != found.own_sha256():
        raise BackupBadError(
            f"{path} was changed after it was written: its hash does not fit",
            advice="Take another witness; this one vouches for nothing.",
        )
    return found


def listed(folder: Path) -> list[Path]:
    """Witness files of a folder but those of dumps, the oldest first; names carry the time."""
    return sorted(path for path in folder.glob(PATTERN) if not path.name.endswith(WITNESS_SUFFIX))


def prune(folder: Path, keep: timedelta, now: datetime | None = None) -> list[Path]:
    """Remove witnesses that are older than `keep`, but never the newest one.  Returns what went."""
    limit = (now or datetime.now(UTC)) - keep
    gone: list[Path] = []
    for path in listed(folder)[:-1]:
        taken = _time_of(path)
        if taken is not None and taken < limit:
            path.unlink()
            gone.append(path)
    return gone


def _time_of(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.stem, "witness_%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None

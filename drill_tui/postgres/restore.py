"""Checks a backup and restores it: integrity first, then the guards, then roles, data and statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from drill_tui.postgres import talkback
from drill_tui.postgres.errors import RestoreUsageError
from drill_tui.postgres.restore_check import CheckedBackup, check_own, existing, is_ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person asked for.  `jobs` 0 means one per core; `ask` is None without a terminal."""

    backup: str
    environment: Mapping[str, str]
    jobs: int = 0
    replace: bool = False
    confirm: str = ""
    say: Callable[[str], None] = lambda line: None
    ask: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of it, in one sentence, and what was looked at."""

    detail: str
    coverage: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


async def check(request: Request) -> Done:
    """Check the backup to its last byte.  Raises BackupBadError or CouldNotTellError."""
    checked = await open_backup(request, whole_archive=True)
    detail = f"{checked.path.name} is whole and unchanged ({_megabytes(checked.size_bytes)})"
    return Done(detail=detail, coverage=checked.coverage, outputs=_age(checked))


async def say_what_would_happen(request: Request) -> Done:
    """Check the backup and the target, and say what a restore would do.  Changes nothing."""
    raise RestoreUsageError("--dry-run is not there yet")


async def restore(request: Request) -> Done:
    """Restore the backup.  Raises RestoreError in the form that fits."""
    raise RestoreUsageError("restoring is not there yet")


async def open_backup(request: Request, *, whole_archive: bool) -> CheckedBackup:
    """Find out what was given, and check it.  Raises BackupBadError or CouldNotTellError."""
    path = existing(request.backup)
    if is_ours(path) or path.name.endswith(".partial"):
        return await check_own(path, request.environment, whole_archive=whole_archive, told=_told)
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


def _told(done: int, total: int) -> None:
    talkback.progress("checksums", done, total, "bytes")


def _age(checked: CheckedBackup) -> dict[str, str]:
    if checked.snapshot_at is None:
        return {}
    age_s = (datetime.now(UTC) - checked.snapshot_at).total_seconds()
    return {"snapshot_age_s": f"{max(0.0, age_s):.3f}"}


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB"

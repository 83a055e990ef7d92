"""Which backup, which witness and which end: decided from what is known before the disk is touched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive import witness_file
from drill_tui.postgres.archive.witness import Witness, lsn_number, lsn_text
from drill_tui.postgres.client.errors import BackupBadError
from drill_tui.postgres.physical.settings import Target
from drill_tui.sources.port import Backup, BackupFaultError

LATEST: Final = "latest"
NO_WITNESS: Final = "none"
LSN: Final = re.compile(r"[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")
TIME: Final = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")


def target_of(text: str) -> Target:
    """`latest`, a WAL position, a time (UTC where it names no zone), or the name of a restore point.

    Raises ActionError for a time that cannot be read.
    """
    if text in ("", LATEST):
        return Target()
    if LSN.fullmatch(text):
        return Target("lsn", text.upper(), inclusive=True)
    if TIME.match(text):
        return Target("time", moment(text).isoformat(sep=" "))
    return Target("name", text)


def moment(text: str) -> datetime:
    """Raises ActionError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ActionError(
            f"to={text} cannot be read: write a time as 2026-11-27 10:00 or 2026-11-27T10:00+01:00"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def choose_backup(backups: Sequence[Backup], wanted: str, target: Target) -> Backup:
    """The backup named, else the newest from which the target can be reached.  Raises BackupFaultError."""
    if wanted:
        found = next((backup for backup in backups if backup.label == wanted), None)
        if found is None:
            known = ", ".join(backup.label for backup in backups[-5:])
            raise BackupFaultError(f"there is no backup {wanted}; the newest are: {known}")
        if not _is_before(found, target):
            raise BackupFaultError(f"backup {wanted} ended {_ended(found)}, after the {target.sentence}")
        return found
    usable = [backup for backup in backups if _is_before(backup, target)]
    if not usable:
        first = backups[0]
        raise BackupFaultError(
            f"no backup is old enough for the {target.sentence}: the oldest, {first.label}, "
            f"ended {_ended(first)}"
        )
    return usable[-1]


def _is_before(backup: Backup, target: Target) -> bool:
    if target.setting == "lsn":
        return backup.stop_lsn <= lsn_number(target.value)
    if target.setting == "time" and backup.stopped_at is not None:
        return backup.stopped_at <= moment(target.value)
    return True


def _ended(backup: Backup) -> str:
    when = f"at {backup.stopped_at:%Y-%m-%d %H:%M:%S} UTC" if backup.stopped_at else "at an unknown time"
    return f"{when} ({lsn_text(backup.stop_lsn)})" if backup.stop_lsn else when


@dataclass(frozen=True, slots=True)
class ChosenWitness:
    """`path` None where none fits; `why` then says why, and what to do."""

    path: Path | None
    witness: Witness | None = None
    why: str = ""


def choose_witness(named: str, folder: Path, backup: Backup, target: Target, end: int) -> ChosenWitness:
    """The witness named, else the newest of the folder that lies on the way from the backup to its end.

    `end` is the position behind the last WAL that is there.  Raises ActionError for a named one that does not
    fit, or was changed.
    """
    if named == NO_WITNESS:
        return ChosenWitness(None, why="the runbook was told to do without a witness (witness=none)")
    if target.setting == "name":
        return ChosenWitness(None, why="a restore point's position is not known before it is reached")
    if named not in ("", LATEST):
        found = _read(Path(named))
        why = misfit(found, backup, target, end)
        if why:
            raise ActionError(f"the witness {named} does not fit: {why}")
        return ChosenWitness(Path(named).resolve(), found)
    return _newest_fitting(folder, backup, target, end)


def _newest_fitting(folder: Path, backup: Backup, target: Target, end: int) -> ChosenWitness:
    why = f"there is no witness in {folder}: take one with `drill-tui witness` before the next backup"
    first = True
    for path in reversed(witness_file.listed(folder)):
        found = _read(path)
        reason = misfit(found, backup, target, end)
        if not reason:
            return ChosenWitness(path.resolve(), found)
        if first:
            why, first = f"no witness fits; of the newest, {path.name}: {reason}", False
    return ChosenWitness(None, why=why)


def misfit(witness: Witness, backup: Backup, target: Target, end: int) -> str:
    """Why a witness says nothing about this backup; empty where it does."""
    if witness.way == "dump" or not witness.databases:
        return "it is of a dump, and has no position in the WAL"
    theirs = witness.server.system_identifier
    if theirs and backup.system_identifier and theirs != backup.system_identifier:
        return f"it is of another cluster ({theirs}, and the backup is of {backup.system_identifier})"
    if witness.first_lsn < backup.stop_lsn:
        return (
            f"its point {lsn_text(witness.first_lsn)} lies before the end of the backup "
            f"({lsn_text(backup.stop_lsn)}); take one after the backup, or drill an older backup"
        )
    if witness.last_lsn >= end:
        return (
            f"its point {lsn_text(witness.last_lsn)} lies behind the last archived WAL "
            f"({lsn_text(end)}); wait until that is archived"
        )
    if target.setting == "lsn" and witness.last_lsn > lsn_number(target.value):
        return f"its point {lsn_text(witness.last_lsn)} lies behind the {target.sentence}"
    last = max(found.snapshot_at for found in witness.databases)
    if target.setting == "time" and last >= moment(target.value):
        return f"it was taken at {last:%Y-%m-%d %H:%M:%S} UTC, after the {target.sentence}"
    return ""


def _read(path: Path) -> Witness:
    try:
        return witness_file.read(path)
    except BackupBadError as error:
        raise ActionError(f"{error}. {error.advice}".rstrip()) from None
    except OSError as error:
        raise ActionError(f"{path} cannot be read: {error.strerror}") from None


def sorted_by_end(backups: Iterable[Backup]) -> list[Backup]:
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(backups, key=lambda backup: (backup.stop_lsn, backup.stopped_at or never))

"""The backups of a directory: which are proven, and which may go."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from drill_tui.engine.ports import ActionError
from drill_tui.engine.text.os_words import os_words
from drill_tui.postgres.archive.candidate import Candidate
from drill_tui.postgres.archive.folder import PARTIAL_SUFFIX, folder_size
from drill_tui.postgres.archive.latest import candidates
from drill_tui.postgres.archive.manifest_reader import read_manifest
from drill_tui.postgres.client.errors import RestoreError
from drill_tui.programme.backup_proof import Proof, proof_of
from drill_tui.programme.shelf import PastDrill
from drill_tui.runbook.durations import parse_duration

Fate = Literal["keep", "remove"]


class BackupsError(Exception):
    """Backups that cannot be listed or pruned; says why and what to do."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BackupRow(Part):
    """One backup.  `fate` and `why` are what a prune with the given `keep` does to it."""

    name: str
    path: str
    kind: str
    """`drill-tui` for ours; directory, custom, tar or sql for plain pg_dump."""
    at: datetime
    """When the data is from."""
    size_bytes: int
    proven_by: str | None
    """The last drill that passed with this backup as it is, unless a later one failed with it."""
    doubt: str = ""
    """Why an earlier proof does not count: the drill that failed with it, or since which it changed."""
    fate: Fate = "keep"
    why: str = ""


class Backups(Part):
    schema_version: int = 1
    directory: str
    backups: tuple[BackupRow, ...]
    """The newest first."""
    passed_over: tuple[str, ...]
    """What lies there and is no complete backup, each with the reason."""


def read_backups(directory: Path, drills: Iterable[PastDrill]) -> Backups:
    """Every complete backup directly in the directory.  Raises BackupsError."""
    if not directory.is_dir():
        raise BackupsError(f"{directory} is not a directory; name the one that holds the backups")
    passed_over: list[str] = []
    try:
        found = sorted(candidates(directory, passed_over.append), key=lambda c: c.at, reverse=True)
    except (OSError, ActionError) as error:
        raise BackupsError(f"{directory} cannot be read: {os_words(error)}") from None
    used = [drill for drill in drills if drill.backup]
    rows = tuple(_row(candidate, proof_of(candidate, used)) for candidate in found)
    return Backups(directory=str(directory), backups=rows, passed_over=tuple(sorted(passed_over)))


def planned(backups: Backups, keep: str, now: datetime) -> Backups:
    """The same backups with the fate that `keep` gives each: a number (`7`) or an age (`30d`).

    The newest backup and the newest proven one are kept whatever `keep` says; backups that are not ours are
    left alone.  Raises BackupsError for a `keep` that is neither.
    """
    within = _rule(keep)
    last_proven = next((row.path for row in backups.backups if row.proven_by), None)
    rows = []
    for index, row in enumerate(backups.backups):
        fate: Fate = "keep"
        if row.kind != "drill-tui":
            why = "not made by drill-tui: left alone"
        elif row.path == last_proven:
            why = f"the last proven backup (by {row.proven_by})"
        elif index == 0:
            why = "the newest backup"
        elif index < within if isinstance(within, int) else now - row.at <= within:
            why = f"within {keep}"
        else:
            fate, why = "remove", f"beyond {keep}"
        rows.append(row.model_copy(update={"fate": fate, "why": why}))
    return backups.model_copy(update={"backups": tuple(rows)})


def prune(plan: Backups) -> tuple[list[str], list[str]]:
    """Remove what the plan removes.  Returns the names that are gone, and the problems, a sentence each."""
    gone, problems = [], []
    for row in doomed(plan):
        folder = Path(row.path)
        try:
            _remove(folder)
            gone.append(row.name)
        except (OSError, BackupsError, RestoreError) as error:
            problems.append(f"{folder} is left: {os_words(error)}")
    return gone, problems


def doomed(plan: Backups) -> Sequence[BackupRow]:
    return [row for row in plan.backups if row.fate == "remove"]


def _row(candidate: Candidate, proof: Proof) -> BackupRow:
    path = candidate.path
    size = folder_size(path)[1] if path.is_dir() else path.stat().st_size
    return BackupRow(
        name=path.name,
        path=str(path.absolute()),
        kind=candidate.kind,
        at=candidate.at,
        size_bytes=size,
        proven_by=proof.proven_by,
        doubt=proof.doubt,
    )


def _rule(keep: str) -> int | timedelta:
    if keep.isdecimal() and int(keep[:9]) >= 1:
        return int(keep[:9])
    try:
        within = timedelta(seconds=parse_duration(keep))
    except (ValueError, OverflowError):
        within = timedelta(0)
    if not within:
        raise BackupsError(f"--keep {keep}: write how many, such as 7, or how old, such as 30d")
    return within


def _remove(folder: Path) -> None:
    """Rename first: a backup that is half removed must not look whole."""
    if folder.is_symlink():
        raise BackupsError("it is a symbolic link")
    said = read_manifest(folder).backup_id
    if said != folder.name:
        raise BackupsError(f"its manifest is that of {said}")
    fallen = folder.with_name(f"{folder.name}{PARTIAL_SUFFIX}")
    folder.rename(fallen)
    shutil.rmtree(fallen)

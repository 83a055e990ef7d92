"""The action `backup.choose`: which backup a real recovery restores, and which drill has proven it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec
from drill_tui.engine.record.events import Finding
from drill_tui.postgres.archive.latest import OF_ITS_SOURCE, of_its_source
from drill_tui.programme.backups import BackupRow, BackupsError, read_backups
from drill_tui.programme.shelf import PastDrill, read_shelf
from drill_tui.runbook.plays import Plays
from drill_tui.verdict.wording import duration_words, size_words

CRITERION: Final = "backup_proven"


async def choose_backup(context: ActionContext) -> ActionResult:
    """The backup that was named, else the newest that a drill has proven.  Raises ActionError for none."""
    directory = context.project_dir / context.arguments["directory"]
    drills = (await asyncio.to_thread(read_shelf, context.run_dir.parent)).drills
    try:
        found = await asyncio.to_thread(read_backups, directory, drills)
    except BackupsError as error:
        raise ActionError(str(error)) from None
    for row in found.backups:
        context.log(
            f"{row.name}: data of {_when(row.at)}, {size_words(row.size_bytes)}, {_proof(row, drills)}."
        )
    for line in found.passed_over:
        context.log(line)
    chosen = _chosen(found.backups, context.arguments.get("backup", "").strip(), directory)
    proof, newer = _proof(chosen, drills), _newer(chosen, found.backups)
    context.log(f"Chosen: {chosen.name}, {proof}. {newer}.")
    proven = Finding.MET if chosen.proven_by else Finding.UNPROVEN
    context.evidence(CRITERION, proven, f"{chosen.name}: {proof}")
    age_s = max(0.0, time.time() - chosen.at.timestamp())
    return ActionResult(
        outputs={
            "backup": chosen.path,
            "name": chosen.name,
            "kind": chosen.kind,
            "snapshot_at": chosen.at.isoformat(),
            "snapshot_age_s": f"{age_s:.0f}",
            "age": duration_words(age_s),
            "proof": proof,
            "newer": newer,
            **await asyncio.to_thread(of_its_source, Path(chosen.path)),
        }
    )


def _chosen(rows: Sequence[BackupRow], wanted: str, directory: Path) -> BackupRow:
    there = ", ".join(row.name for row in rows)
    if not rows:
        raise ActionError(f"{directory} holds no complete backup; name the directory that does")
    if wanted:
        named = next((row for row in rows if wanted in (row.name, row.path)), None)
        if named is None:
            raise ActionError(f"{directory} has no backup {wanted}; there are: {there}")
        return named
    proven = next((row for row in rows if row.proven_by), None)
    if proven is None:
        raise ActionError(
            f"no drill has proven a backup of {directory}; name the one to restore in the parameter "
            f"`backup`. The newest first: {there}"
        )
    return proven


def _proof(row: BackupRow, drills: Sequence[PastDrill]) -> str:
    if row.proven_by is None:
        return f"not proven: {row.doubt}" if row.doubt else "not proven: no drill has restored it"
    drill = next(drill for drill in drills if drill.run_id == row.proven_by)
    return f"proven by the drill {drill.run_id} of {_when(datetime.fromtimestamp(drill.at, UTC))}"


def _newer(chosen: BackupRow, rows: Sequence[BackupRow]) -> str:
    """What would lose less data, and is not what was chosen."""
    newer = [row for row in rows if row.at > chosen.at]
    if not newer:
        return "There is no newer one"
    told = ", ".join(f"{row.name} of {_when(row.at)}" for row in newer[:5])
    more = f" and {len(newer) - 5} more" if len(newer) > 5 else ""
    return f"Newer, and not chosen: {told}{more}"


def _when(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


SPEC: Final = ActionSpec(
    name="backup.choose",
    plays=Plays.SHELF,
    summary="Choose the backup of a real recovery: the newest that a drill has proven, or the one named.",
    run=choose_backup,
    parameters={
        "directory": "where backups are made: folders of backup.sh, or files of pg_dump",
        "backup": "the name of one of them; empty takes the newest that a drill has proven",
    },
    required=frozenset({"directory"}),
    outputs={
        "backup": "its path",
        "name": "its name",
        "kind": "drill-tui, directory, custom, tar or sql",
        "snapshot_at": "the time of its snapshot",
        "snapshot_age_s": "seconds since then",
        "age": "the same in words: what would be lost",
        "proof": "the last drill that passed with it, or why it is not proven",
        "newer": "which backups are newer, and so would lose less",
        **OF_ITS_SOURCE,
    },
)

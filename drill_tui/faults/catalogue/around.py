"""Faults around a drill, which no copy can hold: its servers, the machine, the secrets, people."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from drill_tui.faults.damage import lose_segment
from drill_tui.faults.fault import (
    AimedAtSource,
    Fault,
    InArchive,
    InSource,
    Often,
    Place,
    SmallDisk,
    Staging,
    fault,
)

RESTORE: Final = "restore_completes"
BACKUP: Final = "backup_completes"
FOUND: Final = "backup_found"
WAL: Final = "wal_complete"


def _fault(
    fault_id: str,
    breaks: str,
    place: Place,
    shows: str,
    *,
    source: str,
    undone: str,
    noticed_by: tuple[str, ...],
    often: Often = Often.OCCASIONAL,
    difficulty: int = 2,
    staging: Staging | None = None,
) -> Fault:
    made = fault(
        fault_id,
        breaks,
        None,
        shows,
        source=source,
        undone=undone,
        difficulty=difficulty,
        noticed_by=noticed_by,
        often=often,
        place=place,
    )
    return replace(made, staging=staging)


FAULTS: Final = (
    _fault(
        "disk-full-during-backup",
        "The disk for the backup is full.",
        Place.ENVIRONMENT,
        "pg_dump: could not write: No space left on device.",
        source="PostgreSQL manual, 25.1; measured: a failed pg_dump leaves a file of 0 bytes",
        undone="Make room, and take the backup again.",
        noticed_by=(BACKUP,),
        often=Often.COMMON,
        difficulty=1,
    ),
    _fault(
        "disk-full-during-restore",
        "The disk of the target is full.",
        Place.ENVIRONMENT,
        "could not extend file, at about 80 % of the way: indexes need room besides the rows.",
        source="PostgreSQL manual, 28: archive and restored copy stand side by side, about twice the size",
        undone="Give the target more room. The backup is not to blame.",
        noticed_by=(RESTORE,),
        often=Often.COMMON,
        staging=SmallDisk(80),
    ),
    _fault(
        "server-dies-during-backup",
        "The source goes away while it is backed up.",
        Place.SERVER,
        "server closed the connection unexpectedly.",
        source="failovers and restarts in the night; PostgreSQL manual, pg_dump, Diagnostics",
        undone="Take the backup again.",
        noticed_by=(BACKUP,),
        difficulty=1,
    ),
    _fault(
        "server-dies-during-restore",
        "The target goes away while it is restored into.",
        Place.SERVER,
        "server closed the connection unexpectedly; the server's own log says why.",
        source="the kernel's OOM killer during index builds; PostgreSQL manual, 18.4.4",
        undone="Read the server's log, give it more memory, restore again.",
        noticed_by=(RESTORE,),
    ),
    _fault(
        "restore-errors-and-exit-0",
        "The restore prints errors and ends with 0.",
        Place.PROCEDURE,
        "Exit code 0, and error lines that nobody reads.",
        source="measured: psql without ON_ERROR_STOP ends with 0 after errors",
        undone="Count error lines, not exit codes.",
        noticed_by=(RESTORE,),
        often=Often.COMMON,
    ),
    _fault(
        "wrong-password-of-the-source",
        "The password of the source was changed, and not where the drill reads it.",
        Place.ENVIRONMENT,
        "password authentication failed.",
        source="rotated secrets; PostgreSQL manual, 20.5",
        undone="Set the new one where the job reads it.",
        noticed_by=(BACKUP,),
        often=Often.COMMON,
        difficulty=1,
    ),
    _fault(
        "wrong-password-of-the-target",
        "The password of the target is another one.",
        Place.ENVIRONMENT,
        "password authentication failed, for the target.",
        source="rotated secrets; PostgreSQL manual, 20.5",
        undone="Set the right one.",
        noticed_by=(RESTORE,),
        difficulty=1,
    ),
    _fault(
        "target-is-the-source",
        "The restore was aimed at production.",
        Place.PROCEDURE,
        "Host and port in the command are production's.",
        source="GitLab's postmortem of 31 January 2017: the right command on the wrong server",
        undone="Stop. Read the host aloud. The drill refuses it.",
        noticed_by=(RESTORE,),
        difficulty=3,
        staging=AimedAtSource(),
    ),
    _fault(
        "extension-not-on-the-target",
        "The target lacks an extension that the database uses.",
        Place.SERVER,
        "extension is not available, then every object that needs it: does not exist.",
        source="PostgreSQL manual, pg_dump, Notes, and CREATE EXTENSION: a dump names it only",
        undone="Install it on the target, or take a target that has it. The backup is not to blame.",
        noticed_by=(RESTORE,),
        often=Often.COMMON,
        staging=InSource("extension-of-ones-own"),
    ),
    _fault(
        "target-not-empty",
        "The restore was aimed at a database that is in use.",
        Place.PROCEDURE,
        "already exists, many times.",
        source="ovumcy-web 349 and kubeblocks-addons 3438",
        undone="Restore into a new database.",
        noticed_by=(RESTORE,),
        often=Often.COMMON,
    ),
    _fault(
        "source-is-empty",
        "The backup is of a database that holds nothing.",
        Place.PROCEDURE,
        "Every step passes in a second.",
        source="nself 414: success with zero rows; jobs that name another database than production's",
        undone="Name the right database.",
        noticed_by=(BACKUP,),
        difficulty=3,
    ),
    _fault(
        "wrong-directory",
        "The backups are looked for where none are.",
        Place.ENVIRONMENT,
        "No complete backup is there; yesterday there was one.",
        source="buckets and mounts that were moved; GitLab's postmortem of January 2017: an empty bucket",
        undone="Name the right directory, and watch the age of the newest backup.",
        noticed_by=(FOUND,),
        often=Often.COMMON,
        difficulty=2,
    ),
    _fault(
        "wal-segment-missing",
        "A segment of the archived WAL is missing, and later ones are there.",
        Place.WAL,
        "Recovery ends before it and opens the database, without an error: what came later is not there.",
        source="PostgreSQL manual, 26.3.5; archive_command that says 0 before the file is safe (26.3.1)",
        undone="Look for it on the primary and in every copy of the archive, and recover again.",
        noticed_by=(WAL,),
        difficulty=4,
        staging=InArchive(lose_segment),
    ),
    _fault(
        "restore-too-slow",
        "The restore takes longer than the objective allows.",
        Place.SERVER,
        "Everything passes, too late.",
        source="databases that grow while nobody measures the restore",
        undone="More jobs, a faster disk, maintenance_work_mem; or another objective, by its owner.",
        noticed_by=("rto",),
        often=Often.COMMON,
    ),
)

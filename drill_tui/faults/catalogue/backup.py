"""Faults in the files of a backup: the check before the restore ought to notice each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from drill_tui.faults import damage
from drill_tui.faults.fault import Damage, Fault, InBackup, Often, Place, fault
from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME, GLOBALS_NAME, MANIFEST_NAME

CHECKSUMS: Final = "checksums_verify"
COPY_CUT: Final = (
    "databasus docs and geolens #710: archives that were cut off on the way, found at the restore"
)
BIT_ROT: Final = "PostgreSQL manual, Reliability (28.1): disks return other bytes than were written to them"
HALF_COPIED: Final = "rsync and s3 sync end with an error that nobody reads; PostgreSQL manual, 25.1"
HAND_MADE: Final = (
    "manifests and checksums that scripts wrote again after a copy; PostgreSQL manual, pg_verifybackup"
)
ROLES_APART: Final = (
    "PostgreSQL manual, pg_dump, Notes: roles and tablespaces are not in it; pg_dumpall -g has them"
)
TAKE_ANOTHER: Final = (
    "Do not restore from it. Take another backup, or an older one, and look at how this one was copied."
)


def _fault(
    fault_id: str,
    breaks: str,
    harm: Damage,
    shows: str,
    *,
    source: str,
    often: Often = Often.OCCASIONAL,
    difficulty: int = 1,
    signed: bool = False,
    undone: str = TAKE_ANOTHER,
    noticed_by: tuple[str, ...] = (CHECKSUMS,),
) -> Fault:
    return fault(
        fault_id,
        breaks,
        InBackup(harm, signed),
        shows,
        source=source,
        undone=undone,
        difficulty=difficulty,
        noticed_by=noticed_by,
        often=often,
        place=Place.BACKUP,
    )


def _manifest(backup: Path) -> Path:
    return backup / MANIFEST_NAME


FAULTS: Final = (
    _fault(
        "data-truncated",
        "The largest data file ends half-way.",
        lambda b: damage.truncate(damage.largest_data(b)),
        "The file's checksum differs; pg_restore stops with an unexpected end of the file.",
        often=Often.COMMON,
        source=COPY_CUT,
    ),
    _fault(
        "data-truncated-and-signed",
        "The largest data file ends half-way, and the checksums were made after that.",
        lambda b: damage.truncate(damage.largest_data(b)),
        "Every checksum fits; only reading the archive to its end finds the cut.",
        source=COPY_CUT,
        signed=True,
        difficulty=3,
    ),
    _fault(
        "data-byte-flipped",
        "One bit of the largest data file is another.",
        lambda b: damage.flip(damage.largest_data(b)),
        "The file's checksum differs; the size is what it was.",
        source=BIT_ROT,
        difficulty=2,
    ),
    _fault(
        "data-byte-flipped-and-signed",
        "One bit of the largest data file is another, and the checksums were made after that.",
        lambda b: damage.flip(damage.largest_data(b)),
        "Every checksum fits; the file cannot be unpacked.",
        source=BIT_ROT,
        signed=True,
        difficulty=3,
    ),
    _fault(
        "data-missing",
        "A data file was not copied.",
        lambda b: damage.largest_data(b).unlink(),
        "checksums.sha256 lists a file that is not there.",
        often=Often.COMMON,
        source=HALF_COPIED,
    ),
    _fault(
        "data-missing-and-signed",
        "A data file was not copied, and the checksums were made after that.",
        lambda b: damage.largest_data(b).unlink(),
        "Every checksum fits; the archive's table of contents names a file that is not there.",
        source=HALF_COPIED,
        signed=True,
        difficulty=3,
    ),
    _fault(
        "data-emptied-and-signed",
        "A data file is empty, and the checksums were made after that.",
        lambda b: damage.truncate(damage.largest_data(b), 0),
        "Every checksum fits; a file of 0 bytes stands for a table with rows.",
        source="measured on 18: pg_restore reads an empty data file with exit code 0, as no rows",
        signed=True,
        difficulty=3,
    ),
    _fault(
        "data-is-a-link",
        "A data file is a link to somewhere else.",
        damage.link_data,
        "ls -l shows an arrow; what it leads to is not part of the backup, and may be gone on the day.",
        often=Often.RARE,
        source="deduplicating copies (hardlink, jdupes -l) put links in the place of files",
        difficulty=2,
    ),
    _fault(
        "extra-file",
        "There is one more file in the backup than was made.",
        lambda b: (b / "dump/9999.dat").touch(),
        "A file that checksums.sha256 does not list.",
        often=Often.RARE,
        source="two backups copied into one folder; pg_verifybackup calls extra files errors too",
        difficulty=2,
    ),
    _fault(
        "checksums-missing",
        "checksums.sha256 was not copied.",
        lambda b: (b / CHECKSUMS_NAME).unlink(),
        "Nothing vouches for the files.",
        source=HALF_COPIED,
    ),
    _fault(
        "checksums-empty",
        "checksums.sha256 is empty.",
        lambda b: damage.truncate(b / CHECKSUMS_NAME, 0),
        "sha256sum -c finds no line to check; some versions of it end with 0 then.",
        source=HALF_COPIED,
        difficulty=2,
    ),
    _fault(
        "checksums-cut",
        "checksums.sha256 ends in the middle of a line.",
        lambda b: damage.truncate(b / CHECKSUMS_NAME, 0.7),
        "Its last line has no end; files that it no longer lists would go unchecked.",
        source=HALF_COPIED,
        difficulty=2,
    ),
    _fault(
        "manifest-missing",
        "manifest.json was not copied.",
        lambda b: _manifest(b).unlink(),
        "Nothing tells what the database held, so nothing restored can be compared.",
        source=HALF_COPIED,
    ),
    _fault(
        "manifest-changed",
        "manifest.json was edited.",
        lambda b: damage.edit_manifest(b, run_id="edited"),
        "Its checksum differs.",
        often=Often.RARE,
        source=HAND_MADE,
    ),
    _fault(
        "manifest-empty",
        "manifest.json is empty, and the checksums were made after that.",
        lambda b: damage.truncate(_manifest(b), 0),
        "Every checksum fits; the manifest holds nothing.",
        source=HALF_COPIED,
        signed=True,
    ),
    _fault(
        "manifest-cut",
        "manifest.json ends half-way, and the checksums were made after that.",
        lambda b: damage.truncate(_manifest(b)),
        "Every checksum fits; the manifest cannot be read to its end.",
        source=HALF_COPIED,
        signed=True,
    ),
    _fault(
        "manifest-not-json",
        "manifest.json is not JSON any more, and the checksums were made after that.",
        lambda b: damage.flip(_manifest(b), 0),
        "Every checksum fits; the manifest cannot be read.",
        often=Often.RARE,
        source=HAND_MADE,
        signed=True,
    ),
    _fault(
        "manifest-newer",
        "manifest.json has a format that this version does not know.",
        lambda b: damage.edit_manifest(b, format_version=2),
        "The check names the format; a newer drill-tui made this backup.",
        often=Often.RARE,
        source="a backup host that was updated before the host that restores",
        signed=True,
        difficulty=2,
        undone="Update drill-tui where you restore.",
    ),
    _fault(
        "manifest-of-yesterday",
        "manifest.json is that of another backup of the same database.",
        damage.age_manifest,
        "Every checksum fits; the times in the manifest are not those of the archive.",
        often=Often.RARE,
        source=HAND_MADE,
        signed=True,
        difficulty=4,
    ),
    _fault(
        "backup-of-yesterday",
        "The backup is a day older than its name: last night's job did not run.",
        damage.age_snapshot,
        "All is well with the files; the age of the data is not within the objective.",
        often=Often.COMMON,
        source="GitLab's postmortem of 31 January 2017: backups that had not been made, and no alarm",
        signed=True,
        difficulty=2,
        noticed_by=("rpo",),
        undone="Find out why the job did not run, take a backup now, and watch the age of the newest one.",
    ),
    _fault(
        "toc-flipped",
        "One bit of the archive's table of contents is another.",
        lambda b: damage.flip(damage.toc(b)),
        "The checksum of toc.dat differs.",
        source=BIT_ROT,
    ),
    _fault(
        "toc-cut-and-signed",
        "The archive's table of contents ends half-way, and the checksums were made after that.",
        lambda b: damage.truncate(damage.toc(b)),
        "Every checksum fits; pg_restore --list stops.",
        source=COPY_CUT,
        signed=True,
        difficulty=2,
    ),
    _fault(
        "toc-garbage-and-signed",
        "toc.dat is no table of contents, and the checksums were made after that.",
        lambda b: damage.overwrite(damage.toc(b), b"nonsense"),
        "Every checksum fits; pg_restore calls the folder no archive.",
        often=Often.RARE,
        source=COPY_CUT,
        signed=True,
        difficulty=2,
    ),
    _fault(
        "toc-missing",
        "The archive's table of contents was not copied.",
        lambda b: damage.toc(b).unlink(),
        "The data files are there under numbers, and nothing says what they are.",
        source=HALF_COPIED,
    ),
    _fault(
        "globals-missing",
        "globals.sql was not copied.",
        lambda b: (b / GLOBALS_NAME).unlink(),
        "The archive is whole; at the restore every owner and every grant fails.",
        often=Often.COMMON,
        source=ROLES_APART,
        difficulty=2,
    ),
    _fault(
        "globals-with-more",
        "globals.sql holds a statement that is none about roles, and the checksums were made after that.",
        damage.say_more_in_globals,
        "The check names the statement and does not run it.",
        often=Often.RARE,
        source="PostgreSQL manual, pg_restore: a dump runs what the source's superusers put into it",
        signed=True,
        difficulty=2,
    ),
    _fault(
        "backup-not-finished",
        "The backup was interrupted before it was complete.",
        damage.leave_partial,
        "Only a folder with .partial at the end of its name is there.",
        often=Often.COMMON,
        source="a job that was killed by a time-out or a reboot; PostgreSQL manual, 25.1",
    ),
)

"""What a verification compares with: the backup that was named, or the one that the restore remembered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drill_tui.postgres.archive.forms import recognise
from drill_tui.postgres.archive.manifest import DUMP_NAME, MANIFEST_NAME, Manifest
from drill_tui.postgres.archive.manifest_reader import read_manifest
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError, RefusedError, RestoreError
from drill_tui.postgres.probe.record import RestoreRecord
from drill_tui.postgres.verify.names import printable
from drill_tui.postgres.verify.report import BackupRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    backup: Path | None
    manifest: Manifest | None
    archive: Path | None
    """What pg_restore can read the schema from; None for plain SQL."""
    no_manifest: str = ""
    """Why there is no manifest to compare with."""
    no_archive: str = ""
    """Why there is no archive to compare with."""

    def reference(self) -> BackupRef:
        known = self.manifest
        return BackupRef(
            path=str(self.backup) if self.backup else None,
            backup_id=known.backup_id if known else None,
            nonce=known.nonce if known else None,
            database=known.database.name if known else None,
            snapshot_at=known.snapshot_at if known else None,
            has_manifest=known is not None,
            archive=str(self.archive) if self.archive else None,
        )


def find_inputs(named: Path | None, remembered: RestoreRecord | None, database: str) -> Inputs:
    """The manifest and the archive to compare with.

    Raises CouldNotTellError where nothing says which backup it was, RefusedError where the database was
    restored from another backup than the one named.
    """
    if named is None and remembered is None:
        raise CouldNotTellError(
            f"nothing says which backup the database {printable(database)} was restored from",
            advice="Restore with scripts/restore.sh, which leaves a record, or name it: --backup PATH.",
        )
    backup = named if named is not None else Path(remembered.backup_path) if remembered else None
    if backup is None or (named is not None and not named.exists()):
        raise CouldNotTellError(f"there is no backup at {named}", advice="Check the path after --backup.")
    manifest, no_manifest = _manifest(backup)
    if remembered is not None and remembered.manifest is not None:
        if named is None and manifest is None:
            manifest = remembered.manifest
        if manifest is not None and manifest.nonce != remembered.manifest.nonce:
            raise RefusedError(
                f"{printable(database)} was restored from {remembered.manifest.backup_id}, "
                f"and {backup} holds {manifest.backup_id}",
                advice="Name the backup that was restored, or leave out --backup.",
            )
    archive, no_archive = _archive(backup)
    return Inputs(
        backup=backup, manifest=manifest, archive=archive, no_manifest=no_manifest, no_archive=no_archive
    )


def _manifest(backup: Path) -> tuple[Manifest | None, str]:
    if not (backup / MANIFEST_NAME).is_file():
        return None, f"{backup} has no {MANIFEST_NAME}: nothing tells what the source held"
    try:
        return read_manifest(backup), ""
    except BackupBadError as error:
        return None, str(error)


def _archive(backup: Path) -> tuple[Path | None, str]:
    """What pg_restore can read the schema from, whoever made the backup."""
    try:
        form = recognise(backup)
    except (RestoreError, OSError) as error:
        return None, str(error)
    if form == "sql":
        return None, f"{backup} is plain SQL, which has no table of contents to compare with"
    archive = backup / DUMP_NAME if form == "drill-tui" else backup
    if form is None or not (archive.is_file() or (archive / "toc.dat").is_file()):
        return None, f"the archive is not at {backup}"
    return archive, ""

"""What a verification compares with: the backup that was named, or the one that the restore remembered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drill_tui.postgres.archive.beside import Beside, read_beside
from drill_tui.postgres.archive.forms import Form, archive_dbname, recognise
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
    """What the schema can be read from; None for plain SQL without a witness."""
    witness: Beside | None = None
    """The witness beside somebody's own dump, which then also gave the manifest."""
    named_database: str = ""
    """By the archive's own head; empty for a script."""
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
            database=known.database.name if known else self.named_database or None,
            snapshot_at=known.snapshot_at if known else None,
            has_manifest=known is not None,
            witness=str(self.witness.path) if self.witness else None,
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
    form, no_archive = _form(backup)
    manifest, no_manifest = _manifest(backup)
    witness, misfit = None, ""
    if form != "drill-tui":
        nonce = remembered.manifest.nonce if remembered is not None and remembered.manifest else ""
        witness, misfit = read_beside(backup, form, nonce)
        manifest, no_manifest = (witness.manifest, "") if witness else (None, misfit or no_manifest)
    if remembered is not None and remembered.manifest is not None:
        if named is None and manifest is None and not remembered.manifest.of_witness:
            manifest = remembered.manifest
        if manifest is not None and manifest.nonce != remembered.manifest.nonce:
            raise RefusedError(
                f"{printable(database)} was restored from {remembered.manifest.backup_id}, "
                f"and {backup} holds {manifest.backup_id}",
                advice="Name the backup that was restored, or leave out --backup.",
            )
    archive, no_archive = (None, no_archive) if no_archive else _archive(backup, form, witness)
    return Inputs(
        backup=backup,
        manifest=manifest,
        archive=archive,
        witness=witness,
        named_database=_named(backup, form),
        no_manifest=no_manifest,
        no_archive=no_archive,
    )


def _manifest(backup: Path) -> tuple[Manifest | None, str]:
    if not (backup / MANIFEST_NAME).is_file():
        return None, f"{backup} has no {MANIFEST_NAME}: nothing tells what the source held"
    try:
        return read_manifest(backup), ""
    except BackupBadError as error:
        return None, str(error)


def _named(backup: Path, form: Form | None) -> str:
    try:
        return archive_dbname(backup, form) if form and form != "drill-tui" else ""
    except OSError:
        return ""


def _form(backup: Path) -> tuple[Form | None, str]:
    try:
        return recognise(backup), ""
    except (RestoreError, OSError) as error:
        return None, str(error)


def _archive(backup: Path, form: Form | None, witness: Beside | None) -> tuple[Path | None, str]:
    """What the schema can be read from, whoever made the backup."""
    if form == "sql" and witness is None:
        return None, f"{backup} is plain SQL, which has no table of contents to compare with"
    archive = backup / DUMP_NAME if form == "drill-tui" else backup
    if form is None or not (archive.is_file() or (archive / "toc.dat").is_file()):
        return None, f"the archive is not at {backup}"
    return archive, ""

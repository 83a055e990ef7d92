"""What the backup that a target is started for says about itself."""

from __future__ import annotations

from pathlib import Path

from drill_tui.engine.ports import ActionContext, ActionError
from drill_tui.postgres.archive import manifest_reader
from drill_tui.postgres.archive.beside import read_beside
from drill_tui.postgres.archive.forms import recognise
from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME, MANIFEST_NAME, Manifest
from drill_tui.postgres.client.errors import BackupBadError, RestoreError
from drill_tui.postgres.fit.from_backup import need_of_backup
from drill_tui.postgres.fit.need import Need


async def need_of(context: ActionContext) -> Need | None:
    """What the argument `backup` needs; None where no backup is named.  Raises ActionError."""
    backup = context.arguments.get("backup", "")
    if not backup:
        return None
    try:
        return await need_of_backup(backup, context.environment)
    except (RestoreError, OSError) as problem:
        raise ActionError(f"cannot read the backup {backup}: {problem}; is this a whole backup?") from None


def read_manifest(backup: str) -> Manifest | None:
    """What the backup says about its source; None for no backup, and for a dump without a witness.

    Raises ActionError for a manifest that cannot be read.
    """
    if not backup:
        return None
    if not any((Path(backup) / name).exists() for name in (MANIFEST_NAME, CHECKSUMS_NAME)):
        return _of_witness(Path(backup))
    try:
        return manifest_reader.read_manifest(Path(backup))
    except (OSError, BackupBadError) as problem:
        raise ActionError(f"cannot read the backup {backup}: {problem}; is this a whole backup?") from None


def _of_witness(dump: Path) -> Manifest | None:
    try:
        witness, _ = read_beside(dump, recognise(dump), hashed=False)
    except (OSError, RestoreError):
        return None
    return witness.manifest if witness else None

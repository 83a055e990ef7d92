"""What past drills say about one backup: which proved it, or why it is not proven any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from drill_tui.postgres.archive.candidate import Candidate
from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME
from drill_tui.programme.shelf import PastDrill


@dataclass(frozen=True, slots=True)
class Proof:
    """`proven_by` is the run id of the drill; `doubt` says why an earlier proof does not count."""

    proven_by: str | None = None
    doubt: str = ""


def proof_of(backup: Candidate, drills: Iterable[PastDrill], url: str = "") -> Proof:
    """The last word of the drills, the oldest first, that were made of this backup as it lies there.

    Two folders with one name are told apart by their checksums.sha256, which covers every other file.  What a
    file of the backup became after it was signed is for the next drill to find: nothing is read here.
    `url` is where it lies in a store; the candidate's path then holds its first bytes only.
    """
    signed, proof = _checksums_sha256(backup.path), Proof()
    for drill in drills:
        if not drill.counts or Path(drill.backup).name != backup.path.name:
            continue
        if drill.verdict == "pass":
            changed = _changed_since(backup, signed, drill)
            doubt = proof.doubt or f"changed since {drill.run_id}"
            proof = Proof(proof.proven_by, doubt) if changed else Proof(drill.run_id)
        elif drill.verdict == "fail" and _is_the_same(backup, signed, drill, url):
            proof = Proof(doubt=f"failed in {drill.run_id}")
        elif drill.verdict == "unproven" and not proof.proven_by and _is_the_same(backup, signed, drill, url):
            proof = Proof(doubt=f"unproven in {drill.run_id}")
    return Proof(proof.proven_by) if proof.proven_by else proof


def _changed_since(backup: Candidate, signed: str, drill: PastDrill) -> bool:
    """A foreign dump has no checksums: with data of another time it is another dump of the same name."""
    if signed and drill.backup_checksums_sha256:
        return signed != drill.backup_checksums_sha256
    foreign = backup.kind != "drill-tui" and drill.backup_snapshot_at
    return bool(foreign) and drill.backup_snapshot_at != backup.at.isoformat()


def _is_the_same(backup: Candidate, signed: str, drill: PastDrill, url: str) -> bool:
    if signed and drill.backup_checksums_sha256:
        return signed == drill.backup_checksums_sha256
    here = drill.backup == url if url else Path(drill.backup) == backup.path.absolute()
    return here and not _changed_since(backup, signed, drill)


def _checksums_sha256(path: Path) -> str:
    """Empty for a dump without checksums, and where they cannot be read."""
    try:
        return sha256((path / CHECKSUMS_NAME).read_bytes()).hexdigest()
    except OSError:
        return ""

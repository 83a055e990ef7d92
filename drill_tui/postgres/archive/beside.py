"""The witness beside somebody's own dump: does it vouch for this very file, and what does it say of it?

`drill-tui witness -- pg_dump …` leaves it as `FILE.witness.json`.  It counts only where the SHA-256 that it
holds is that of the dump, or of what a packed dump unpacks to.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from drill_tui.postgres.archive.forms import Form, archive_dbname, open_plain
from drill_tui.postgres.archive.integrity import regular_files
from drill_tui.postgres.archive.manifest import (
    WITNESS_SUFFIX,
    ClientInfo,
    DumpInfo,
    Durations,
    LargeObjects,
    Manifest,
)
from drill_tui.postgres.archive.witness import DumpFile, Witness
from drill_tui.postgres.archive.witness_file import read
from drill_tui.postgres.client.errors import RestoreError

PACKED: Final = (".gz", ".zst", ".lz4", ".xz", ".bz2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A witness that vouches for the dump beside it."""

    path: Path
    dump: DumpFile
    manifest: Manifest
    """What a backup of ours would say of itself; see `Manifest.of_witness`."""
    definitions: tuple[str, ...]
    """Names of what the source defined (`DatabaseWitness.definitions`)."""


def witness_path(dump: Path) -> Path:
    return dump.with_name(dump.name + WITNESS_SUFFIX)


def witness_names(dump: str) -> list[str]:
    """Beside `shop.sql.gz` may stand the witness of `shop.sql`, which was packed afterwards."""
    path = Path(dump)
    return [f"{name}{WITNESS_SUFFIX}" for name in (dump, *([path.stem] if path.suffix in PACKED else []))]


def read_beside(
    dump: Path, form: Form | None, known_nonce: str = "", *, hashed: bool = True
) -> tuple[Beside | None, str]:
    """The witness that vouches for the dump, or why none does; no reason where none is there.

    `known_nonce` is of the witness that the restore held the file against, which need not be read again.
    Without `hashed` only names and sizes are looked at: enough to choose a target, and never a proof.
    """
    path = _find(dump)
    if path is None or form is None:
        return None, ""
    try:
        witness = read(path)
        said = witness.dump
        if said is None or len(witness.databases) != 1:
            return None, f"{path.name} is the witness of a whole server, and not of this dump"
        if not hashed:
            return (_beside(path, witness, said), "") if _seems_to_fit(said, dump) else (None, "")
        problem = "" if witness.nonce == known_nonce else _misfit(path, witness, said, dump, form)
    except RestoreError as error:
        return None, f"{error}. {error.advice}".rstrip(". ")
    except OSError as error:
        return None, f"{path.name} cannot be read: {error.strerror}"
    if problem:
        return None, problem
    return _beside(path, witness, said), ""


def _beside(path: Path, witness: Witness, said: DumpFile) -> Beside:
    definitions = witness.databases[0].definitions
    return Beside(path=path, dump=said, manifest=_manifest(path, witness, said), definitions=definitions)


def measure(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a dump.  Raises OSError, BackupBadError for a folder with links."""
    if path.is_file():
        with path.open("rb") as file:
            return _sha256(file), path.stat().st_size
    total, lines = 0, hashlib.sha256()
    for name, size in regular_files(path):
        with (path / name).open("rb") as file:
            lines.update(f"{_sha256(file)}  {name}\n".encode("utf-8", "surrogateescape"))
        total += size
    return lines.hexdigest(), total


def _find(dump: Path) -> Path | None:
    paths = (dump.with_name(name) for name in witness_names(dump.name))
    return next((path for path in paths if path.is_file()), None)


def _misfit(path: Path, witness: Witness, said: DumpFile, dump: Path, form: Form) -> str:
    """Why the witness is not of this dump; empty where it is."""
    sha256, size = measure(dump)
    if (sha256, size) == (said.sha256, said.size_bytes):
        return ""
    if form == "sql" and said.form == "plain" and _unpacked_sha256(dump) == said.sha256:
        return ""
    theirs, ours = witness.databases[0].database.name, archive_dbname(dump, form)
    if ours and ours != theirs:
        return f"{path.name} was taken from another database: {theirs!a}, and the dump is of {ours!a}"
    if said.name not in (dump.name, dump.stem):
        return (
            f"{path.name} is of another file: it was taken with {said.name!a}, and does not fit {dump.name}"
        )
    return (
        f"{dump.name} is not the file that its witness saw: its SHA-256 is another, so it was made anew or "
        f"changed after {witness.finished_at:%Y-%m-%d %H:%M:%S} UTC"
    )


def _seems_to_fit(said: DumpFile, dump: Path) -> bool:
    if said.name not in (dump.name, dump.stem):
        return False
    if dump.suffix in PACKED:
        return True
    size = sum(size for _, size in regular_files(dump)) if dump.is_dir() else dump.stat().st_size
    return size == said.size_bytes


def _unpacked_sha256(dump: Path) -> str:
    try:
        with open_plain(dump) as file:
            return _sha256(file)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return ""


def _sha256(file: BinaryIO) -> str:
    return hashlib.file_digest(cast(io.BufferedIOBase, file), "sha256").hexdigest()


def _manifest(path: Path, witness: Witness, said: DumpFile) -> Manifest:
    found = witness.databases[0]
    return Manifest(
        backup_id=path.name,
        nonce=witness.nonce,
        started_at=witness.started_at,
        finished_at=witness.finished_at,
        snapshot_at=found.snapshot_at,
        snapshot_lsn="",
        server=witness.server,
        client=ClientInfo(tool_version=witness.tool_version, pg_dump=said.client, host=""),
        database=found.database,
        dump=DumpInfo(compression="", jobs=1, files=1, size_bytes=said.size_bytes),
        digest_depth=witness.digest_depth,
        digest_algorithm=witness.digest_algorithm,
        roles=found.roles,
        tablespaces=found.tablespaces,
        extensions=found.extensions,
        collations=found.collations,
        tables=found.tables,
        sequences=found.sequences,
        large_objects=_large_objects(found.large_objects, said),
        requires=found.requires,
        index_statistics=found.index_statistics,
        schema_sha256=found.schema_sha256,
        durations=Durations(dump_s=0, digest_s=0, checksum_s=0, total_s=0),
        coverage=found.coverage,
    )


def _large_objects(found: LargeObjects, said: DumpFile) -> LargeObjects:
    """What the dump holds of them: its options may leave out all, or who owns and may read them."""
    if "no-large-objects" in said.left_out:
        return LargeObjects()
    left = {
        field: None
        for field, option in (
            ("owners", "no-owner"),
            ("grants", "no-privileges"),
            ("comments", "no-comments"),
        )
        if option in said.left_out
    }
    return found.model_copy(update=left)

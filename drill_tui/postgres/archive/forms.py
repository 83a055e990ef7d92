"""What a backup is, told by its content and never by its name: one answer for who finds and who checks it."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, Final, Literal, cast

from drill_tui.postgres.archive import zstd
from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME, DUMP_NAME, MANIFEST_NAME
from drill_tui.postgres.client.errors import BackupBadError, RestoreUsageError

Form = Literal["drill-tui", "custom", "directory", "tar", "sql"]

ARCHIVE_MAGIC: Final = b"PGDMP"
GZIP_MAGIC: Final = b"\x1f\x8b"
OTHER_PACKERS: Final = {
    zstd.MAGIC: ("zstd", "zstd -d -k"),
    b"\x04\x22\x4d\x18": ("lz4", "lz4 -d -k"),
    b"\xfd7zXZ\x00": ("xz", "xz -d -k"),
    b"BZh": ("bzip2", "bzip2 -d -k"),
    b"PK\x03\x04": ("zip", "unzip"),
}
"""What a file begins with (their format specifications), the packer, and how it is unpacked by hand."""
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
HEADER: Final = b"-- PostgreSQL database dump"
TRAILER: Final = b"-- PostgreSQL database dump complete"
CLUSTER: Final = b"-- PostgreSQL database cluster dump"
"""How pg_dump and pg_dumpall begin and end their scripts (pg_backup_archiver.c, pg_dumpall.c)."""
HEAD_BYTES: Final = 4096
BYTE_OF_COMPRESSION: Final = (1, 15)
"""Archive version from which the header has one byte for the compression method instead of an integer."""
MAGIC_BYTES: Final = 512
TIME_BYTES: Final = 64


def is_ours(path: Path) -> bool:
    """Whether this is, or was meant to be, a backup that drill-tui wrote."""
    parts = (MANIFEST_NAME, CHECKSUMS_NAME, DUMP_NAME)
    return path.is_dir() and any((path / part).exists() for part in parts)


def is_cluster_dump(path: Path) -> bool:
    """Whether this is a script of pg_dumpall, packed or not.  Raises OSError, BackupBadError."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(MAGIC_BYTES)
    packed = head.startswith(GZIP_MAGIC) or (head.startswith(zstd.MAGIC) and zstd.is_installed())
    return (packed or head.startswith(b"--")) and CLUSTER in _head_of_script(path).splitlines()


def recognise(path: Path) -> Form | None:
    """What kind of backup this is; None for anything else.  Only its first bytes are read.

    Raises BackupBadError for an empty file or one that cannot be unpacked, RestoreUsageError for a dump that
    cannot be restored as it is (of a whole cluster, packed twice or by another packer), and OSError.
    """
    if is_ours(path):
        return "drill-tui"
    if path.is_dir():
        return "directory" if (path / "toc.dat").is_file() else None
    if not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(MAGIC_BYTES)
    if not head:
        raise BackupBadError(f"{path.name} is empty: the dump that should have filled it failed")
    if head.startswith(ARCHIVE_MAGIC):
        return "custom"
    if head[257:262] == b"ustar" and head.startswith(b"toc.dat\x00"):
        return "tar"
    for magic, (packer, unpack) in OTHER_PACKERS.items():
        if magic == zstd.MAGIC and zstd.is_installed():
            continue
        if head.startswith(magic):
            raise RestoreUsageError(
                f"{path.name} is packed with {packer}, which is not unpacked here",
                advice=f"Unpack it first: {unpack} FILE."
                + (" With the program zstd installed, drill-tui does it." if magic == zstd.MAGIC else ""),
            )
    return _script(path)


def open_plain(path: Path) -> BinaryIO:
    """The script's bytes, unpacked."""
    with path.open("rb") as file:
        head = file.read(len(zstd.MAGIC))
    if head == zstd.MAGIC:
        return cast(BinaryIO, zstd.open_zstd(path))
    return cast(BinaryIO, gzip.open(path, "rb")) if head.startswith(GZIP_MAGIC) else path.open("rb")


def archive_dbname(path: Path, form: Form) -> str:
    """The database that an archive names (pg_backup_archiver.c, WriteHead); empty where it names none."""
    if form == "tar":
        with tarfile.open(path, "r:") as archive:
            first = archive.next()
            toc = archive.extractfile(first) if first is not None else None
            head = toc.read(HEAD_BYTES) if toc is not None else b""
    elif form in ("custom", "directory"):
        with (path / "toc.dat" if form == "directory" else path).open("rb") as file:
            head = file.read(HEAD_BYTES)
    else:
        return ""
    if len(head) < HEAD_BYTES // 8 or not 1 <= head[8] <= 8:
        return ""
    step = 1 + head[8]
    at = 11 + (1 if (head[5], head[6]) >= BYTE_OF_COMPRESSION else step) + 7 * step
    length = int.from_bytes(head[at + 1 : at + step], "little")
    return head[at + step : at + step + length].decode("utf-8", "replace")


def archive_time(file: IO[bytes]) -> datetime:
    """When pg_dump began, from the head of a custom archive or a toc.dat.  Raises ValueError."""
    head = file.read(TIME_BYTES)
    if not head.startswith(ARCHIVE_MAGIC) or len(head) < TIME_BYTES:
        raise ValueError("its head is not that of a pg_dump archive")
    version, int_size = (head[5], head[6]), head[8]
    at = 11
    if not 1 <= int_size <= 8:
        raise ValueError("its head is damaged")
    at += 1 if version >= BYTE_OF_COMPRESSION else 1 + int_size
    fields = []
    for _ in range(6):
        value = int.from_bytes(head[at + 1 : at + 1 + int_size], "little")
        fields.append(-value if head[at] else value)
        at += 1 + int_size
    second, minute, hour, day, month, year = fields
    return datetime(year + 1900, month + 1, day, hour, minute, min(second, 59)).astimezone()


def _head_of_script(path: Path) -> bytes:
    try:
        with open_plain(path) as file:
            return file.read(HEAD_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BackupBadError(f"{path.name} cannot be unpacked: it is cut off or damaged") from None


def _script(path: Path) -> Form | None:
    text = _head_of_script(path)
    if text.startswith(ARCHIVE_MAGIC):
        raise RestoreUsageError(
            f"{path.name} is a pg_dump archive inside gzip or zstd",
            advice="Unpack it first: gunzip -k FILE, or zstd -d -k FILE.",
        )
    if text.startswith(UTF_16) and HEADER in text.replace(b"\x00", b""):
        raise RestoreUsageError(
            f"{path.name} is a script in UTF-16, which psql cannot read",
            advice="Convert it, iconv -f UTF-16 -t UTF-8, or let pg_dump write the file itself: -f FILE.",
        )
    for line in text.splitlines():
        if line == CLUSTER:
            raise RestoreUsageError(
                f"{path.name} is a dump of a whole cluster (pg_dumpall)",
                advice="The runbook latest-backup takes one database out of it: -p source_database=NAME.",
            )
        if line in (HEADER, TRAILER):
            return "sql"
    return None

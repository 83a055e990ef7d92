"""Reads an archive's data files to their end and counts the rows inside, without restoring it.

pg_restore takes an emptied or cut data file for a table with fewer rows.  In the directory format each file
holds COPY text, one line per row, and ends with a line that says so (manual, COPY, "Text Format").
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.client.errors import BackupBadError

END_OF_DATA = b"\\.\n\n\n"
CHUNK_BYTES = 1024 * 1024
OTHER_COMPRESSIONS = (".lz4", ".zst")
"""Of pg_dump from 16; Python reads neither."""
SUFFIXES = ("", ".gz", *OTHER_COMPRESSIONS)
GZIP_WINDOW = 31
"""zlib's window size with 16 added, which means a gzip header (zlib manual, inflateInit2)."""


def check_rows(dump: Path, data_entries: Mapping[int, str], manifest: Manifest | None) -> str:
    """Compare every data file with the rows in the manifest, if there is one; what was covered, in words.

    Raises BackupBadError for a file that is missing or cut, or does not hold as many rows as in the snapshot.
    """
    known = rows_by_name(manifest) if manifest is not None else {}
    wanted = {entry: possible_rows(known, text) for entry, text in data_entries.items()}
    files = {entry: _data_file(dump, entry) for entry in wanted}
    jobs = [(path, wanted[entry]) for entry, path in files.items() if path.suffix not in OTHER_COMPRESSIONS]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(lambda job: _check_file(*job), jobs))
    what = "rows counted" if manifest is not None else "the rows' end found"
    if len(jobs) < len(data_entries):
        return f"{what} in {len(jobs)} of {len(data_entries)} data files (others are lz4 or zstd)"
    return f"{what} in all {len(jobs)} data files"


def has_other_compression(dump: Path) -> bool:
    """Whether only pg_restore can read some of the files to their end."""
    return any(path.suffix in OTHER_COMPRESSIONS for path in dump.iterdir())


def rows_by_name(manifest: Manifest) -> dict[str, int]:
    """Rows by `schema name`, as pg_restore lists them: with spaces for line breaks."""
    return {
        f"{table.schema_name} {table.name}".replace("\n", " ").replace("\r", " "): table.rows
        for table in manifest.tables
        if table.rows is not None
    }


def possible_rows(known: Mapping[str, int], text: str) -> list[int]:
    """Rows of the tables that an archive's entry, `schema name owner` unquoted, may mean, best first."""
    words = text.split(" ")
    names = (" ".join(words[:end]) for end in range(len(words), 1, -1))
    return [known[name] for name in names if name in known]


def _data_file(dump: Path, entry: int) -> Path:
    for suffix in SUFFIXES:
        path = dump / f"{entry}.dat{suffix}"
        if path.exists():
            return path
    raise BackupBadError(f"dump/{entry}.dat is missing in every form: the table of contents names its rows")


def _check_file(path: Path, rows: list[int]) -> None:
    lines, tail = 0, b""
    for chunk in _content(path):
        lines += chunk.count(b"\n")
        tail = (tail + chunk)[-len(END_OF_DATA) - 1 :]
    if not (tail.endswith(b"\n" + END_OF_DATA) or tail == END_OF_DATA):
        raise BackupBadError(f"dump/{path.name} is cut off: the mark at the end of its rows is missing")
    held = lines - 3
    if rows and held not in rows:
        expected = " or ".join(f"{count:,}" for count in sorted(set(rows)))
        raise BackupBadError(f"dump/{path.name} holds {held:,} rows, and the manifest says {expected}")


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        unpack = zlib.decompressobj(GZIP_WINDOW) if path.suffix == ".gz" else None
        while chunk := file.read(CHUNK_BYTES):
            if unpack is None:
                yield chunk
                continue
            try:
                while chunk:
                    yield unpack.decompress(chunk, CHUNK_BYTES)
                    chunk = unpack.unconsumed_tail
            except zlib.error as error:
                raise BackupBadError(f"dump/{path.name} cannot be unpacked: {error}") from None
        if unpack is not None and not unpack.eof:
            raise BackupBadError(f"dump/{path.name} is cut off: its compressed data has no end")

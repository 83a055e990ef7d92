"""WAL files as archives keep them: plain or packed, told by the end of the name, else by the first bytes.

Some archives pack under the plain name (Barman), so that the name alone says nothing.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Final

from drill_tui.postgres.physical.segments import SEGMENT
from drill_tui.sources.port import BackupFaultError
from drill_tui.sources.tool import find_program

OPENERS: Final[Mapping[str, Callable[..., AbstractContextManager[Any]]]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
PROGRAMS: Final = {".lz4": "lz4", ".zst": "zstd"}
FIRST_BYTES: Final = {
    b"\x1f\x8b\x08": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ\x00": ".xz",
    b"\x04\x22\x4d\x18": ".lz4",
    b"\x28\xb5\x2f\xfd": ".zst",
}
MAGIC_OF_WAL: Final = frozenset({0xD0, 0xD1})
"""High byte of XLOG_PAGE_MAGIC (xlog_internal.h) up to PostgreSQL 18."""


def plain_name(name: str) -> str:
    """A WAL file's own name."""
    for suffix in (*OPENERS, *PROGRAMS):
        name = name.removesuffix(suffix)
    return name


def packing_of(path: Path) -> str:
    """`.gz` and the like; empty for a plain file.  Raises BackupFaultError for what is neither, OSError."""
    if path.suffix in OPENERS or path.suffix in PROGRAMS:
        return path.suffix
    with path.open("rb") as file:
        head = file.read(8)
    for magic, suffix in FIRST_BYTES.items():
        if head.startswith(magic):
            return suffix
    if SEGMENT.fullmatch(path.name) and not MAGIC_OF_WAL.intersection(head[:2]):
        raise BackupFaultError(
            f"WAL segment {path.name} cannot be read back: it begins as no WAL does, nor as what can be "
            f"unpacked here ({', '.join((*OPENERS, *PROGRAMS))})"
        )
    return ""


def require_programs(paths: Iterable[Path], environment: Mapping[str, str]) -> None:
    """Raises ActionError where a name says that a file is packed by what nothing here unpacks."""
    for suffix in sorted({path.suffix for path in paths}):
        require_program(suffix, environment)


def require_program(packing: str, environment: Mapping[str, str]) -> None:
    """Raises ActionError where nothing here unpacks that."""
    if packing in PROGRAMS:
        _program(packing, environment)


def unpack(path: Path, place: Path, environment: Mapping[str, str]) -> None:
    """Write the file's plain content to `place`.  Raises BackupFaultError, ActionError."""
    try:
        packing = packing_of(path)
        with path.open("rb") as packed, place.open("wb") as plain:
            if packing in OPENERS:
                with OPENERS[packing](packed, "rb") as content:
                    shutil.copyfileobj(content, plain)
            elif packing in PROGRAMS:
                _unpack_by_program(packing, packed, plain, environment)
            else:
                shutil.copyfileobj(packed, plain)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as problem:
        raise BackupFaultError(
            f"WAL segment {plain_name(path.name)} cannot be read back: {problem}"
        ) from None


def _unpack_by_program(
    packing: str, packed: IO[bytes], plain: IO[bytes], environment: Mapping[str, str]
) -> None:
    argv = [_program(packing, environment), "-d", "-c"]
    done = subprocess.run(argv, stdin=packed, stdout=plain, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise EOFError(said[-1] if said else f"{PROGRAMS[packing]} ended with exit code {done.returncode}")


def _program(packing: str, environment: Mapping[str, str]) -> str:
    name = PROGRAMS[packing]
    return find_program(name, environment, f"its package, {name}, unpacks the archived WAL (*{packing})")

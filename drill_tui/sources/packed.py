"""WAL files as archives keep them: plain, or packed by gzip or lz4 (manual, pg_receivewal --compress)."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Final

from drill_tui.sources.port import BackupFaultError
from drill_tui.sources.tool import find_program

GZIP: Final = ".gz"
LZ4: Final = ".lz4"


def plain_name(name: str) -> str:
    """A WAL file's own name."""
    return name.removesuffix(GZIP).removesuffix(LZ4)


def require_programs(paths: Iterable[Path], environment: Mapping[str, str]) -> None:
    """Raises ActionError where a file is packed by what nothing here unpacks."""
    if any(path.suffix == LZ4 for path in paths):
        _lz4(environment)


def unpack(path: Path, place: Path, environment: Mapping[str, str]) -> None:
    """Write the file's plain content to `place`.  Raises BackupFaultError, ActionError."""
    try:
        with path.open("rb") as packed, place.open("wb") as plain:
            if path.suffix == GZIP:
                with gzip.open(packed, "rb") as content:
                    shutil.copyfileobj(content, plain)
            elif path.suffix == LZ4:
                _unpack_lz4(packed, plain, environment)
            else:
                shutil.copyfileobj(packed, plain)
    except (OSError, EOFError, zlib.error) as problem:
        raise BackupFaultError(
            f"WAL segment {plain_name(path.name)} cannot be read back: {problem}"
        ) from None


def _unpack_lz4(packed: IO[bytes], plain: IO[bytes], environment: Mapping[str, str]) -> None:
    argv = [_lz4(environment), "-d", "-c"]
    done = subprocess.run(argv, stdin=packed, stdout=plain, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise EOFError(said[-1] if said else f"lz4 ended with exit code {done.returncode}")


def _lz4(environment: Mapping[str, str]) -> str:
    return find_program("lz4", environment, "its package, lz4, unpacks the archived WAL (*.lz4)")

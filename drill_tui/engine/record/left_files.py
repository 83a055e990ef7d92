"""The files that a drill leaves beside its journal, each with its hash: a change to one is noticed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from drill_tui.engine.record.endings import LeftFile
from drill_tui.engine.record.journal import JOURNAL_NAME
from drill_tui.engine.record.lock import LOCK_NAME

FROM_THE_JOURNAL: Final = frozenset({"report.md", "report.html", "junit.xml"})
"""Made from the journal once it is closed: whoever doubts one makes it anew."""
PIECE_BYTES: Final = 1 << 20


def left_files(run_dir: Path, named: Iterable[str] = ()) -> tuple[LeftFile, ...]:
    """The files that are there now; one that cannot be read is left out.

    `named` are outputs of steps: those that name a file in the folder of the reports, such as what
    verify.sh found, belong to the run too.
    """
    paths, found = set(_beside(run_dir, named)), []
    with contextlib.suppress(OSError):
        paths.update(files_of_run(run_dir))
    for path in paths:
        with contextlib.suppress(OSError):
            found.append(_hashed(path, run_dir))
    return tuple(sorted(found, key=lambda file: file.path))


def files_of_run(run_dir: Path) -> Iterator[Path]:
    """Files directly in the run's directory, and its logs; not what drill-tui makes from the journal.

    Other directories are left alone: a backup, say, has checksums of its own.  Raises OSError.
    """
    for path in run_dir.iterdir():
        if path.is_file() and path.name not in {JOURNAL_NAME, LOCK_NAME, *FROM_THE_JOURNAL}:
            yield path
    yield from (path for path in (run_dir / "logs").rglob("*") if path.is_file())


def file_sha256(path: Path, size_bytes: int | None = None) -> str:
    """As `sha256sum` prints it, of the first `size_bytes` or of all.  Raises OSError."""
    digest = sha256()
    left = size_bytes
    with path.open("rb") as file:
        while chunk := file.read(PIECE_BYTES if left is None else min(left, PIECE_BYTES)):
            digest.update(chunk)
            left = None if left is None else left - len(chunk)
    return digest.hexdigest()


def _beside(run_dir: Path, named: Iterable[str]) -> Iterator[Path]:
    for text in sorted(set(named)):
        with contextlib.suppress(OSError, ValueError):
            path = Path(text)
            if path.is_absolute() and path.is_file() and path.parent.samefile(run_dir.parent):
                yield path


def _hashed(path: Path, run_dir: Path) -> LeftFile:
    inside = path.is_relative_to(run_dir)
    name = path.relative_to(run_dir).as_posix() if inside else f"../{path.name}"
    size_bytes = path.stat().st_size
    return LeftFile(path=name, size_bytes=size_bytes, sha256=file_sha256(path, size_bytes))

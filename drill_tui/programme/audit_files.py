"""Whether the files that a run left beside its journal are those whose hashes the journal holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drill_tui.engine.record.endings import LeftFile
from drill_tui.engine.record.events import CleanupResult
from drill_tui.engine.record.left_files import file_sha256, files_of_run
from drill_tui.verdict.report import Report

CUT_OFF = (
    "nobody can tell whether the logs were changed: the run was cut off before it recorded their hashes;"
    " `drill-tui resume {run}` or `drill-tui clean {run}` ends it"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One artifact: whether it is sound, and a sentence."""

    subject: str
    sound: bool
    says: str


def files(report: Report, run_dir: Path) -> Iterator[Check]:
    """What was changed, is missing or was added, file by file; the rest in one line."""
    if report.files is None:
        yield Check("logs", False, CUT_OFF.format(run=report.run_id))
        return
    may_grow = report.cleanup is not CleanupResult.CLEAN
    checks = [_check(file, run_dir, may_grow) for file in report.files]
    yield from (check for check in checks if not check.sound)
    yield from _added(report.files, run_dir)
    sound = sum(check.sound for check in checks)
    if sound:
        size_bytes = sum(file.size_bytes for file in report.files)
        what = "file" if sound == 1 else "files"
        yield Check(f"{sound} {what}", True, f"as at the drill's end: {_names(report.files, size_bytes)}")


def _check(file: LeftFile, run_dir: Path, may_grow: bool) -> Check:
    path = run_dir / file.path
    try:
        size_bytes = path.stat().st_size
        same = size_bytes >= file.size_bytes and file_sha256(path, file.size_bytes) == file.sha256
    except FileNotFoundError:
        return Check(file.path, False, "is missing: it was there when the drill ended")
    except OSError as error:
        return Check(file.path, False, f"cannot be read: {error.strerror}")
    if same and (may_grow or size_bytes == file.size_bytes):
        return Check(file.path, True, "")
    said = f"was changed after the drill ended: {size_bytes:,} bytes, then {file.size_bytes:,}"
    return Check(file.path, False, f"{said}; SHA-256 then {file.sha256}")


def _added(recorded: tuple[LeftFile, ...], run_dir: Path) -> Iterator[Check]:
    known = {file.path for file in recorded}
    try:
        names = sorted(path.relative_to(run_dir).as_posix() for path in files_of_run(run_dir))
    except OSError as error:
        yield Check(run_dir.name, False, f"cannot be read: {error.strerror}")
        return
    for name in names:
        if name not in known:
            yield Check(name, False, "was added: it was not there when the drill ended")


def _names(recorded: tuple[LeftFile, ...], size_bytes: int) -> str:
    beside = [Path(file.path).name for file in recorded if file.path.startswith("../")]
    logs = len(recorded) - len(beside)
    return ", ".join([*([f"{logs} in the run's folder"] if logs else []), *beside, f"{size_bytes:,} bytes"])

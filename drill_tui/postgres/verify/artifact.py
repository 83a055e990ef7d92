"""`verify_<UTC>.json` on disk, whole or not at all."""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path

from drill_tui.postgres.verify.report import VerifyReport


def write_report(report: VerifyReport, directory: Path) -> Path:
    """Write the report and return its absolute path; an earlier report is never overwritten.

    Raises OSError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    stamp = report.finished_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    staging = directory / f".verify_{stamp}.{os.getpid()}"
    with staging.open("x", encoding="utf-8") as file:
        file.write(report.model_dump_json(indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        return _place(staging, directory, stamp)
    finally:
        staging.unlink()


def _place(staging: Path, directory: Path, stamp: str) -> Path:
    """A hard link fails where the name is taken, so that two reports of one second both stay."""
    for number in range(1, 1000):
        final = directory / (f"verify_{stamp}.json" if number == 1 else f"verify_{stamp}_{number}.json")
        try:
            os.link(staging, final)
        except FileExistsError:
            continue
        return final.resolve()
    raise FileExistsError(f"{directory} holds a thousand reports of {stamp}")

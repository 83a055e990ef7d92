"""A folder in which drills end, and what comes after them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.programme.aftermath_rig import Aftermath
from tests.unit.programme.audit_rig import leave_run
from tests.unit.sinks.stories import failing


@pytest.fixture
def drills(tmp_path: Path) -> Aftermath:
    return Aftermath(tmp_path)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one runbook and no source; its artifacts are those of `drills`."""
    for name in ("DB_HOST", "DATABASE_URL", "PGHOST", "DRILL_NOTIFY_URLS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "scripts").mkdir()
    (tmp_path / "runbooks" / "restore-drill.yaml").write_text(
        "{version: 1, id: restore-drill, title: Drill, cadence: {auto: 31d},"
        " steps: [{id: one, title: One, run: 'true'}]}"
    )
    return tmp_path


@pytest.fixture
def sound_run(tmp_path: Path) -> Path:
    """A drill that failed, as it left everything."""
    return leave_run(tmp_path, failing().clean_up())

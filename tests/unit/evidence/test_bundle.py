"""The auditor's archive: verified elsewhere, whole by its own sums, and it names what is missing."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from drill_tui.cli.archive_cmd import bundle
from drill_tui.cli.evidence_cmd import verify
from drill_tui.cli.exits import Exit, UserError
from drill_tui.evidence.controls import CONTROLS
from drill_tui.evidence.keys import VARIABLE
from drill_tui.sinks.words import VERDICT_WORD
from tests.unit.evidence.rig import leave_drill, new_key
from tests.unit.sinks.stories import failing

Told = pytest.CaptureFixture[str]


@pytest.fixture
def key(own_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    private = new_key(tmp_path / "keys")
    monkeypatch.setenv(VARIABLE, str(private))
    return private.with_suffix(".pub")


def made(folder: Path, key: Path, *, since: str = "2026-11-02", with_logs: bool = False) -> tuple[Exit, Path]:
    path = folder.parent / "drills.zip"
    return bundle(since, None, None, path, [key], with_logs, None, folder), path


def test_the_archive_is_verified_and_unpacked_elsewhere(key: Path, tmp_path: Path, capsys: Told) -> None:
    folder = tmp_path / "artifacts"
    leave_drill(folder, 1)
    kept = leave_drill(folder, 2)
    leave_drill(folder, 3, failing().clean_up())
    code, path = made(folder, key)
    assert code == Exit.PASSED
    assert "2 drills, 2 signed and verified" in capsys.readouterr().out
    shutil.rmtree(folder)
    assert verify(path, [key]) == Exit.PASSED
    assert f"{kept.name}/events.jsonl: is as it was signed" in capsys.readouterr().out
    there = tmp_path / "auditor"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(there)
        assert not [name for name in archive.namelist() if "/logs/" in name], "logs only where asked for"
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=there, check=True)
    page = (there / "index.html").read_text()
    for told in (
        *(control.name for control in CONTROLS),
        kept.name,
        "compare the fingerprint",
        VERDICT_WORD["fail"],
    ):
        assert told in page
    assert (there / "incidents").is_dir(), "what a failed drill raised belongs to it"


def test_a_drill_that_is_missing_is_on_the_first_page(key: Path, tmp_path: Path, capsys: Told) -> None:
    folder = tmp_path / "artifacts"
    _, gone, _ = (leave_drill(folder, day) for day in (1, 2, 3))
    shutil.rmtree(gone)
    next(folder.glob("restore_drill_20261102*.json")).unlink()
    code, path = made(folder, key)
    assert code == Exit.FAILED
    assert gone.name in capsys.readouterr().err
    with zipfile.ZipFile(path) as archive:
        assert "What is missing or was changed" in archive.read("index.html").decode()


def test_a_report_that_was_changed_is_not_called_signed(key: Path, tmp_path: Path, capsys: Told) -> None:
    folder = tmp_path / "artifacts"
    leave_drill(folder, 2)
    (report,) = folder.glob("restore_drill_*.json")
    report.write_text(report.read_text().replace("drill-host", "other-host"))
    code, path = made(folder, key)
    assert code == Exit.FAILED
    assert "was changed after it was signed" in capsys.readouterr().err
    assert verify(path, [key]) == Exit.FAILED


def test_logs_come_where_they_are_asked_for(key: Path, tmp_path: Path) -> None:
    run = leave_drill(tmp_path / "artifacts", 2)
    _, path = made(tmp_path / "artifacts", key, with_logs=True)
    with zipfile.ZipFile(path) as archive:
        assert f"{run.name}/logs/restore.log" in archive.namelist()


def test_a_period_without_drills_and_a_day_that_is_none(key: Path, tmp_path: Path) -> None:
    leave_drill(tmp_path / "artifacts", 2)
    with pytest.raises(UserError, match="no report of that time"):
        made(tmp_path / "artifacts", key, since="2026-12-01")
    with pytest.raises(UserError, match="write a day as 2026-01-31"):
        made(tmp_path / "artifacts", key, since="tomorrow")

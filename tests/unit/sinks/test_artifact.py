"""Every artifact is left, whole, under a name of its own."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from drill_tui.sinks import artifact, markdown
from drill_tui.sinks.artifact import write_all, write_report
from drill_tui.sinks.atomic import write_atomically, write_new
from drill_tui.sinks.html import html
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.unit.sinks.stories import failed, passed
from tests.unit.verdict.drills import whole_drill


def of_run(run_id: str) -> Report:
    return passed().model_copy(update={"run_id": run_id})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_every_artifact_is_left(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    paths = write_all(passed(), run_dir, tmp_path, {}).paths
    assert paths[0] == tmp_path / "restore_drill_20261122T140102Z.json"
    assert names(run_dir) == {"report.md", "report.html", "junit.xml"}
    assert names(tmp_path) == {"run", "restore_drill_20261122T140102Z.json", "restore-drill.prom"}
    assert all(path.stat().st_mode & 0o444 for path in paths)
    assert Report.model_validate_json(paths[0].read_text()) == passed()


def test_drills_of_the_same_second_keep_their_own_files(tmp_path: Path) -> None:
    runs = [f"restore-drill_20261122T140102Z_{n:04x}" for n in range(4)]
    paths = [write_report(of_run(run), tmp_path) for run in runs]
    assert len(set(paths)) == 4
    assert [json.loads(p.read_text())["run_id"] for p in paths] == runs
    assert paths[1].name == "restore_drill_20261122T140102Z_0001.json"


def test_drills_of_the_same_second_race_without_loss(tmp_path: Path) -> None:
    runs = [f"restore-drill_20261122T140102Z_{n:04x}" for n in range(12)]
    gate = threading.Barrier(len(runs))

    def write(run: str) -> None:
        gate.wait()
        write_report(of_run(run), tmp_path)

    threads = [threading.Thread(target=write, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = [json.loads(path.read_text())["run_id"] for path in tmp_path.glob("restore_drill_*.json")]
    assert sorted(left) == runs
    assert not list(tmp_path.glob(".*")), "no draft is left behind"


def test_reporting_on_the_same_run_again_replaces_its_own_file(tmp_path: Path) -> None:
    other = write_report(of_run("r_0001"), tmp_path)
    mine = write_report(of_run("r_0002"), tmp_path)
    again = write_report(of_run("r_0002").model_copy(update={"user": "ana"}), tmp_path)
    assert again == mine
    assert json.loads(mine.read_text())["user"] == "ana"
    assert json.loads(other.read_text())["run_id"] == "r_0001"


def test_a_broken_file_under_the_name_is_not_overwritten(tmp_path: Path) -> None:
    broken = tmp_path / "restore_drill_20261122T140102Z.json"
    broken.write_text("{")
    assert write_report(passed(), tmp_path) != broken
    assert broken.read_text() == "{"


def test_an_artifact_that_fails_is_named_and_the_others_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(report: Report) -> str:
        raise RuntimeError("no ink")

    monkeypatch.setattr(markdown, "markdown", refuse)
    written = write_all(passed(), tmp_path / "run", tmp_path, {})
    assert written.problems == ["report.md could not be written (RuntimeError: no ink)"]
    assert names(tmp_path / "run") == {"report.html", "junit.xml"}
    assert len(written.paths) == 4


def test_what_stands_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where a directory should be")
    written = write_all(passed(), tmp_path / "run", tmp_path / "artifacts", {})
    assert {path.suffix for path in written.paths} == {".json", ".prom"}
    assert len(written.problems) == 3
    assert not written.is_whole
    assert written.problems[0] == f"report.md could not be written (File exists: {tmp_path}/run/report.md)"


def test_gauges_and_summaries_are_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "restore-drill.prom").mkdir()
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path)}
    written = write_all(passed(), tmp_path / "run", tmp_path, environment)
    assert [problem.partition(" could")[0] for problem in written.problems] == [
        "the metrics file",
        "the job summary",
    ]
    assert written.is_whole


def test_a_write_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_atomically(tmp_path / "x", "old")

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == {"x"}


def test_a_new_file_is_written_where_hard_links_are_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    assert write_new(tmp_path / "x", "first")
    assert not write_new(tmp_path / "x", "second")
    assert (tmp_path / "x").read_text() == "first"
    assert names(tmp_path) == {"x"}


def test_training_leaves_no_metrics(tmp_path: Path) -> None:
    report = passed().model_copy(update={"training": True})
    write_all(report, tmp_path / "run", tmp_path, {})
    assert not list(tmp_path.glob("*.prom"))


def test_text_that_is_no_unicode_does_not_stop_the_report(tmp_path: Path) -> None:
    drill = whole_drill(user="olga\udcff")
    paths = write_all(fold(drill.records), tmp_path / "run", tmp_path, {}).paths
    assert len(paths) == 5
    assert "olga" in json.loads(paths[0].read_text())["user"]


def test_the_report_is_written_as_readable_json() -> None:
    text = artifact.report_json(passed())
    assert text.startswith('{\n  "schema_version": 1,\n  "drill_type": "restore_drill",\n')
    assert text.endswith("}\n")


def test_the_reports_name_carries_the_time_of_the_runs_name(tmp_path: Path) -> None:
    late = of_run("restore-drill_20261122T140101Z_3fa9")
    assert late.timestamp == "2026-11-22T14:01:02.000Z"
    assert write_report(late, tmp_path).name == "restore_drill_20261122T140101Z.json"
    assert write_report(of_run("x"), tmp_path).name == "restore_drill_20261122T140102Z.json"


def test_the_markdown_holds_the_hash_that_a_ticket_keeps_away_from_the_journal() -> None:
    held = failed().model_copy(update={"journal_sha256": "cd" * 32})
    assert f"- Journal `events.jsonl`, sha256 `{'cd' * 32}`\n" in markdown.markdown(held)
    assert "events.jsonl" not in markdown.markdown(failed())


def test_what_is_left_is_told_with_the_whole_command() -> None:
    left = failed()
    command = f"drill-tui clean {left.run_id} removes it."
    assert command in markdown.markdown(left)
    assert command in html(left)

"""`drill-tui init`: a project of one's own, and how it differs from what comes with drill-tui."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from drill_tui import __version__
from drill_tui.cli import init_cmd
from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.init_cmd import SCHEMA, STARTING_POINTS, init
from drill_tui.cli.places import find_places
from drill_tui.cli.runbook_cmd import check, new
from drill_tui.runbook.project import SHIPPED

ROOT = Path(__file__).parents[3]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, capsys: Capture) -> Path:
    folder = tmp_path / "new" / "project"
    assert init(folder, as_diff=False) == Exit.PASSED
    capsys.readouterr()
    return folder


def differences(folder: Path, capsys: Capture) -> tuple[int, str]:
    code = init(folder, as_diff=True)
    return code, capsys.readouterr().out


def test_it_writes_what_a_wheel_holds_and_every_runbook_is_sound(project: Path) -> None:
    expected = {str(path.relative_to(ROOT)) for glob in SHIPPED for path in ROOT.glob(glob)}
    written = {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
    assert written == {*expected, SCHEMA, *STARTING_POINTS}
    for name in expected:
        assert (project / name).read_bytes() == (ROOT / name).read_bytes()
        assert os.access(project / name, os.X_OK) == os.access(ROOT / name, os.X_OK)
    for path in find_places(project).runbooks():
        assert check(path.stem, project) == Exit.PASSED


def test_the_project_is_found_from_below_by_its_drill_toml(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "runbooks").rename(project / "elsewhere")
    monkeypatch.chdir(project / "scripts")
    assert find_places().project_dir == project


def test_a_folder_with_runbooks_of_its_own_is_the_nearest_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = project / "team"
    (inner / "runbooks").mkdir(parents=True)
    (inner / "notes").mkdir()
    monkeypatch.chdir(inner / "notes")
    places = find_places()
    assert places.project_dir == inner
    assert places.artifacts_dir == inner / "artifacts" / "restore"


def test_the_scripts_run_with_the_drill_tui_on_path(project: Path) -> None:
    where = f"{Path(sys.executable).parent}:{os.defpath}"
    command = [str(project / "scripts" / "verify.sh"), "--help"]
    done = subprocess.run(command, env={"PATH": where}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage:" in done.stdout


def test_a_second_time_nothing_is_overwritten_and_what_is_missing_is_written(
    project: Path, capsys: Capture
) -> None:
    (project / "scripts" / "backup.sh").write_text("ours\n")
    (project / "scripts" / "start.py").unlink()
    (project / "drill.toml").unlink()
    (project / "drill.toml").symlink_to(project / "gone")
    assert init(project, as_diff=False) == Exit.PASSED
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("wrote")] == ["wrote scripts/start.py"]
    assert "left alone, it is there already: scripts/backup.sh" in said
    assert "left alone, it is there already: drill.toml" in said
    assert (project / "scripts" / "backup.sh").read_text() == "ours\n"
    assert not (project / "gone").exists()


def test_half_a_file_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = init_cmd.ProjectFile("drill.toml", "no bytes")  # type: ignore[arg-type]
    monkeypatch.setattr(init_cmd, "shipped_files", lambda: [broken])
    with pytest.raises(TypeError):
        init(tmp_path, as_diff=False)
    assert list(tmp_path.iterdir()) == []


def test_nothing_differs_in_a_new_project_whatever_became_of_the_starting_points(
    project: Path, capsys: Capture
) -> None:
    for name in STARTING_POINTS:
        (project / name).write_text("ours\n")
    assert differences(project, capsys) == (Exit.PASSED, "")


@pytest.mark.parametrize("ours", [b"#!/bin/sh\necho ours\n", b"no end", b"", b"\x1b[2J\xff\r\n"])
def test_the_diff_leads_to_the_installed_file(project: Path, capsys: Capture, ours: bytes) -> None:
    script = project / "scripts" / "backup.sh"
    script.write_bytes(ours)
    code, diff = differences(project, capsys)
    assert code == Exit.FAILED
    assert diff.startswith("--- a/scripts/backup.sh\n+++ b/scripts/backup.sh\n@@")
    assert diff.count("+++ ") == 1
    assert "\x1b" not in diff
    if b"\x1b" in ours:
        assert "-\\x1b[2J\\xff\\x0d\n" in diff
    else:
        subprocess.run(["git", "apply"], input=diff, text=True, cwd=project, check=True)
        assert script.read_bytes() == (ROOT / "scripts" / "backup.sh").read_bytes()


def test_a_missing_file_is_in_the_diff_whole(project: Path, capsys: Capture) -> None:
    (project / "runbooks" / "pgbackrest.yaml").unlink()
    code, diff = differences(project, capsys)
    assert code == Exit.FAILED
    assert diff.startswith("--- /dev/null\n+++ b/runbooks/pgbackrest.yaml\n@@")


def test_a_folder_that_is_no_project_has_no_difference(project: Path) -> None:
    for folder in (project / "scripts", project / "nowhere"):
        with pytest.raises(UserError, match="is no project") as refusal:
            init(folder, as_diff=True)
        assert refusal.value.advice == f"Make one: drill-tui init {folder}"


def test_the_ci_recipe_installs_this_version_and_drills(project: Path) -> None:
    recipe = project / ".github" / "workflows" / "restore-drill.yml"
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(recipe)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = YAML(typ="safe", pure=True).load(recipe)["jobs"]["drill"]["steps"]
    install, drill = (step["run"] for step in steps if "run" in step)
    assert f"'drill-tui=={__version__}'" in install
    assert drill == ".venv/bin/drill-tui --auto"


def test_a_new_runbook_is_sound_and_the_one_in_the_documentation(project: Path, capsys: Capture) -> None:
    assert new("orders", project) == Exit.PASSED
    written = project / "runbooks" / "orders.yaml"
    assert check("orders", project) == Exit.PASSED
    assert written.read_text() in (ROOT / "docs" / "runbook.md").read_text()
    assert "drill-tui --auto -r orders --project" in capsys.readouterr().out
    for name in ("orders", "../orders", "Orders"):
        with pytest.raises(UserError):
            new(name, project)


def test_a_new_runbook_needs_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="is in no project"):
        new("orders", None)
    assert list(tmp_path.iterdir()) == []

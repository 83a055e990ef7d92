"""The installed product in a folder without a project: everything that a drill needs is in the package."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from drill_tui import __version__
from drill_tui.runbook.project import SHIPPED
from tests.e2e.drill.running import ROOT
from tests.e2e.install.conftest import Installed

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("install")]
INSIDE = "drill_tui/project/"


def everything_in(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")}


def test_the_wheel_holds_each_file_of_the_project_as_it_is(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        held = {
            name.removeprefix(INSIDE): wheel.read(name)
            for name in wheel.namelist()
            if name.startswith(INSIDE)
        }
    assert held == {
        str(path.relative_to(ROOT)): path.read_bytes() for glob in SHIPPED for path in ROOT.glob(glob)
    }
    page = installed.environment_dir / "share" / "man" / "man1" / "drill-tui.1"
    assert page.read_bytes() == (ROOT / "docs" / "drill-tui.1").read_bytes()
    scripts = installed.package / "project" / "scripts"
    assert all(path.stat().st_mode & 0o111 == 0o111 for path in scripts.glob("*.sh"))
    assert installed.run("--version", here=scripts).stdout == f"drill-tui {__version__}\n"


def test_a_drill_passes_in_an_empty_folder_and_leaves_its_evidence_there(
    installed: Installed, tmp_path: Path
) -> None:
    before = everything_in(installed.package.parent)
    done = installed.run("--auto", here=tmp_path / "empty")
    assert done.returncode == 0, done.stdout + done.stderr
    (report,) = (tmp_path / "empty" / "artifacts" / "restore").glob("restore_drill_*.json")
    assert json.loads(report.read_text())["verdict"] == "pass"
    (script,) = set(re.findall(r"\S+/scripts/verify\.sh", done.stdout))
    assert Path(script) == installed.package / "project" / "scripts" / "verify.sh"
    assert [path.name for path in (tmp_path / "empty").iterdir()] == ["artifacts"]
    assert everything_in(installed.package.parent) == before


def test_a_practice_runs_from_the_package_and_a_project_has_its_scenarios(
    installed: Installed, tmp_path: Path
) -> None:
    done = installed.run(
        "practice", "--fault", "index-dropped", here=tmp_path / "empty", DRILL_DEMO_SCALE="0.05"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "(index-dropped)" in done.stdout
    assert [path.name for path in (tmp_path / "empty" / "artifacts").iterdir()] == ["practice"]
    installed.run("init", "team", here=tmp_path)
    shipped = {path.name for path in (ROOT / "runbooks/practice").iterdir()}
    assert {path.name for path in (tmp_path / "team/runbooks/practice").iterdir()} == shipped


@pytest.mark.parametrize("name", ["backup", "restore", "verify"])
def test_an_installed_script_finds_the_python_of_its_environment(
    installed: Installed, tmp_path: Path, name: str
) -> None:
    script = installed.package / "project" / "scripts" / f"{name}.sh"
    done = installed.run("--help", here=tmp_path, program=script)
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage:" in done.stdout


def test_a_copied_script_finds_the_drill_tui_of_path(installed: Installed, tmp_path: Path) -> None:
    """Also where pip's launcher is a line for sh, as it is where the path has a space."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    for path in (installed.package / "project" / "scripts").glob("*.*"):
        (scripts / path.name).write_bytes(path.read_bytes())
        (scripts / path.name).chmod(0o755)
    python = installed.environment_dir / "bin" / "python"
    launchers = {
        "plain": f"#!{python}\n",
        "for sh": f"#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n",
    }
    body = installed.program.read_text().split("\n", 1)[1]
    for kind, first in launchers.items():
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "drill-tui").write_text(first + body)
        (tmp_path / kind / "drill-tui").chmod(0o755)
        where = f"{tmp_path / kind}:/usr/bin:/bin"
        done = installed.run("--help", here=tmp_path, program=scripts / "backup.sh", PATH=where)
        assert (done.returncode, done.stderr) == (0, ""), kind
        assert "usage:" in done.stdout
    bare = installed.run("--help", here=tmp_path, program=scripts / "backup.sh", PATH="/usr/bin:/bin")
    assert bare.returncode == 3
    assert "Install drill-tui" in bare.stderr


def test_init_writes_a_project_from_the_package(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("init", "team", here=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    checked = installed.run("runbook", "check", "--project", "team", here=tmp_path)
    assert checked.stdout.startswith(f"{tmp_path}/team/runbooks/restore-drill.yaml: sound")
    same = installed.run("init", "--diff", "team", here=tmp_path)
    assert (same.returncode, same.stdout) == (0, "")
    (tmp_path / "team" / "scripts" / "start.sh").write_text("ours\n")
    other = installed.run("init", "--diff", "team", here=tmp_path)
    assert other.returncode == 1
    assert "\n-ours\n" in other.stdout

"""The worked example of docs/extending.md works as it is printed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The example, installed as pip would: a module, and beside it the names of its entry points."""
    page = (ROOT / "docs/extending.md").read_text()
    code, entries, runbook = (
        re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("python", "toml", "yaml")
    )
    assert code
    assert entries
    assert runbook
    folder = tmp_path / "site"
    info = folder / "acme_drills-1.2.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_drills.py").write_text(code[1])
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-drills\nVersion: 1.2\n")
    group, name = re.findall(r'"([a-z_.]+)"', entries[1])[:2]
    value = re.findall(r'= "(\S+)"', entries[1])[0]
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
    (tmp_path / "shelf.yaml").write_text(runbook[1])
    return folder


def drill_tui(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "drill_tui", *arguments],
        capture_output=True,
        text=True,
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": f"{package}:{ROOT}"},
        check=False,
    )


def drill(package: Path, runbook: str = "shelf.yaml") -> subprocess.CompletedProcess[str]:
    shelf = package.parent / "shelf"
    shelf.mkdir(exist_ok=True)
    (shelf / "shop_20261127.dump").touch()
    place = ["--artifacts", str(package.parent / "artifacts")]
    return drill_tui(package, "--auto", "-r", runbook, "-p", f"shelf={shelf}", *place)


def test_a_runbook_uses_an_action_of_an_installed_package(package: Path) -> None:
    done = drill(package)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "shelf/shop_20261127.dump" in done.stdout


def test_its_arguments_and_outputs_are_checked_like_ours(package: Path) -> None:
    runbook = package.parent / "shelf.yaml"
    runbook.write_text(
        runbook.read_text().replace("{shelf:", "{shelv:").replace("outputs.backup", "outputs.bakup")
    )
    done = drill_tui(package, "runbook", "check", "shelf.yaml")
    assert done.returncode == 2
    assert "acme.fetch takes no 'shelv'" in done.stderr
    assert "no output 'bakup'" in done.stderr


def test_a_package_that_cannot_be_loaded_is_named(package: Path) -> None:
    (package / "acme_drills.py").write_text("import acme_that_is_not_there\n")
    done = drill(package)
    assert done.returncode == 3
    assert "acme.fetch" in done.stderr
    assert "package acme-drills 1.2 cannot be loaded" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_package_disturbs_no_drill_that_does_not_use_it(package: Path) -> None:
    (package / "acme_drills.py").write_text("raise RuntimeError\n")
    runbook = package.parent / "other.yaml"
    runbook.write_text(
        "version: 1\nid: other\ntitle: Other\nparams: {shelf: {type: path}}\n"
        "steps: [{id: look, title: Look, run: [ls, '${params.shelf}']}]\n"
    )
    assert drill(package, "other.yaml").returncode == 0


def test_nobody_takes_the_place_of_an_action_of_ours(package: Path) -> None:
    entry_points = package / "acme_drills-1.2.dist-info" / "entry_points.txt"
    entry_points.write_text("[drill_tui.actions]\nsource.open = acme_drills:FETCH\n")
    done = drill(package)
    assert done.returncode == 3
    assert "adds the action 'source.open', which drill-tui itself has already" in done.stderr


def test_what_is_no_action_is_refused_by_its_type(package: Path) -> None:
    (package / "acme_drills.py").write_text("FETCH = 'a text'\n")
    done = drill(package)
    assert done.returncode == 3
    assert "is of type str, not ActionSpec" in done.stderr

"""The worked examples of docs/extending.md work as they are printed there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extending import ROOT, install_example


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return install_example(tmp_path)


def drill_tui(package: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "drill_tui", *arguments],
        capture_output=True,
        text=True,
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": f"{package}:{ROOT}", **env},
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


def test_a_target_of_an_installed_package_is_asked(package: Path) -> None:
    env = {"RACK_URL": "postgresql://drill@127.0.0.1:1/postgres"}
    done = drill_tui(package, "--auto", "-r", "racked.yaml", "--artifacts", str(package.parent / "a"), **env)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "the target 127.0.0.1:1 cannot be used" in done.stdout
    unnamed = drill_tui(package, "fit", "--target", "racks")
    assert "there is no target 'racks'; did you mean rack?" in unnamed.stdout + unnamed.stderr


def test_a_fault_of_an_installed_package_is_in_the_catalogue(package: Path) -> None:
    done = drill_tui(package, "score", "--list")
    assert done.returncode == 0, done.stderr
    assert "acme-globals-left-out" in done.stdout
    assert "row-deleted" in done.stdout

"""drill-tui as `pip install` leaves it: built from what is committed, in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.drill.running import ROOT, clean_environment


@dataclass(frozen=True)
class Installed:
    """The environment that the wheel is installed in.  The packages it needs are those of the tests."""

    wheel: Path
    environment_dir: Path

    @property
    def program(self) -> Path:
        return self.environment_dir / "bin" / "drill-tui"

    @property
    def package(self) -> Path:
        (folder,) = self.environment_dir.glob("lib/python3*/site-packages/drill_tui")
        return folder

    def run(self, *arguments: str, here: Path, program: Path | None = None, **extra: str) -> Done:
        """Run it in a folder that knows nothing of the checkout, without the tests' own programs on PATH."""
        here.mkdir(exist_ok=True)
        return subprocess.run(
            [program or self.program, *arguments],
            cwd=here,
            stdin=subprocess.DEVNULL,
            env={**clean_environment(), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", **extra},
            capture_output=True,
            text=True,
            check=False,
            timeout=170,
        )


Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("install")
    wheel = build(folder)
    environment_dir = folder / "environment"
    venv.create(environment_dir)
    (packages,) = environment_dir.glob("lib/python3*/site-packages")
    (packages / "of_the_tests.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--python", str(environment_dir / "bin" / "python"), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    return Installed(wheel, environment_dir)


def build(folder: Path) -> Path:
    """The wheel as `python -m build` makes it: a source distribution first, and the wheel from it alone."""
    source = folder / "source"
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, names.stdout.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    made = folder / "dist"
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(made), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = made.glob("*.whl")
    return wheel

"""The scripts where their own Python cannot be reached, nobody reads them, or somebody stops them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
NAMES = ("backup", "restore", "verify")
NOWHERE = {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_NAME": "shop", "DB_USER": "ann", "DB_PASSWORD": "x"}
ARGUMENTS = {"backup": ["--output", "/tmp/never"], "restore": ["--input", "/nonexistent"], "verify": []}


@pytest.fixture
def without_venv(tmp_path: Path) -> Path:
    """The project as a user finds it who cannot read its .venv."""
    for folder in ("scripts", "drill_tui"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_a_python_without_the_packages_is_told_in_one_sentence(without_venv: Path, name: str) -> None:
    bare = without_venv / "bin"
    bare.mkdir()
    (bare / "python3").write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n')
    (bare / "python3").chmod(0o755)
    done = subprocess.run(
        [without_venv / "scripts" / f"{name}.sh", *ARGUMENTS[name]],
        env={"PATH": f"{bare}:/usr/bin:/bin", **NOWHERE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert f"{name}.sh: " in done.stderr
    assert "cannot run drill-tui: No module named" in done.stderr
    assert "make setup" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_without_any_standard_stream(name: str) -> None:
    closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    script = PROJECT / "scripts" / f"{name}.sh"
    done = subprocess.run(
        [*closed, script, *ARGUMENTS[name]],
        env={"PATH": os.environ["PATH"], **NOWHERE},
        check=False,
        timeout=150,
    )
    assert done.returncode == (1 if name == "restore" else 3)


@pytest.mark.parametrize("name", NAMES)
def test_words_that_the_locale_lacks_are_no_failure(name: str) -> None:
    done = subprocess.run(
        [PROJECT / "scripts" / f"{name}.sh", *ARGUMENTS[name]],
        env={"PATH": os.environ["PATH"], **NOWHERE, "DB_NAME": "größe ☃", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == (1 if name == "restore" else 3), done.stderr
    assert "Traceback" not in done.stderr


SLOW_IMPORT = """
import os, sys, importlib.abc
class Waits(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "argparse" or name == "typer":
            os.write(1, b"importing"); sys.stdin.read()
sys.meta_path.insert(0, Waits())
"""


@pytest.mark.parametrize("module", ["scripts/start.py verify", "-m drill_tui --version"])
def test_ctrl_c_while_python_still_loads_ends_without_a_word(tmp_path: Path, module: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW_IMPORT)
    process = subprocess.Popen(
        [sys.executable, *module.split()],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.read(9) == b"importing"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (-signal.SIGINT, b"")

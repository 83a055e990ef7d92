"""What a tired person types, and what the place allows: a sentence, the right exit code, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
NOBODY_HOME = {"PATH": os.environ["PATH"], "DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_NAME": "shop"}
LONG = "x" * 300


def run(*arguments: str, cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    program, *rest = arguments
    command = (
        [sys.executable, "-m", "drill_tui"] if program == "drill-tui" else [f"{PROJECT}/scripts/{program}"]
    )
    return subprocess.run(
        [*command, *rest],
        env=NOBODY_HOME,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("backup.sh", "--output", ""), 2, "is empty"),
        (("backup.sh", "--output", "a\nb"), 2, "line break"),
        (("backup.sh", "--output", LONG), 2, "File name too long"),
        (("backup.sh", "--output", f"{PROJECT}/README.md"), 2, "is a file"),
        (("backup.sh", "--output", "/tmp/never"), 3, "Check DB_HOST and DB_PORT"),
        (("restore.sh", "--input", ""), 2, "--input is empty"),
        (("restore.sh", "--input", LONG), 3, "File name too long"),
        (("restore.sh", "--input", f"{PROJECT}/README.md"), 2, "is no backup that drill-tui knows"),
        (("restore.sh", "--input", "/dev/null"), 2, "is no backup that drill-tui knows"),
        (("restore.sh", "--input", "/nonexistent"), 1, "does not exist"),
        (("verify.sh", "--jobs", "many"), 2, "'many' is no number of jobs"),
        (("verify.sh",), 3, "Check DB_HOST and DB_PORT"),
        (("drill-tui", "frobnicate"), 2, "No such command"),
        (
            ("drill-tui", "recover", "-p", "backups=/my backups"),
            2,
            "'recover' is a runbook, not a command\n"
            "  Run it: drill-tui --runbook recover -p 'backups=/my backups'",
        ),
        (("drill-tui", "-r", "recover"), 2, "print it: drill-tui runbook show recover"),
        (
            ("drill-tui", "-r", "latest-backup"),
            2,
            "Run it headless: drill-tui --auto --runbook latest-backup",
        ),
        (("drill-tui", "replay", "a\nb", "--artifacts", "/tmp"), 2, "no run is called 'a\\nb'"),
        (("drill-tui", "--auto", "--artifacts", "a\nb"), 2, "line break"),
        (("drill-tui", "--auto", "--artifacts", f"{PROJECT}/README.md"), 3, "File exists"),
        (("drill-tui", "--json", "--confirm", "shop"), 2, "--confirm and --json belong to a headless drill"),
        (("drill-tui", "--audience"), 2, "--audience belongs to a headless drill"),
        (
            ("drill-tui", "--project", "/", "runbook", "check"),
            2,
            "--project before `runbook` would be ignored",
        ),
        (("drill-tui", "--auto", "-p", "jobs=x"), 2, "write a whole number"),
        (("drill-tui", "--auto", "--participant", "anna"), 2, "write it as NAME=ROLE[,ROLE]"),
        (
            ("drill-tui", "--auto", "--runbook", "latest-backup", "-p", "target=external"),
            2,
            "'external' is not one of auto, local, compose",
        ),
        (("drill-tui", "--auto", "--answer", "debrief=x"), 2, "write it as STEP.FIELD=VALUE"),
        (
            ("drill-tui", "--auto", "--confirm", "shop"),
            2,
            "knows: --confirm zakops_restore (step start_target)",
        ),
        (("drill-tui", "--auto", "--answer", "debreif.surprise=x"), 2, "Did you mean debrief.surprise?"),
        (("drill-tui", "--auto", "--mode", "training"), 2, "--auto and --mode training exclude each other"),
        (("drill-tui", "--auto", "--json", "--events"), 2, "--json and --events exclude each other"),
        (("drill-tui", "clean", "--all", "--expired"), 2, "exclude each other"),
        (("drill-tui", "clean", "--artifacts", "/nonexistent"), 2, "No drill has left its evidence here."),
        (
            ("drill-tui", "history", "-r", "restroe"),
            2,
            "Runbooks here: barman, basebackup, latest-backup, pgbackrest, recover, restore-drill, walg",
        ),
        (("drill-tui", "--auto", "-r", f"{PROJECT}/README.md"), 2, "README.md:3:1: "),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_wrong_input_is_told_in_a_sentence(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("program", "arguments", "words"),
    [
        ("backup.sh", ("--output", "backups"), "a working directory that is gone"),
        ("drill-tui", ("due",), "the working directory is gone"),
    ],
)
def test_a_working_directory_that_is_gone(
    tmp_path: Path, program: str, arguments: tuple[str, ...], words: str
) -> None:
    command = f"{sys.executable} -m drill_tui" if program == "drill-tui" else f"{PROJECT}/scripts/{program}"
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["sh", "-c", f'rmdir "{gone}"; exec {command} "$@"', "sh", *arguments],
        env={**NOBODY_HOME, "PYTHONPATH": str(PROJECT)},
        cwd=gone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (2, 3)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["history", "runbook show", "backups list ."])
def test_a_reader_that_leaves_is_no_error(command: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m drill_tui {command} | head -c 1; echo ${{PIPESTATUS[0]}}"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.endswith("0\n")
    assert done.stderr == ""


def test_output_that_cannot_be_kept_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "drill_tui", "runbook", "show"],
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"]},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert "standard output could not be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr

"""Our scripts run again in a process that has them loaded: the same answers; and no other program does."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from drill_tui.faults.score.programs import TIMED_OUT, Program, Programs, start_of
from tests.bench.measure import clean_environment

ROOT = Path(__file__).parents[3]
SCRIPTS = ROOT / "scripts"


async def ran(*programs: Program) -> list[int]:
    async with Programs() as loaded:
        return await asyncio.gather(*(loaded.run(program) for program in programs))


@pytest.mark.parametrize("name", ["backup", "restore", "verify"])
def test_the_shipped_scripts_are_known(name: str) -> None:
    assert start_of(SCRIPTS / f"{name}.sh") == (SCRIPTS / "start.py", name)


def test_a_copy_of_them_and_a_link_to_them_are_too(tmp_path: Path) -> None:
    copied = shutil.copytree(SCRIPTS, tmp_path / "copied/scripts")
    assert start_of(Path(copied) / "verify.sh") == (Path(copied) / "start.py", "verify")
    (tmp_path / "linked").symlink_to(SCRIPTS)
    assert start_of(tmp_path / "linked/verify.sh") == (SCRIPTS / "start.py", "verify")


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ((SCRIPTS / "verify.sh").read_text(), ""),
        ((SCRIPTS / "verify.sh").read_text() + "echo more\n", "scripts/start.py"),
        ("#!/bin/sh\nexit 0\n", "scripts/start.py"),
    ],
    ids=["no start.py beside it", "does more than start it", "another program"],
)
def test_any_other_program_is_run_as_it_is(tmp_path: Path, text: str, beside: str) -> None:
    script = tmp_path / "scripts/verify.sh"
    script.parent.mkdir()
    script.write_text(text)
    if beside:
        (tmp_path / beside).touch()
    assert start_of(script) is None


def test_the_scripts_of_another_checkout_load_their_own_code(tmp_path: Path) -> None:
    shutil.copytree(SCRIPTS, tmp_path / "scripts")
    (tmp_path / "drill_tui").mkdir()
    assert start_of(tmp_path / "scripts/verify.sh") is None


@pytest.mark.parametrize(
    ("script", "options"),
    [
        ("verify", ("--help",)),
        ("verify", ("--depth", "deeper")),
        ("restore", ("--check-only", "--input", "nowhere")),
    ],
)
def test_it_answers_as_the_script_does(tmp_path: Path, script: str, options: tuple[str, ...]) -> None:
    argv = [str(SCRIPTS / f"{script}.sh"), *options]
    environment = clean_environment(COLUMNS="80")
    plain = subprocess.run(argv, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    program = Program(
        argv=argv, environment=environment, working_dir=tmp_path, place=tmp_path, timeout_s=60.0
    )
    (code,) = asyncio.run(ran(program))
    told = (code, program.stdout.read_text(), (tmp_path / "stderr").read_text())
    assert told == (plain.returncode, plain.stdout, plain.stderr)


def test_each_of_several_has_its_own_environment_folder_and_streams(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("one", "two", "three")]
    for place in places:
        place.mkdir()
    programs = [
        Program(
            argv=[str(SCRIPTS / "restore.sh"), "--check-only", "--input", place.name],
            environment=clean_environment(DRILL_EVIDENCE=str(place / "evidence")),
            working_dir=place,
            place=place,
            timeout_s=60.0,
        )
        for place in places
    ]
    assert asyncio.run(ran(*programs)) == [1, 1, 1]
    for place in places:
        assert f"{place / place.name} does not exist" in (place / "stderr").read_text()
        assert place.name in (place / "evidence").read_text()


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def waiting(place: Path, silent: socket.socket, *, timeout_s: float) -> Program:
    host, port = silent.getsockname()
    target = {"DB_HOST": host, "DB_PORT": str(port), "DB_NAME": "shop", "DB_USER": "nobody"}
    return Program(
        argv=[str(SCRIPTS / "verify.sh")],
        environment=clean_environment(**target),
        working_dir=place,
        place=place,
        timeout_s=timeout_s,
    )


@pytest.fixture
def others() -> set[int]:
    """Servers that earlier tests of this process share."""
    return {process.pid for process in psutil.Process().children()}


def started_since(others: set[int]) -> list[psutil.Process]:
    return [process for process in psutil.Process().children() if process.pid not in others]


def test_one_that_takes_too_long_is_ended(tmp_path: Path, silent: socket.socket, others: set[int]) -> None:
    assert asyncio.run(ran(waiting(tmp_path, silent, timeout_s=0.5))) == [TIMED_OUT]
    assert started_since(others) == []


def test_what_is_cancelled_leaves_nothing_behind(
    tmp_path: Path, silent: socket.socket, others: set[int]
) -> None:
    async def cancelled() -> None:
        async with Programs() as loaded, asyncio.TaskGroup() as group:
            task = group.create_task(loaded.run(waiting(tmp_path, silent, timeout_s=600.0)))
            connection, _ = await asyncio.to_thread(silent.accept)
            with connection:
                task.cancel()
                await asyncio.wait({task})

    asyncio.run(cancelled())
    assert started_since(others) == []


def test_once_the_loaded_process_is_killed_no_answer_is_made_up(
    tmp_path: Path, silent: socket.socket, others: set[int]
) -> None:
    program = waiting(tmp_path, silent, timeout_s=600.0)

    async def killed() -> None:
        async with Programs() as loaded:
            asked = asyncio.create_task(loaded.run(program))
            connection, _ = await asyncio.to_thread(silent.accept)
            (process,) = started_since(others)
            (check,) = process.children()
            process.kill()
            for answer in (asked, loaded.run(program)):
                with pytest.raises(OSError, match="is gone"):
                    await answer
            check.wait(30)
            connection.close()

    asyncio.run(killed())
    assert "stopped before everything was verified" in (tmp_path / "stderr").read_text()

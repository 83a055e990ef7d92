"""A terminal at which somebody watches gives way to the drill, and is as it was afterwards."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from drill_tui.engine.processes.priority import BEHIND_THE_DRILL, GROUP_OF_THIS_SESSION, Terminal


@pytest.fixture
def group(tmp_path: Path) -> Path:
    """As the kernel writes it."""
    path = tmp_path / "autogroup"
    path.write_text("/autogroup-4711 nice 3\n", "ascii")
    return path


def test_it_is_nicer_until_it_is_as_before(group: Path) -> None:
    terminal = Terminal(group)
    terminal.stay_behind_the_drill()
    assert group.read_text("ascii") == str(BEHIND_THE_DRILL)
    terminal.as_before()
    assert group.read_text("ascii") == "3"
    group.write_text("what somebody else wrote", "ascii")
    terminal.as_before()
    assert group.read_text("ascii") == "what somebody else wrote"


@pytest.mark.parametrize("told", ["/autogroup-4711 nice 10\n", "/autogroup-4711 nice 19\n", "", "no number"])
def test_what_is_nice_already_or_not_understood_is_left_alone(group: Path, told: str) -> None:
    group.write_text(told, "ascii")
    terminal = Terminal(group)
    terminal.stay_behind_the_drill()
    terminal.as_before()
    assert group.read_text("ascii") == told


def test_a_kernel_without_such_shares_is_not_asked_twice(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "autogroup")
    terminal.stay_behind_the_drill()
    terminal.as_before()
    assert list(tmp_path.iterdir()) == []


class OneChangeAtATime(type(Path())):  # type: ignore[misc]
    """Refuses the first change back, as the kernel does while somebody else's change is fresh."""

    refused = 0

    def write_text(self, data: str, *rest: str) -> int:
        if data == "3" and not OneChangeAtATime.refused:
            OneChangeAtATime.refused += 1
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return int(super().write_text(data, *rest))


def test_a_kernel_that_is_busy_is_asked_again(group: Path) -> None:
    terminal = Terminal(OneChangeAtATime(group))
    terminal.stay_behind_the_drill()
    terminal.as_before()
    assert group.read_text("ascii") == "3"
    assert OneChangeAtATime.refused == 1


@pytest.mark.skipif(not GROUP_OF_THIS_SESSION.exists(), reason="this kernel gives terminals no shares")
def test_the_kernel_says_it_as_it_is_read_here() -> None:
    said = subprocess.run(
        [sys.executable, "-c", f"print(open({str(GROUP_OF_THIS_SESSION)!r}).read())"],
        start_new_session=True,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    name, word, nice = said.split()
    assert (name.startswith("/autogroup-"), word, nice.lstrip("-").isdigit()) == (True, "nice", True)

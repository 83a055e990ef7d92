"""A drill in a browser is an extra, and so is what it stands on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from drill_tui.tui.browser.links import Links, Shown

WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from drill_tui.cli.front import run
run(["serve"])
"""


@pytest.mark.parametrize("lacking", ["textual_serve.app_service", "aiohttp"])
def test_without_the_extra_it_says_how_to_install_it(lacking: str) -> None:
    argv = [sys.executable, "-c", WITHOUT, lacking]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "drill-tui: a drill in a browser needs textual-serve, which is not installed here\n"
        "  pip install 'drill-tui[serve]'\n"
    )


def test_a_key_opens_once_and_no_other_does() -> None:
    links = Links()
    first, second = links.new(Shown.SEAT), links.new(Shown.WALL)
    assert first != second
    assert len(first) == 43, "256 bits"
    assert not links.use("")
    assert not links.use(first[:-1])
    assert not links.use("\udcff")
    assert links.use(first) is Shown.SEAT
    assert not links.use(first)
    assert links.use(second) is Shown.WALL

"""On a real terminal: NO_COLOR sends no colour (https://no-color.org); `mouse = false` asks for none."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.bench.on_terminal import OnTerminal
from tests.tui.test_outside import RUNBOOK

SELECT_GRAPHICS = re.compile(rb"\x1b\[([0-9;:]*)m")
REPORT_MOUSE = b"\x1b[?1000h"
COLOURS = {*range(30, 50), *range(58, 60), *range(90, 108)}


def colours(sent: bytearray) -> set[bytes]:
    """Every escape that chooses a colour, the terminal's default one included."""
    return {
        words
        for words in SELECT_GRAPHICS.findall(sent)
        if COLOURS.intersection(int(part) for part in re.split(rb"[;:]", words) if part)
    }


@pytest.mark.parametrize("no_color", [True, False])
def test_no_byte_asks_for_a_colour(tmp_path: Path, no_color: bool) -> None:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks/short.yaml").write_text(RUNBOOK)
    (tmp_path / "config.toml").write_text(f"mouse = {'false' if no_color else 'true'}\n")
    argv = [sys.executable, "-m", "drill_tui", "--project", str(tmp_path), "--artifacts", str(tmp_path / "a")]
    terminal = OnTerminal(argv, tmp_path, NO_COLOR="1") if no_color else OnTerminal(argv, tmp_path)
    terminal.wait_for("Short drill", "Start")
    assert (REPORT_MOUSE in terminal.last_sent) is not no_color
    for keys, *seen in (
        ("h", "Back"),
        ("\x1b", "Prove that your backups restore"),
        ("i", "A drill that fails, or cannot tell, opens one"),
        ("\x14", "NO_COLOR is set" if no_color else "Theme drill-light"),
        ("?", "Everywhere"),
        ("\x1b", "No incident"),
        ("\x1b", "Prove that your backups restore"),
        ("\r", "Who takes part?"),
        ("Ada\x13", "run through"),
        ("c", "Failed: It fails", "puts it aside"),
        ("b", "Stop the drill?"),
        ("\t\r", "What next", "It works"),
    ):
        terminal.press(keys)
        terminal.wait_for(*seen)
    terminal.press("q")
    terminal.gone()
    assert bool(colours(terminal.last_sent)) is not no_color
    assert SELECT_GRAPHICS.search(terminal.last_sent), "nothing stands out"

"""A real recovery as people have it: the real program on a real terminal, from its declaration to its end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import wait_until
from tests.e2e.drill.terminal import LISTENING, Terminal
from tests.e2e.drill.test_guided import press_again, sign_off
from tests.e2e.programme.test_recover import CONTENT, Site, site

__all__ = ["site"]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("recover"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path.name, tmp_path)
    yield terminal
    terminal.close()


def write_down(terminal: Terminal, question: str, *keys: str) -> None:
    """A note gate: what is no key is typed."""
    terminal.wait_for(question, LISTENING)
    for key in keys:
        if key in ("Tab", "Right"):
            terminal.press(key)
        else:
            terminal.type(key)
    terminal.press("Enter")


def type_twice(terminal: Terminal, text: str) -> None:
    """Whose step it is types it, tries it again, and then somebody else does."""
    terminal.wait_for("2 different people type it", f"Type exactly  {text}", LISTENING)
    terminal.type(text)
    terminal.press("Enter")
    terminal.wait_for("✓ ", "1 more person must type it themselves")
    terminal.type(text)
    terminal.press("Enter")


def test_two_people_recover_a_database(site: Site, terminal: Terminal) -> None:
    terminal.run("--artifacts", str(site.artifacts), "--runbook", "recover", env=site.environment)
    terminal.wait_for("Who takes part?", "Recovery – the day itself, no drill", "Start the recovery")
    for name in ("Ada", "Ben", "Cleo"):
        terminal.fill_in(name)
    terminal.press("C-s")
    write_down(terminal, "What is broken, and since when?", "the disk", "Tab", "03:00", "Tab", "Tab", "Tab")
    freeze = ("Right", "Tab", "the shop is read-only", "Tab", "Tab", "Tab")
    write_down(terminal, "write down what you stopped", *freeze)
    terminal.wait_for("‖ Ben (operator) starts: Choose the backup", "c run through")
    terminal.press("c")
    terminal.wait_for("proven by the drill", "restore-drill_", "no", "newer one")
    sign_off(terminal)
    for text in ("zakops_restore", "restore zakops_restore", "cut over zakops_restore"):
        type_twice(terminal, text)
    done = ("switched the pooler", "Tab", "Right", "Tab", "Right", "Tab", "Tab")
    write_down(terminal, "then write down what you did", *done)
    write_down(terminal, "Who was told, and what?", "support", "Tab", "an hour", "Tab", "Tab")
    write_down(terminal, "What surprised you", "nothing", "Tab", "Tab", "Tab")
    stand_in = "This is for the scribe, whom nobody signed in as"
    terminal.wait_for(stand_in)
    wait_until(lambda: press_again(terminal, stand_in), "the debrief taken from the lead")
    terminal.wait_for("This was a real recovery: it does not count as a drill", "✓ met")
    terminal.press("q")
    assert terminal.exit_code() == 0

    assert site.prepared.sql("zakops_restore", CONTENT) == site.production.sql("shop", CONTENT)
    (path,) = [
        path for path in site.artifacts.glob("restore_drill_*.json") if '"recovery"' in path.read_text()
    ]
    report = json.loads(path.read_text())
    typed = [gate for gate in report["gates"] if gate["kind"] == "type"]
    assert [gate["step"] for gate in typed] == ["start_target", "restore", "cut_over"]
    assert all(len({signature["name"] for signature in gate["by"]}) == 2 for gate in typed)
    assert report["verdict"] == "pass"

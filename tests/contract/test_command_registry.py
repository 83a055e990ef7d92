"""The man page and the completion of shells come from the one registry of commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.man_page import PAGE, page


def test_the_man_page_is_what_the_registry_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.man_page"


def test_a_shell_completes_commands_and_the_projects_runbooks(tmp_path: Path) -> None:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "our-orders.yaml").write_text("")
    for typed, offered in (
        ("runbook ch", "check"),
        ("runbook check our", "our-orders"),
        ("-r our", "our-orders"),
    ):
        words = f"drill-tui {typed}"
        asked = subprocess.run(
            [sys.executable, "-m", "drill_tui"],
            cwd=tmp_path,
            env=os.environ
            | {
                "_DRILL_TUI_COMPLETE": "complete_bash",
                "COMP_WORDS": words,
                "COMP_CWORD": str(len(words.split()) - 1),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=150,
        )
        assert asked.stdout.split() == [offered], asked.stderr

"""A guided drill in one process and seats in others, each on a terminal of its own."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from drill_tui.engine.record.events import Event, GateAnswered
from drill_tui.engine.record.journal import JOURNAL_NAME, read_journal
from drill_tui.postgres.cluster.account import Account
from tests.accounts import python_of
from tests.tui.terminal import Terminal

ROOT = Path(__file__).parents[2]
ENTER, ESCAPE, TAB, CTRL_S = "\r", "\x1b", "\t", "\x13"
BOOK = """version: 1
id: small
title: A small drill
roles:
  lead: {title: Lead}
  second: {title: Second pair of eyes}
steps:
"""
CONFIRM = "  - {id: ask, title: Ask, gate: {kind: confirm, prompt: Shall we}, run: echo went on}\n"
NAMES = ("Ada", "Ben")


class Table:
    """The project and its terminals; everybody can read it, as on a host where people have logins."""

    def __init__(self, folder: Path, steps: str) -> None:
        self.project = folder / "project"
        self.artifacts = folder / "artifacts"
        (self.project / "runbooks").mkdir(parents=True)
        (self.project / "runbooks" / "small.yaml").write_text(BOOK + steps, encoding="utf-8")
        self._folder = folder
        self._opened: list[Terminal] = []

    def drive(self, *options: str, names: Sequence[str] = NAMES) -> Terminal:
        """Signs in and starts the drill, which runs through to its first gate."""
        arguments = ["-r", "small", *options]
        for name, role in zip(names, ("lead", "second"), strict=False):
            arguments += ["--participant", f"{name}={role}"]
        driver = self.open(arguments)
        driver.wait_for_text("Who takes part?", "Start the drill", *names)
        driver.press(CTRL_S)
        driver.wait_for(lambda: any(self.artifacts.glob("*/seats.sock")), "a drill that can be joined")
        return driver

    def join(self, *options: str, uid: int | None = None, gid: int = 0) -> Terminal:
        """Somebody's own seat; `uid` is theirs, where it is not that of the tests."""
        return self.open(["join", *options], uid=uid, gid=gid)

    def open(self, arguments: Sequence[str], *, uid: int | None = None, gid: int = 0) -> Terminal:
        places = ["--project", str(self.project), "--artifacts", str(self.artifacts)]
        python = sys.executable if uid is None else str(python_of(Account(f"uid {uid}", uid, gid)))
        command = [python, "-m", "drill_tui", *arguments, *places]
        if uid is not None:
            setpriv = shutil.which("setpriv") or ""
            command = [setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *command]
        home = Path(tempfile.mkdtemp(dir=self._folder))
        home.chmod(0o777)
        environment = os.environ | {
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "TEXTUAL_ANIMATIONS": "none",
            "HOME": str(home),
            "DRILL_TUI_CONFIG": str(home / "config.toml"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}",
        }
        terminal = Terminal(command, size=(80, 24), environment=environment)
        self._opened.append(terminal)
        return terminal

    @property
    def run_dir(self) -> Path:
        (run,) = (path.parent for path in self.artifacts.glob("*/events.jsonl"))
        return run

    def events(self) -> list[Event]:
        return [record.event for record in read_journal(self.run_dir / JOURNAL_NAME)]

    def answered(self) -> GateAnswered:
        (event,) = (event for event in self.events() if isinstance(event, GateAnswered))
        return event

    def close(self) -> None:
        for terminal in self._opened[::-1]:
            terminal.close()


@contextmanager
def laid(steps: str) -> Iterator[Table]:
    """A table below /tmp: the folders of pytest are closed to other logins."""
    folder = Path(tempfile.mkdtemp(prefix="drill-seats-"))
    folder.chmod(0o755)
    table = Table(folder, steps)
    try:
        yield table
    finally:
        with suppress(Exception):
            table.close()
        shutil.rmtree(folder, ignore_errors=True)


def approve(terminal: Terminal) -> None:
    """Press the button right of the one that a dialog begins at, once it listens."""
    terminal.wait_for_text("Shall we", "puts it aside")
    terminal.press(TAB + ENTER)


def as_root() -> None:
    """Other logins can only be had from root."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can start processes of other logins")

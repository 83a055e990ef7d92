"""Draws the pictures of the README from one true drill, as it is seen on a terminal: `make screenshots`.

A person's keys are sent to the real program, which drills the demo database; then the backup of that drill is
damaged, and the drill of it fails.  Writes docs/images/*.svg, the moving guided.svg among them.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from scripts.terminal_picture import Cell, Screen, moving, still  # noqa: E402 - run as a file too
from tests.tui.terminal import Terminal  # noqa: E402

IMAGES = PROJECT / "docs" / "images"
SIZE = (112, 34)
PLACE = Path("/tmp/drills")  # noqa: S108 - it is read in the pictures
BACKUPS = PLACE / "backups"
ENTER, TAB, SPACE, DOWN, CTRL_S, ESCAPE = "\r", "\t", " ", "\x1b[B", "\x13", "\x1b"
SAMPLE_S, PATIENCE_S = 0.2, 90.0
SETTLES_S = 1.6
"""A dialog that opens by itself listens after a second."""
LONGEST_S, READ_S = 0.8, 2.5
"""How long the moving picture stands still at most, and where there is something to read."""


class Camera:
    """Looks at the terminal while somebody waits, and keeps every screen that is another one."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.frames: list[tuple[Screen, float]] = []

    def look(self, hold_s: float = 0.0) -> Screen:
        seen = screen_of(self.terminal)
        if self.frames and self.frames[-1][0] == seen:
            before = self.frames[-1][1]
            self.frames[-1] = (seen, max(min(before + SAMPLE_S, LONGEST_S), before, hold_s))
        else:
            self.frames.append((seen, max(SAMPLE_S, hold_s)))
        return seen

    def presentable(self) -> list[tuple[Screen, float]]:
        """Without the screens that show where this machine has its checkout."""
        return [frame for frame in self.frames if str(PROJECT) not in words_of(frame[0])]

    def until(self, *texts: str, also: Callable[[Screen], None] = lambda screen: None) -> Screen:
        """Until all of this is seen; each screen on the way is shown to `also`."""
        ends = time.monotonic() + PATIENCE_S
        while not all(text in self.terminal.text for text in texts):
            if time.monotonic() > ends or self.terminal.ended:
                raise TimeoutError(f"never seen: {texts}\n{self.terminal.text}")
            also(self.look())
            time.sleep(SAMPLE_S)
        time.sleep(SETTLES_S)
        return self.look(READ_S)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.terminal.press(key)
            time.sleep(SAMPLE_S)
            self.look()


def screen_of(terminal: Terminal) -> Screen:
    return tuple(tuple(Cell(*cell) for cell in row) for row in terminal.cells())


def words_of(screen: Screen) -> str:
    return "\n".join("".join(cell.text for cell in row) for row in screen)


def save(name: str, picture: str) -> None:
    path = IMAGES / f"{name}.svg"
    path.write_text(picture, encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(PROJECT)}  {len(picture) // 1000} kB\n")


def open_program(*arguments: str) -> Camera:
    environment = {name: os.environ[name] for name in ("HOME", "PATH", "USER") if name in os.environ} | {
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "DRILL_TUI_CONFIG": str(PLACE / "config.toml"),
    }
    argv = [
        sys.executable,
        "-m",
        "drill_tui",
        "--project",
        str(PROJECT),
        "--artifacts",
        str(PLACE),
        *arguments,
    ]
    return Camera(Terminal(argv, size=SIZE, environment=environment))


def sign_in(camera: Camera) -> None:
    camera.until("Who takes part?")
    for name in ("Ana", "Ben", "Cleo", "Dora"):
        camera.press(*name, TAB)
    camera.look(READ_S)
    camera.press(CTRL_S)


def guided_drill() -> None:
    """The drill that passes: home, the restore, the sign-off, the result, and all of it moving."""
    camera = open_program("-p", "keep_backup=true", "-p", f"backup_dir={BACKUPS}")
    try:
        camera.until("Quarterly restore drill  restore-drill")
        camera.press(ENTER)
        sign_in(camera)
        camera.until("starts: Find the source")
        camera.press(ENTER)
        camera.until("starts: Find a target")
        camera.press("c")
        save("gate", still(camera.until("Sign off", "Space marks"), "A sign-off"))
        camera.press(SPACE, DOWN, SPACE)
        camera.until("(2 of 2)")
        camera.press(TAB, TAB, TAB, TAB, ENTER)
        restoring: list[Screen] = []

        def keep(screen: Screen) -> None:
            words = words_of(screen)
            if "▶ Restore into" in words and "pg_restore" in words and "Sign off" not in words:
                restoring.append(screen)

        camera.until("What surprised", also=keep)
        save("drill", still(restoring[-1], "The guided drill while it restores"))
        camera.press(*"Nothing", TAB, TAB, TAB, TAB, ENTER)
        save("result", still(camera.until("RTO", "Criteria", "o Report"), "The result"))
        camera.look(2 * READ_S)
        save("guided", moving(camera.presentable(), "A guided drill, from home to its result"))
        camera.press(ESCAPE)
        save("home", still(camera.until("Quarterly restore drill  restore-drill", "year"), "Home"))
    finally:
        camera.terminal.close()


def drill_of_a_damaged_backup() -> None:
    """One byte of the backup is another one, as a bad disk leaves it."""
    data = max(BACKUPS.glob("*/dump/*.dat.*"), key=lambda path: path.stat().st_size)
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.write_bytes(bytes(content))
    camera = open_program("-r", "latest-backup", "-p", f"backups={BACKUPS}")
    try:
        sign_in(camera)
        for step in ("Bring the backup here", "Find the newest", "Check the backup"):
            camera.until(f"starts: {step}")
            camera.press(ENTER)
        save("failed", still(camera.until("✗ Failed", "Retry"), "A backup that is damaged"))
    finally:
        camera.terminal.close()


if __name__ == "__main__":
    IMAGES.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir()
    guided_drill()
    drill_of_a_damaged_backup()
    shutil.rmtree(PLACE)

"""Which terminals are refused, what a configuration may say, and how ASCII mode draws."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from textual.drivers._writer_thread import WriterThread

from drill_tui.tui import themes
from drill_tui.tui.app import DrillApp
from drill_tui.tui.ascii_only import to_ascii
from drill_tui.tui.commands import WHERE_TITLES, commands
from drill_tui.tui.lost_terminal import TerminalDriver
from drill_tui.tui.settings import Settings, SettingsError, load_settings, remember_theme
from drill_tui.tui.terminal import few_colours, refusal, wants_ascii


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_only_a_terminal_gets_the_screen() -> None:
    there, gone = Terminal(), io.StringIO()
    assert refusal(there, there, {"TERM": "xterm"}, there) is None
    assert "standard input" in (refusal(gone, there, {"TERM": "xterm"}, there) or "")
    assert "standard output" in (refusal(there, gone, {"TERM": "xterm"}, there) or "")
    assert "standard error" in (refusal(there, there, {"TERM": "xterm"}, gone) or "")
    assert "TERM is dumb" in (refusal(there, there, {"TERM": "dumb"}, there) or "")
    assert "TERM is not set" in (refusal(there, there, {}, there) or "")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "C"}, True),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8", "DRILL_ASCII": "1"}, True),
        ({"LANG": "C", "DRILL_ASCII": "0"}, False),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "POSIX"}, True),
    ],
)
def test_ascii_mode(environment: dict[str, str], expected: bool) -> None:
    assert wants_ascii(environment) is expected


def test_ascii_keeps_every_width() -> None:
    drawn = "✓ ╭─╮ ▓░ 漢字 … ‹ü›"
    assert to_ascii(drawn).isascii()
    assert len(to_ascii(drawn)) == len(drawn) + 2
    assert to_ascii("RTO ≤ 30m") == "RTO < 30m"


def test_sixteen_colours_are_recognised() -> None:
    assert few_colours({"TERM": "linux"})
    assert not few_colours({"TERM": "xterm-256color"})
    assert not few_colours({"TERM": "xterm", "COLORTERM": "truecolor"})


def configured(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return {"DRILL_TUI_CONFIG": str(path)}


def test_settings_are_read(tmp_path: Path) -> None:
    flags = 'theme = "drill-light"\nbell = false\nmouse = false\n'
    text = flags + '[keys]\n"drill.note" = "m"\n[keys.drill]\npause = "x"\n'
    settings = load_settings(configured(tmp_path, text))
    assert (settings.theme, settings.bell, settings.mouse) == ("drill-light", False, False)
    assert settings.keys == {"drill.note": "m", "drill.pause": "x"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('theme = "pink"', "drill-dark"),
        ("bell = 1", "true or false"),
        ("colour = 1", "unknown setting: colour"),
        ('[keys]\n"drill.noet" = "m"', "did you mean drill.note?"),
        ('[keys]\n"drill.note" = 1', "must be text"),
        ("theme = ", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=r"config\.toml") as error:
        load_settings(configured(tmp_path, text))
    assert said in str(error.value)


def test_the_theme_is_remembered(tmp_path: Path) -> None:
    environment = {"DRILL_TUI_CONFIG": str(tmp_path / "config.toml")}
    remember_theme(load_settings(environment), themes.LIGHT.name)
    assert load_settings(environment).theme == themes.LIGHT.name
    remember_theme(Settings(remember_in=tmp_path / "config.toml" / "no" / "way"), themes.DARK.name)


def test_no_screen_has_two_commands_on_one_key() -> None:
    alone = [("everywhere", where) for where in WHERE_TITLES if where not in ("everywhere", "drill", "log")]
    together = [("everywhere", "drill", "log"), *alone]
    for places in together:
        keys = [key for command in commands(*places) for key in command.keys.split(",")]
        assert sorted(keys) == sorted(set(keys)), places


@pytest.mark.parametrize("lost", [True, False])
async def test_a_lost_terminal_is_not_taken_up_again(lost: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    master, slave = pty.openpty()
    taken_up: list[bool] = []
    try:
        app = DrillApp()
        driver = app.get_driver_class()(app)
        assert isinstance(driver, TerminalDriver)
        driver.fileno = slave
        monkeypatch.setattr(driver, "resume_application_mode", lambda: taken_up.append(True))
        if lost:
            os.close(master)
        os.kill(os.getpid(), signal.SIGCONT)
        assert taken_up == ([] if lost else [True])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(slave)
        if not lost:
            os.close(master)


async def test_a_terminal_that_takes_nothing_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a stalled connection, or one that is lent to a shell; drawn anew when there is room again."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    master, slave = pty.openpty()
    app = DrillApp()
    drawn_anew: list[object] = []
    monkeypatch.setattr(app, "call_later", lambda *what: drawn_anew.append(what))
    try:
        driver = TerminalDriver(app)
        with os.fdopen(slave, "w") as terminal:
            writer = driver._writer_thread = WriterThread(terminal)
            writer.start()
            drawing = Thread(target=_draw, args=(driver,), daemon=True)
            drawing.start()
            drawing.join(90)
            held_up = drawing.is_alive() or bool(drawn_anew)
            while drawing.is_alive() or not writer._queue.empty():
                os.read(master, 65536)
            driver.write("room again")
            reading = Thread(target=_read_to_the_end, args=(master,), daemon=True)
            reading.start()
            writer.stop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    reading.join(90)
    os.close(master)
    assert not held_up
    assert drawn_anew


def _draw(driver: TerminalDriver) -> None:
    for _ in range(100):
        driver.write("x" * 4096)


def _read_to_the_end(master: int) -> None:
    """Linux tells the end by an error."""
    with suppress(OSError):
        while os.read(master, 65536):
            pass


@pytest.mark.parametrize(("asked", "level"), [("none", "none"), ("", "full")])
def test_nothing_moves_where_that_is_asked(asked: str, level: str) -> None:
    """Read once, when the program starts."""
    program = "from drill_tui.tui.app import DrillApp; print(DrillApp().animation_level)"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"TEXTUAL_ANIMATIONS": asked},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == level


def test_without_a_terminal_the_program_names_the_way_that_needs_none() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "drill_tui"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert "standard input is not one" in told.stderr
    assert "drill-tui --auto" in told.stderr
    assert "Traceback" not in told.stderr

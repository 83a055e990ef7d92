"""The house rules that a machine can hold."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import setuptools

from drill_tui.cli import drill, front
from drill_tui.cli.drill import DrillRequest
from drill_tui.cli.exits import Exit
from drill_tui.cli.main import main
from drill_tui.runbook.held import data_of
from drill_tui.seats.wire import pack, pack_record
from drill_tui.verdict.state import DrillState
from tests.tui.storyteller import Storyteller

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 300


def python(code: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    ).stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--auto", "--help"]])
def test_help_loads_neither_the_terminal_ui_nor_a_database_driver(arguments: list[str]) -> None:
    loaded = python(
        "import sys; from drill_tui.cli.main import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "print('LOADED', *sys.modules)"
    ).split("LOADED")[1]
    for heavy in ("textual", "psycopg", "pydantic", "docker", "ruamel.yaml", "rich.console"):
        assert heavy not in loaded.split()


def test_without_arguments_nothing_is_loaded_to_parse_them() -> None:
    loaded = python(
        "import sys; from drill_tui.cli.main import main\n"
        "try: main([])\n"
        "except SystemExit as end: assert end.code == 2, end\n"
        "print('LOADED', *sys.modules)"
    ).split("LOADED")[1]
    for heavy in ("typer", "pydantic", "email", "rich.console"):
        assert heavy not in loaded.split()


@pytest.mark.parametrize("name", ["backup", "restore", "verify", "witness"])
def test_a_command_that_reads_its_own_arguments_loads_no_parser(name: str) -> None:
    loaded = python(
        "import sys; from drill_tui.cli.main import main\n"
        f"try: main([{name!r}, '--no-such-option'])\n"
        "except SystemExit as end: assert end.code == 2, end\n"
        "print('LOADED', *sys.modules)"
    ).split("LOADED")[1]
    for heavy in ("typer", "textual", "psycopg"):
        assert heavy not in loaded.split()


def test_no_arguments_mean_the_same_with_and_without_a_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[DrillRequest] = []

    def note(request: DrillRequest) -> Exit:
        asked.append(request)
        return Exit.FAILED

    monkeypatch.setattr(drill, "guided_drill", note)
    for opened in (main, front.run):
        with pytest.raises(SystemExit) as end:
            opened([])
        assert end.value.code == Exit.FAILED
    bare, parsed = asked
    assert bare == parsed


def test_a_seat_loads_no_parser_no_tls_and_no_yaml(tmp_path: Path) -> None:
    """It is to stay below 60 MB, from its command line to the result of its drill."""
    story = Storyteller().start()
    runbook = DrillState.of(story.records).runbook
    assert runbook is not None
    told = [pack("welcome", runbook=data_of(runbook)), *map(pack_record, story.records)]
    wire = tmp_path / "wire"
    wire.write_bytes(b"".join(told))
    loaded = python(
        "import sys; from drill_tui.cli.main import main\n"
        "from drill_tui.cli.exits import Exit, UserError; import drill_tui.cli.places as places\n"
        "def nowhere(*_): raise UserError('no place', code=Exit.ERROR)\n"
        "places.find_places = nowhere\n"
        f"try: main(['join', '--artifacts', {str(tmp_path)!r}])\n"
        "except SystemExit as end: assert end.code == 3, end\n"
        "from drill_tui.seats.wire import record_of, unpack; from drill_tui.tui.joined import state_of\n"
        "import drill_tui.tui.screens.joined, drill_tui.tui.screens.projector, drill_tui.tui.screens.result\n"
        f"welcome, *events = map(unpack, open({str(wire)!r}, 'rb'))\n"
        "state = state_of(welcome)\n"
        "for event in events: state.apply(record_of(event))\n"
        "assert len(state.steps) > 5\n"
        "print('LOADED', *(name for name, module in sys.modules.items() if module))"
    ).split("LOADED")[1]
    assert "asyncio" in loaded.split()
    for heavy in ("typer", "ssl", "_ssl", "_hashlib", "psycopg", "docker", "jinja2"):
        assert heavy not in loaded.split()
    for heavy in (
        "importlib.metadata",
        "ruamel.yaml",
        "drill_tui.runbook.load",
        "textual.widgets._text_area",
    ):
        assert heavy not in loaded.split()


def test_a_seat_does_without_plugins_of_pydantic_and_takes_nothing_else_from_it() -> None:
    said = python(
        "import sys; from drill_tui.engine.processes.memory import PLUGINS_OF_MODELS, leave_out_plugins\n"
        "leave_out_plugins()\n"
        "from drill_tui.runbook.model import Role\n"
        "print(Role.model_validate({'title': 'Lead'}).title, 'importlib.metadata' in sys.modules)\n"
        "from pydantic.plugin._loader import PYDANTIC_ENTRY_POINT_GROUP as group\n"
        "print(group, sys.modules[PLUGINS_OF_MODELS].__file__)"
    )
    first, second = said.splitlines()
    assert first == "Lead False"
    assert second.startswith("pydantic ")
    assert second.endswith("_loader.py")


def test_the_home_screen_loads_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    """It is to be there within a second of the start."""
    loaded = python(
        "import sys; from pathlib import Path\n"
        "from drill_tui.cli.guided import open_guided; from drill_tui.cli.root import DrillRequest\n"
        "from drill_tui.tui.screens.home import HomeScreen\n"
        "show = HomeScreen.show_home\n"
        "HomeScreen.show_home = lambda home, *read: (show(home, *read), home.app.exit())\n"
        f"open_guided(DrillRequest(artifacts=Path({str(tmp_path)!r})))\n"
        "print('LOADED', *sys.modules)",
        TEXTUAL_DRIVER="textual.drivers.headless_driver:HeadlessDriver",
    ).split("LOADED")[1]
    assert "drill_tui.runbook.model" in loaded.split()
    for heavy in ("typer", "psycopg", "docker", "jinja2", "pygments", "markdown_it"):
        assert heavy not in loaded.split()
    for later in (
        "engine.record.events",
        "verdict.state",
        "verdict.report",
        "sinks.summary",
        "tui.screens.drill",
    ):
        assert f"drill_tui.{later}" not in loaded.split()


def test_the_headless_engine_never_loads_textual() -> None:
    loaded = python(
        "import sys, drill_tui.cli.drill, drill_tui.engine.run.runner, drill_tui.sinks.console\n"
        "from drill_tui.cli.root import toolbox; toolbox()\n"
        "print('textual' in sys.modules)"
    )
    assert loaded.strip() == "False"


def committed(*patterns: str) -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", *patterns], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout.split("\n")
    return [ROOT / name for name in names if name]


def test_files_stay_short_enough_to_hold_one_thing() -> None:
    lengths = {
        str(path.relative_to(ROOT)): path.read_text().count("\n")
        for path in committed("*.py", "*.sh", "*.tcss")
        if path.is_file()
    }
    assert lengths
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def test_links_in_the_docs_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in committed("*.md")
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text())
        if not (page.parent / link).exists()
    ]
    assert not broken


def test_scripts_can_be_run() -> None:
    scripts = committed("scripts/*.sh", ".ci/run")
    assert scripts
    assert all(os.access(script, os.X_OK) for script in scripts)


def test_every_option_in_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text()
    help_text = subprocess.run(
        [sys.executable, "-m", "drill_tui", "--help"], check=True, capture_output=True, text=True
    ).stdout
    used = set(re.findall(r"^drill-tui (?:[^#\n]*?\s)?(--[a-z]+)", readme, re.MULTILINE)) - {"--check"}
    assert used
    assert not {option for option in used if option not in help_text}


def test_the_package_is_built_where_it_is_not_installed(tmp_path: Path) -> None:
    """As pip does it: with setuptools and nothing else, and not from the folder of the sources."""
    code = (
        "import runpy, sys\n"
        f"sys.path.append({str(Path(setuptools.__file__).parents[1])!r})\n"
        f"runpy.run_path({str(ROOT / 'scripts' / 'build_package.py')!r})\n"
        "print('pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("False\n", "")

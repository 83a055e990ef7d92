"""Every key of the registry does what it says: what is looked for is not there before, and is there after.

A command without a case here fails `test_no_command_is_left_out`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from textual.command import CommandPalette
from textual.widgets import DataTable, Input, OptionList

from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode
from drill_tui.tui.commands import WHERE_TITLES, commands
from drill_tui.tui.dialogs.hand_over import HandOverDialog
from drill_tui.tui.dialogs.hint import HintDialog
from drill_tui.tui.dialogs.reason import ReasonDialog, WriteDialog
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.dialogs.stop import StopDialog, YesNoDialog
from drill_tui.tui.logs.buffer import Level
from drill_tui.tui.places import Places
from drill_tui.tui.screens import drill_asks, drill_logs
from drill_tui.tui.screens import practice as practice_screen
from drill_tui.tui.screens import result as result_screen
from drill_tui.tui.screens.diagnose import DiagnoseScreen
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.screens.help import HelpScreen
from drill_tui.tui.screens.history import HistoryScreen
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.incidents import IncidentsScreen
from drill_tui.tui.screens.practice import PracticeScreen
from drill_tui.tui.screens.practices import PracticesScreen
from drill_tui.tui.screens.result import ResultScreen
from drill_tui.tui.screens.sign_in import SignInScreen
from drill_tui.tui.widgets.step_card import StepCard
from tests.tui import practice_situations as doing
from tests.tui import situations as at
from tests.tui.conftest import wait_for
from tests.tui.fleet_board import SOME, filtered_board
from tests.tui.fleet_board import board as on_board
from tests.tui.situations import Here, Situation
from tests.tui.storyteller import RUNBOOK, Storyteller

OUTSIDE: list[list[str]] = []
"""The programs that were given the terminal."""


@dataclass(frozen=True)
class Case:
    situation: Situation
    effect: Callable[[Here], bool]
    """Whether what the command promises can be seen."""
    meanwhile: Callable[[Here], object] = lambda here: None
    """What happens outside before the key."""


def add_runbook(here: Here) -> None:
    text = RUNBOOK.read_text(encoding="utf-8").replace("id: restore-drill\n", "id: another\n", 1)
    (here.places.project_dir / "runbooks" / "another.yaml").write_text(text, encoding="utf-8")


def is_leaving(here: Here) -> bool:
    return bool(here.app._exit)


def opens(kind: type) -> Callable[[Here], bool]:
    return lambda here: here.shows(kind)


def says(title: str) -> Callable[[Here], bool]:
    return lambda here: (
        here.shows(ReasonDialog) and title in str(here.screen.query_one("#dialog-title").render())
    )


def tells(text: str) -> Callable[[Here], bool]:
    return lambda here: text in at.words_of(here, "#practice-text")


def runs_through(here: Here) -> bool:
    pace = here.drill.seat.pace
    return pace is not None and pace.running_through


training = at.drilling(mode=Mode.TRAINING)
drill = at.drilling()
CASES = {
    "help": Case(at.home, opens(HelpScreen)),
    "palette": Case(at.home, opens(CommandPalette)),
    "theme": Case(at.home, lambda here: here.app.theme == "drill-light"),
    "quit": Case(at.home, is_leaving),
    "interrupt": Case(at.signed_in, is_leaving),
    "home.open": Case(at.home, opens(SignInScreen)),
    "home.history": Case(at.home, opens(HistoryScreen)),
    "home.incidents": Case(at.home, opens(IncidentsScreen)),
    "home.reload": Case(
        at.home, lambda here: here.screen.query_one(OptionList).option_count == 2, add_runbook
    ),
    "sign_in.start": Case(at.signed_in, lambda here: len(here.orders) == 1),
    "sign_in.back": Case(at.sign_in, opens(HomeScreen)),
    "drill.answer": Case(at.gate_put_aside, opens(SignoffGate)),
    "drill.note": Case(drill, opens(WriteDialog)),
    "drill.hand": Case(at.joined, says("hand")),
    "drill.hand_over": Case(drill, opens(HandOverDialog)),
    "drill.pause": Case(drill, says("Pause")),
    "drill.run_through": Case(drill, runs_through),
    "drill.shell": Case(drill, lambda here: here.recorded(ev.ShellClosed) and bool(OUTSIDE)),
    "drill.abort": Case(drill, opens(StopDialog)),
    "drill.hint": Case(training, opens(HintDialog)),
    "drill.guess": Case(training, opens(WriteDialog)),
    "drill.live": Case(at.drilling(then=at.pressing("k")), lambda here: here.drill.looked_at == "restore"),
    "drill.result": Case(at.drilling(Storyteller.whole), opens(ResultScreen)),
    "drill.home": Case(at.past_drill, opens(HomeScreen)),
    "drill.previous": Case(drill, lambda here: here.drill.looked_at == "prove_isolation"),
    "drill.next": Case(
        at.drilling(then=at.pressing("k", "k")), lambda here: here.drill.looked_at == "prove_isolation"
    ),
    "drill.back": Case(at.past_drill, opens(HomeScreen)),
    "log.step": Case(at.drilling(then=at.pressing("3")), lambda here: here.logs.tab == "step"),
    "log.server": Case(drill, lambda here: here.logs.tab == "server"),
    "log.notes": Case(drill, lambda here: here.logs.tab == "notes"),
    "drill.command": Case(drill, lambda here: here.screen.query_one(StepCard).whole_command),
    "log.wrap": Case(drill, lambda here: here.logs.wrapping),
    "log.search": Case(drill, lambda here: here.app.focused is here.logs.query_one("#log-search", Input)),
    "log.level": Case(drill, lambda here: here.logs.view.level is Level.WARNING),
    "log.end": Case(at.drilling(then=at.pressing("home")), lambda here: here.logs.view.following),
    "log.copy": Case(drill, lambda here: "pg_restore" in here.app.clipboard),
    "log.pager": Case(at.log_on_disk, lambda here: ["less", str(here.logs.path())] in OUTSIDE),
    "log.large": Case(drill, lambda here: here.logs.size.width == here.drill.size.width),
    "result.drill": Case(at.result, opens(DrillScreen)),
    "result.copy": Case(at.result, lambda here: here.app.clipboard.count("\n") == 2),
    "result.copy_page": Case(at.result, lambda here: "PASSED" in here.app.clipboard),
    "result.report": Case(at.result, lambda here: any("report.md" in str(words) for words in OUTSIDE)),
    "result.home": Case(at.result, opens(HomeScreen)),
    "history.open": Case(at.history, lambda here: here.shows(DrillScreen) and not here.drill.seat.drill.live),
    "history.result": Case(at.history, opens(ResultScreen)),
    "history.all": Case(at.history, lambda here: "All runbooks" in at.words_of(here, "#history-chart")),
    "history.back": Case(at.history, opens(HomeScreen)),
    "board.open": Case(on_board, opens(HistoryScreen)),
    "board.history": Case(on_board, opens(HistoryScreen)),
    "board.filter": Case(on_board, lambda here: here.screen.query_one("#board-filter").has_focus),
    "board.all": Case(filtered_board, lambda here: here.screen.query_one(DataTable).row_count == len(SOME)),
    "incidents.ack": Case(at.incidents, says("Acknowledge")),
    "incidents.resolve": Case(at.incidents, says("Resolve")),
    "incidents.back": Case(at.incidents, opens(HomeScreen)),
    "home.practice": Case(at.home, opens(PracticesScreen)),
    "practices.open": Case(doing.practices, lambda here: len(here.orders) == 1),
    "practices.back": Case(doing.practices, opens(HomeScreen)),
    "practice.backup": Case(doing.practising, tells("It has no objection.")),
    "practice.restored": Case(doing.practising, tells("It objects.")),
    "practice.log": Case(doing.practising, tells("pg_restore: creating INDEX")),
    "practice.shell": Case(doing.practising, lambda here: ["/bin/sh"] in OUTSIDE),
    "practice.hint": Case(doing.practising, lambda here: "Hint 1" in at.words_of(here, "#practice-words")),
    "practice.diagnose": Case(doing.practising, opens(DiagnoseScreen)),
    "practice.give_up": Case(doing.practising, opens(YesNoDialog)),
    "practice.back": Case(doing.practising, opens(YesNoDialog)),
    "diagnose.choose": Case(doing.diagnosing, lambda here: isinstance(here.app.focused, Input)),
    "diagnose.say": Case(doing.diagnosing, lambda here: not here.shows(DiagnoseScreen)),
    "diagnose.back": Case(doing.diagnosing, opens(PracticeScreen)),
    "revealed.home": Case(doing.revealed, opens(HomeScreen)),
}
REGISTRY = {command.id: command for command in commands(*WHERE_TITLES)}


@pytest.fixture(autouse=True)
def nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell or pager would take the terminal of whoever runs the tests."""

    async def outside(app: object, command: list[str], **_: object) -> int:
        OUTSIDE.append(command)
        return 0

    OUTSIDE.clear()
    monkeypatch.setenv("PAGER", "less")
    for module in (drill_asks, drill_logs, practice_screen, result_screen):
        monkeypatch.setattr(module, "run_outside", outside)


def test_no_command_is_left_out() -> None:
    assert set(CASES) == set(REGISTRY)


@pytest.mark.parametrize(
    ("name", "key"), [(name, key) for name, command in REGISTRY.items() for key in command.keys.split(",")]
)
async def test_a_key_does_what_it_says(places: Places, name: str, key: str) -> None:
    case = CASES[name]
    async with case.situation(places) as here:
        assert not case.effect(here), "this would be seen without the key too"
        case.meanwhile(here)
        await here.pilot.press(key)
        await wait_for(here.pilot, lambda: case.effect(here))
        assert here.app.failure is None

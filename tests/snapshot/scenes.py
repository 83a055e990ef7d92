"""Every screen worth a picture, in a state as a team meets it; nothing in it moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import DataTable, OptionList

from drill_tui.engine.ports import Failure
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.earlier import Earlier
from drill_tui.engine.run.control import DrillControl
from drill_tui.programme.freeze import Frozen
from drill_tui.runbook.mode import Mode
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.hand_over import HandOverDialog
from drill_tui.tui.dialogs.note_gate import NoteGate
from drill_tui.tui.dialogs.reason import WriteDialog
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.dialogs.stop import StopDialog
from drill_tui.tui.places import Places
from drill_tui.tui.screens.diagnose import DiagnoseScreen
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.screens.help import HelpScreen
from drill_tui.tui.screens.history import HistoryScreen
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.incidents import IncidentsScreen
from drill_tui.tui.screens.practice import PracticeScreen
from drill_tui.tui.screens.practices import PracticesScreen
from drill_tui.tui.screens.result import ResultScreen
from drill_tui.tui.screens.revealed import RevealedScreen
from drill_tui.tui.screens.sign_in import SignInScreen
from drill_tui.tui.seat import Seat
from drill_tui.verdict.fold import fold
from tests.snapshot.seat_scenes import SEATS
from tests.tui.conftest import seat_of, wait_for
from tests.tui.fleet_board import SOME, screen_of
from tests.tui.past_drills import incident_of, leave_incident
from tests.tui.scripted_practice import leave_practice, still_desk
from tests.tui.storyteller import BEGAN_AT, DEBRIEF_GATE, RESTORE_GATE, Storyteller

FAILURE = Failure(
    step="restore",
    attempt=1,
    reason='pg_restore: error: could not execute query: role "billing_ro" does not exist',
    exit_code=1,
    environment={},
    working_dir=Path("/tmp"),
)
Steer = Callable[[Pilot[None]], Awaitable[object]]


@dataclass(frozen=True)
class Scene:
    first: Callable[[], Screen[None]]
    steer: Steer
    """Leads from the first screen to the picture, and waits until it is drawn."""


async def at_rest(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.pause()


def pressing(key: str, kind: type) -> Steer:
    async def steer(pilot: Pilot[None]) -> None:
        await at_rest(pilot)
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind) and pilot.app.focused is not None)
        await at_rest(pilot)

    return steer


def asking(ask: Callable[[], Awaitable[object]], kind: type) -> Steer:
    """The drill asks, and nobody has answered yet."""

    async def steer(pilot: Pilot[None]) -> None:
        await at_rest(pilot)
        question = asyncio.ensure_future(ask())
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind) and pilot.app.focused is not None)
        await at_rest(pilot)
        assert not question.done()

    return steer


async def palette_is_open(pilot: Pilot[None]) -> None:
    await pressing("ctrl+p", CommandPalette)(pilot)
    options = pilot.app.screen.query_one(OptionList)
    await wait_for(pilot, lambda: options.option_count > 10)
    await at_rest(pilot)


def _drill(story: Storyteller, *, live: bool = True) -> Scene:
    seat = seat_of(story, live=live)
    return Scene(lambda: DrillScreen(seat), at_rest)


def _dialog(story: Storyteller, key: str, kind: type) -> Scene:
    seat = seat_of(story)

    async def steer(pilot: Pilot[None]) -> None:
        pilot.app.seat = seat  # type: ignore[attr-defined]
        await pressing(key, kind)(pilot)

    return Scene(lambda: DrillScreen(seat), steer)


def _palette() -> Scene:
    seat = seat_of(Storyteller().until_restoring())
    return Scene(lambda: DrillScreen(seat), palette_is_open)


def _question(story: Storyteller, ask: Callable[[Seat], Awaitable[object]], kind: type) -> Scene:
    seat = seat_of(story)
    return Scene(lambda: DrillScreen(seat), asking(lambda: ask(seat), kind))


async def has_looked_back(pilot: Pilot[None]) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, ResultScreen)
    await wait_for(pilot, lambda: screen.looked_back)
    await at_rest(pilot)


def _result(story: Storyteller, places: Places | None = None) -> Scene:
    """With `places`, of the drill after those that lie there."""
    seat = seat_of(story, live=False)
    earlier = Earlier(best_s=dict(seat.laps.best), last_s=dict(seat.laps.last))
    report = fold(story.records).model_copy(update={"earlier": earlier})
    if places is not None:
        seat.drill.run_dir = places.artifacts_dir / report.run_id
    screen = partial(ResultScreen, report, seat)
    return Scene(screen, has_looked_back)


async def result_read_to_its_steps(pilot: Pilot[None]) -> None:
    await has_looked_back(pilot)
    scroll = pilot.app.screen.query_one("#result-scroll")
    rows = str(pilot.app.screen.query_one("#result-page").render()).splitlines()
    scroll.scroll_to(y=rows.index("Steps"), animate=False)
    await at_rest(pilot)


def _result_steps() -> Scene:
    return Scene(_result(Storyteller().whole()).first, result_read_to_its_steps)


def _training() -> Storyteller:
    return Storyteller(Mode.TRAINING).until_restoring()


def _hints_shown() -> Storyteller:
    story = _training()
    for number in range(2):
        story.tell(ev.HintShown(step="restore", index=number, by="Grace Hopper"))
    return story


def _guessed() -> Storyteller:
    guess = "exit 0 and no line that says error"
    return _hints_shown().tell(ev.GuessMade(step="restore", by="Grace Hopper", text=guess))


def _trained() -> Storyteller:
    """A whole training, with hints, guesses and a note."""
    story = Storyteller(Mode.TRAINING).until_restore()
    for step, by, text in (
        ("backup", "Grace Hopper", "one folder, no .partial, every table counted"),
        ("check_backup", "Linus Pauling", "31 files match"),
    ):
        story.tell(ev.GuessMade(step=step, by=by, text=text))
        story.tell(ev.HintShown(step=step, index=0, by=by))
    story.tell(ev.NoteAdded(by="Linus Pauling", text="checksums do not prove the data", step="check_backup"))
    rest = Storyteller(Mode.TRAINING).whole()
    for record in rest.records[len(Storyteller(Mode.TRAINING).until_restore().records) :]:
        story.now = max(story.now, record.at)
        story.tell(record.event)
    return story


def _result_frozen() -> Scene:
    story = Storyteller().failed()
    seat, report = seat_of(story, live=False), fold(story.records)
    frozen = Frozen((incident_of(story, 1),))
    return Scene(lambda: ResultScreen(report, seat, frozen), has_looked_back)


def _home_frozen(places: Places) -> Scene:
    leave_incident(places)
    return _home(places)


def _incidents(places: Places) -> Scene:
    for number, followed in ((1, True), (2, False)):
        leave_incident(places, number, followed=followed)
    return Scene(lambda: IncidentsScreen(places), at_rest)


def _sign_in(places: Places) -> Scene:
    loaded = places.runbooks()[0].loaded
    assert loaded is not None
    return Scene(lambda: SignInScreen(loaded, lambda order: None), at_rest)


def _home(places: Places, steer: Steer = at_rest) -> Scene:
    return Scene(lambda: HomeScreen(places, lambda order: None, now=lambda: BEGAN_AT), steer)


def _board(places: Places) -> Scene:
    screen = partial(screen_of, places)

    async def read(pilot: Pilot[None]) -> None:
        table = pilot.app.screen.query_one(DataTable)
        await wait_for(pilot, lambda: table.row_count == len(SOME))
        await at_rest(pilot)

    return Scene(screen, read)


def _practices(places: Places) -> Scene:
    leave_practice(places)
    return Scene(lambda: PracticesScreen(places, lambda order: None), at_rest)


def _practice(steer: Steer = at_rest) -> Scene:
    """A practice in which one diagnosis was wrong and one hint was taken; its clock stands still."""
    desk = still_desk()
    return Scene(lambda: PracticeScreen(desk, DrillControl()), steer)


def _revealed() -> Scene:
    desk = still_desk(found=True)
    return Scene(lambda: RevealedScreen(desk), at_rest)


def _at_a_seat(make: Callable[[], tuple[Callable[[], Screen[None]], Steer]], places: Places) -> Scene:
    return Scene(*make())


SCENES: dict[str, Callable[[Places], Scene]] = {
    "home": _home,
    "home-frozen": _home_frozen,
    "sign-in": _sign_in,
    "drill": lambda places: _drill(Storyteller().until_restoring()),
    "past-drill": lambda places: _drill(Storyteller().failed(), live=False),
    "signoff": lambda places: _question(
        Storyteller().until_gate(), lambda seat: seat.desk.ask_gate(RESTORE_GATE), SignoffGate
    ),
    "note": lambda places: _question(
        Storyteller().until_verified().begin("debrief").tell(DEBRIEF_GATE),
        lambda seat: seat.desk.ask_gate(DEBRIEF_GATE),
        NoteGate,
    ),
    "failure": lambda places: _question(
        Storyteller().until_failure(), lambda seat: seat.desk.ask_failure(FAILURE), FailureDialog
    ),
    "hand-over": lambda places: _dialog(Storyteller().until_restoring(), "x", HandOverDialog),
    "stop": lambda places: _dialog(Storyteller().until_restoring(), "q", StopDialog),
    "result-passed": lambda places: _result(Storyteller().whole(), places),
    "result-steps": lambda places: _result_steps(),
    "result-failed": lambda places: _result_frozen(),
    "board": _board,
    "history": lambda places: Scene(lambda: HistoryScreen(places.shelf(), places.runbooks()[0]), at_rest),
    "incidents": _incidents,
    "practices": _practices,
    "practice": lambda places: _practice(),
    "diagnosis": lambda places: _practice(pressing("d", DiagnoseScreen)),
    "revealed": lambda places: _revealed(),
    "help": lambda places: Scene(lambda: HelpScreen({}), at_rest),
    "palette": lambda places: _palette(),
    "training-hints": lambda places: _drill(_hints_shown()),
    "training-guess": lambda places: _dialog(_training(), "u", WriteDialog),
    "training-compare": lambda places: _drill(_guessed()),
    "training-summary": lambda places: _result(_trained()),
    **{name: partial(_at_a_seat, make) for name, make in SEATS.items()},
}

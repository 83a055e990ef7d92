"""Home and sign-in: what comes first, what was interrupted, and what the command line fills in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread

import pytest
from textual import events
from textual.widgets import Input, OptionList, Static

from drill_tui.engine.record.events import ParticipantJoined
from drill_tui.engine.record.journal import JOURNAL_NAME, Journal
from drill_tui.postgres.content.source_today import SourceToday
from drill_tui.runbook.mode import Mode
from drill_tui.tui.at_home import AtHome, at_home
from drill_tui.tui.dialogs.cut_off import CutOffDialog
from drill_tui.tui.order import CleanOrder, DrillOrder, Proposal, ResumeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.screens import home
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.sign_in import SignInScreen
from drill_tui.tui.widgets.choice import Choice
from tests.tui.conftest import on_screen, wait_for
from tests.tui.storyteller import RUN_ID, Storyteller

NOV_20 = 1_795_132_800.0


def add_runbook(places: Places, name: str, title: str, cadence: str) -> None:
    text = (places.project_dir / "runbooks" / "restore-drill.yaml").read_text()
    text, found = re.subn(r"cadence:\n(?:  .*\n)+", f"cadence: {cadence}\n", text)
    assert found == 1
    text = text.replace("id: restore-drill", f"id: {name}", 1)
    text = text.replace("title: Quarterly restore drill", f"title: {title}", 1)
    (places.project_dir / "runbooks" / f"{name}.yaml").write_text(text)


def leave_passed(places: Places, runbook: str, mode: str, date: str, **changes: object) -> None:
    report = json.loads((places.artifacts_dir / "restore_drill_01.json").read_text())
    report |= {
        "run_id": f"{runbook}_{mode}_{date}",
        "timestamp": f"{date}T10:00:00Z",
        "mode": mode,
        **changes,
    }
    report["runbook"]["id"] = runbook
    (places.artifacts_dir / f"restore_drill_{runbook}_{mode}.json").write_text(json.dumps(report))


def leave_cut_off(places: Places) -> Path:
    """A run whose process died while it restored."""
    run_dir = places.artifacts_dir / RUN_ID
    run_dir.mkdir()
    journal = Journal(run_dir / JOURNAL_NAME, RUN_ID)
    for record in Storyteller().until_restoring().records:
        journal.append(record.event, record.at)
    journal.close()
    return run_dir


def entries(screen: HomeScreen) -> list[str]:
    options = screen.query_one(OptionList)
    return [str(options.get_option_at_index(i).prompt) for i in range(options.option_count)]


async def test_what_is_overdue_comes_first_then_what_is_due(places: Places) -> None:
    add_runbook(places, "aaa", "Fine until December", "{guided: 40d}")
    add_runbook(places, "bbb", "Due", "{guided: 17d}")
    add_runbook(places, "ccc", "Overdue", "{guided: 5d}")
    (places.project_dir / "runbooks" / "0-broken.yaml").write_text("version: 1\nid: [")
    for name in ("aaa", "bbb", "ccc"):
        leave_passed(places, name, "guided", "2026-11-01")
    (places.project_dir / "runbooks" / "restore-drill.yaml").unlink()
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        told = entries(screen)
    firsts = [text.splitlines()[0] for text in told]
    assert firsts[:3] == ["Overdue", "Due", "Fine until December"]
    assert "0-broken.yaml" in firsts[3]
    assert "✗ guided overdue" in told[0]
    assert "! guided due" in told[1]
    assert "✓ nothing now  next guided drill in 21 d, by 2026-12-11" in told[2]


async def test_keys_are_taken_while_reports_are_read(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a reading that comes late does not take the place of a newer one."""
    first, late = Event(), Event()
    shown: list[int] = []

    def reading(places: Places, now: float, source: SourceToday | None) -> AtHome:
        found = at_home(places, now, source)
        if not first.is_set():
            first.set()
            late.wait(60)
        return found

    class Home(HomeScreen):
        def show_home(self, reading: int, found: AtHome | Exception) -> None:
            super().show_home(reading, found)
            shown.append(reading)

    monkeypatch.setattr(home, "at_home", reading)
    screen = Home(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (app, pilot):
        await wait_for(pilot, first.is_set)
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: app.screen is not screen)
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is screen)
        assert shown == []
        add_runbook(places, "aaa", "Another", "{auto: 40d, guided: 17d}")
        screen.action_reload()
        await wait_for(pilot, lambda: shown == [2])
        late.set()
        await wait_for(pilot, lambda: shown == [2, 1])
        assert len(entries(screen)) == 2


async def test_what_can_run_here_is_selected_before_what_cannot(places: Places) -> None:
    add_runbook(places, "aaa", "Another", "{auto: 40d, guided: 17d}")
    path = places.project_dir / "runbooks" / "aaa.yaml"
    needs = "requires: {programs: [no-such-program], paths: [backup_dir]}"
    path.write_text(path.read_text().replace("\ncriteria:", f"\n{needs}\n\ncriteria:", 1))
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        assert screen.highlighted is not None
        assert screen.highlighted.path.name == "restore-drill.yaml"
        assert "needs no-such-program, backup_dir" in entries(screen)[1]


async def test_a_secret_without_a_variable_is_typed_at_the_sign_in(places: Places) -> None:
    path = places.project_dir / "runbooks" / "restore-drill.yaml"
    path.write_text(path.read_text().replace("\nparams:\n", "\nparams:\n  token: {type: secret}\n", 1))
    loaded = places.runbooks()[0].loaded
    assert loaded is not None
    orders: list[DrillOrder] = []
    proposal = Proposal(people={"Ada": ("lead", "operator", "second")})
    async with on_screen(lambda: SignInScreen(loaded, orders.append, proposal=proposal)) as (app, pilot):
        await pilot.press("ctrl+s")
        complaint = app.screen.query_one("#sign-in-complaint")
        await wait_for(
            pilot, lambda: "token: it has no value; it is typed at the sign-in" in str(complaint.render())
        )
        app.screen.query_one("#param-token", Input).value = "s3cret"
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: bool(orders))
    assert (orders[0].params, orders[0].secrets) == ({}, {"token": "s3cret"})
    assert "s3cret" not in repr(orders[0])


async def test_the_sign_in_takes_no_value_that_would_refuse_the_drill(places: Places) -> None:
    loaded = places.runbooks()[0].loaded
    assert loaded is not None
    orders: list[DrillOrder] = []
    proposal = Proposal(people={"Ada": ("lead", "operator", "second")}, params={"jobs": "many"})
    async with on_screen(lambda: SignInScreen(loaded, orders.append, proposal=proposal)) as (app, pilot):
        complaint = app.screen.query_one("#sign-in-complaint")
        await pilot.press("ctrl+s", "ctrl+s")
        await wait_for(pilot, lambda: "jobs: the value 'many' is no int" in str(complaint.render()))
        assert not orders
        app.screen.query_one("#param-jobs", Input).value = "2"
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: bool(orders))
    assert orders[0].params == {"jobs": "2"}


async def test_what_was_chosen_stays_chosen_when_people_come_back(places: Places) -> None:
    add_runbook(places, "aaa", "Another", "{auto: 40d, guided: 17d}")
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (app, pilot):
        await wait_for(pilot, lambda: screen.highlighted is not None)
        assert "! auto, guided due" in entries(screen)[0]
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: isinstance(app.screen, SignInScreen))
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is screen)
        await pilot.pause()
        assert screen.highlighted is not None
        assert screen.highlighted.path.name == "restore-drill.yaml"


@pytest.mark.parametrize(
    ("keys", "order"),
    [(("r",), ResumeOrder), (("c",), CleanOrder), (("enter",), None), (("escape",), None)],
)
async def test_an_interrupted_run_is_offered_first(
    places: Places, keys: Sequence[str], order: Callable[[Path], object] | None
) -> None:
    run_dir = leave_cut_off(places)
    asked: list[object] = []
    screen = HomeScreen(places, lambda order: None, asked.append, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.query_one(OptionList).option_count == 2)
        assert "was interrupted" in entries(screen)[0]
        assert "Restore into the isolated database" in entries(screen)[0]
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, CutOffDialog) and bool(pilot.app.focused))
        await pilot.press(*keys)
        await wait_for(pilot, lambda: pilot.app.screen is screen)
    assert asked == ([order(run_dir)] if order else [])


async def test_a_run_whose_journal_is_damaged_can_only_be_cleaned_or_left(places: Places) -> None:
    run_dir = leave_cut_off(places)
    lines = (run_dir / JOURNAL_NAME).read_text().splitlines(keepends=True)
    (run_dir / JOURNAL_NAME).write_text("".join([lines[0], *lines[2:]]))
    asked: list[object] = []
    screen = HomeScreen(places, lambda order: None, asked.append)
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.query_one(OptionList).option_count == 2)
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, CutOffDialog) and bool(pilot.app.focused))
        await pilot.press("r")
        assert isinstance(pilot.app.screen, CutOffDialog)
        await pilot.press("c")
        await wait_for(pilot, lambda: pilot.app.screen is screen)
    assert asked == [CleanOrder(run_dir)]


class AnswersAtOnce(Thread):
    """A source that refuses the connection before the screen has been painted."""

    def start(self) -> None:
        super().start()
        self.join()


async def test_a_source_that_answers_at_once_does_not_break_the_sign_in(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:wrong@127.0.0.1:1/x")
    monkeypatch.setattr(home, "Thread", AnswersAtOnce)
    runbook = places.project_dir / "runbooks" / "restore-drill.yaml"
    async with on_screen(lambda: HomeScreen(places, lambda order: None, preselected=runbook)) as (app, pilot):
        await wait_for(pilot, lambda: isinstance(app.screen, SignInScreen) and app.focused is not None)
        assert app.failure is None


async def test_the_command_line_fills_in_the_sign_in(places: Places) -> None:
    orders: list[DrillOrder] = []
    proposal = Proposal(
        mode=Mode.TRAINING,
        people={"Ada": ("lead", "scribe"), "Ben": ("operator",), "Cleo": ("second", "cook")},
        params={"target": "compose", "nothing": "1", "profile": "slow"},
    )
    runbook = places.project_dir / "runbooks" / "restore-drill.yaml"
    screen = HomeScreen(places, orders.append, preselected=runbook, proposal=proposal)
    async with on_screen(lambda: screen) as (app, pilot):
        await wait_for(pilot, lambda: isinstance(app.screen, SignInScreen) and app.focused is not None)
        complaint = str(app.screen.query_one("#sign-in-complaint").render())
        assert "Cleo: no role 'cook' here" in complaint
        assert "no parameter 'nothing'" in complaint
        assert "profile cannot be 'slow', only durable, fast" in complaint
        assert app.screen.query_one("#param-profile", Choice).value == "durable"
        await pilot.press("ctrl+s")
        told = app.screen.query_one("#sign-in-complaint")
        await wait_for(pilot, lambda: "Start once more" in str(told.render()))
        assert not orders, "what does not fit is not dropped in silence"
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: bool(orders))
    (order,) = orders
    assert (order.mode, order.params) == (Mode.TRAINING, {"target": "compose"})
    assert order.participants == (
        ParticipantJoined(name="Ada", roles=("lead", "scribe")),
        ParticipantJoined(name="Ben", roles=("operator",)),
        ParticipantJoined(name="Cleo", roles=("second",)),
    )


@pytest.mark.parametrize("key", ["tab", "enter"])
async def test_what_is_typed_right_behind_the_key_reaches_the_next_field(places: Places, key: str) -> None:
    loaded = places.runbooks()[0].loaded
    assert loaded is not None
    async with on_screen(lambda: SignInScreen(loaded, lambda order: None)) as (app, pilot):
        await wait_for(pilot, lambda: isinstance(app.focused, Input))
        for pressed in [*"Ada", key, *"Ben", key, *"Cleo"]:
            app.post_message(events.Key(pressed, pressed if len(pressed) == 1 else None))
        boxes = app.screen.query(Input)
        await wait_for(pilot, lambda: "Cleo" in [box.value for box in boxes])
        assert [box.value for box in boxes][:3] == ["Ada", "Ben", "Cleo"]


async def test_home_asks_the_source_as_due_does(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    add_runbook(places, "restore-drill", "Watched", "{after_change: ['scripts/**']}")
    drilled = {"host": "127.0.0.1", "port": "1", "dbname": "shop"}
    leave_passed(places, "restore-drill", "auto", "2026-11-01", source=drilled)
    for name, value in {"HOST": "127.0.0.1", "PORT": "1", "NAME": "shop"}.items():
        monkeypatch.setenv(f"DB_{name}", value)
    screen = HomeScreen(places, lambda order: None, now=lambda: NOV_20)
    async with on_screen(lambda: screen) as (_, pilot):
        told = screen.query_one("#runbook-details", Static)
        await wait_for(pilot, lambda: "Cannot connect to shop on 127.0.0.1:1" in str(told.content))

"""A drill screen without an engine: a seat whose clock stands still, and an app around it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from drill_tui.engine.record.events import LogChunk, Progress
from drill_tui.engine.run.control import DrillControl
from drill_tui.tui.app import DrillApp
from drill_tui.tui.desk import Desk
from drill_tui.tui.dialogs import first_moments
from drill_tui.tui.pace import Pace
from drill_tui.tui.places import Places
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.seat import Seat
from drill_tui.tui.settings import Settings
from drill_tui.tui.watched import WatchedDrill
from drill_tui.verdict.fold import fold
from drill_tui.verdict.laps import Laps
from tests.tui.scripted_launch import Told
from tests.tui.storyteller import RUNBOOK, Storyteller, restore_lines

ROUNDS = 10
"""How often in a row nothing may wait for anybody, until what a key led to has been done."""
_press = Pilot.press


async def press_and_settle(pilot: Pilot[None], *keys: str) -> None:
    """Textual 8.2.8 takes little use of the processor for idleness, which on a busy machine it is not."""
    await _press(pilot, *keys)
    quiet = 0
    while quiet < ROUNDS and pilot.app.is_running:
        await asyncio.sleep(0)
        takers = [
            pilot.app,
            *(one for screen in pilot.app.screen_stack for one in screen.walk_children(with_self=True)),
        ]
        quiet = 0 if any(taker.message_queue_size for taker in takers) else quiet + 1


@pytest.fixture(autouse=True)
def still_screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same screen on every machine: no animation, one time zone, all colours, nobody's settings.

    Drills of the past were made by this version of drill-tui, and every scenario can be practised here.

    Dialogs listen at once; `test_first_moments` is about those that do not.
    """
    monkeypatch.setattr("drill_tui.__version__", "0.1.0")
    monkeypatch.setattr("drill_tui.faults.practice.staging._has_disks", lambda: True)
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none", raising=False)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: "operator")
    monkeypatch.setattr("textual.widgets.Input._toggle_cursor", lambda self: None)
    monkeypatch.setattr(first_moments, "AT_LEAST_S", 0.0)
    monkeypatch.setattr(Pilot, "press", press_and_settle)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def seat_of(story: Storyteller, *, live: bool = True, lines: int = 60) -> Seat:
    """A seat at the point that the story has reached; with a control if the drill is live."""
    drill = WatchedDrill(live=live, run_dir=Path("/nowhere/run"))
    for record in story.records:
        drill.take(record)
    drill.take_log(LogChunk(step="restore", lines=tuple(restore_lines(lines))))
    tell_progress(drill, story.now)
    laps = Laps(
        best={"backup": 44, "check_backup": 5, "start_target": 2, "restore": 180},
        last={"backup": 39, "check_backup": 5, "start_target": 3},
    )
    seat = Seat(drill=drill, desk=Desk(lambda: story.now), now=lambda: story.now, laps=laps)
    if live:
        seat.control = DrillControl()
        seat.control.attach(Told(story, lambda: catch_up(seat, story)))
        seat.pace = Pace(seat.control, drill, lambda: None, story.mode)
    return seat


def tell_progress(drill: WatchedDrill, now: float) -> None:
    """The last half minute of a restore, which gets on faster and faster."""
    for ago_s in range(30, -1, -1):
        done = 1.9e6 - 8000 * ago_s * (1 + (30 - ago_s) / 40)
        progress = Progress(
            step="restore", label="public.events", done=done, total=3.1e6, unit="rows", eta_s=83
        )
        drill.take_progress(progress, now - ago_s)


def catch_up(seat: Seat, story: Storyteller) -> None:
    """Show the seat what was told since."""
    for record in story.records[len(seat.drill.records) :]:
        seat.drill.take(record)


@asynccontextmanager
async def on_screen(
    first: Callable[[], Screen[None]],
    *,
    size: tuple[int, int] = (120, 36),
    seat: Seat | None = None,
    settings: Settings | None = None,
) -> AsyncIterator[tuple[DrillApp, Pilot[None]]]:
    app = DrillApp(settings, first=first)
    app.seat = seat
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        await pilot.pause()
        yield app, pilot


@asynccontextmanager
async def drilling(
    story: Storyteller,
    *,
    size: tuple[int, int] = (120, 36),
    live: bool = True,
    settings: Settings | None = None,
) -> AsyncIterator[tuple[Seat, DrillScreen, Pilot[None]]]:
    seat = seat_of(story, live=live)
    screen = DrillScreen(seat)
    async with on_screen(lambda: screen, size=size, seat=seat, settings=settings) as (_, pilot):
        yield seat, screen, pilot


async def wait_for(pilot: Pilot[None], condition: Callable[[], bool], deadline_s: float = 60.0) -> None:
    """Wait for a state of the screen."""
    async with asyncio.timeout(deadline_s):
        while not condition():
            await pilot.pause(0.01)


def events_of(seat: Seat, kind: type) -> list[object]:
    return [record.event for record in seat.drill.records if isinstance(record.event, kind)]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A project with one runbook and a history of ten drills, one of them failed."""
    (tmp_path / "runbooks").mkdir()
    text = RUNBOOK.read_text(encoding="utf-8")
    (tmp_path / "runbooks" / "restore-drill.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "scripts").mkdir()
    for name in ("backup", "restore", "verify"):
        script = tmp_path / "scripts" / f"{name}.sh"
        script.write_text("#!/bin/sh\n")
        script.chmod(0o755)
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()
    report = json.loads(fold(Storyteller().whole().records).model_dump_json())
    for month in range(1, 11):
        report["run_id"] = f"restore-drill_{month:02}"
        report["timestamp"] = f"2026-{month:02}-03T10:00:00Z"
        report["rto"]["wall_s"] = 300.0 + 150.0 * (month * 7 % 11)
        report["rto"]["machine_s"] = 0.9 * report["rto"]["wall_s"]
        failed = month == 6
        report["verdict"], report["passed"] = ("fail", False) if failed else ("pass", True)
        report["failure_reason"] = "Checksums verify: missed" if failed else None
        (artifacts / f"restore_drill_{month:02}.json").write_text(json.dumps(report), encoding="utf-8")
    return Places(project_dir=tmp_path, artifacts_dir=artifacts)

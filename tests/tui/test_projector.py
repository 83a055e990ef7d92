"""The drill on the wall: what it says, that nothing is answered there, and every size of a window."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Static

from drill_tui.cli.exits import UserError
from drill_tui.cli.join_cmd import Wish
from drill_tui.cli.join_cmd import join as join_command
from drill_tui.engine.ports import Failure, GateAnswer
from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode
from drill_tui.tui.big_letters import headline
from drill_tui.tui.marks import marks_of
from drill_tui.tui.screens.projector import ProjectorScreen
from drill_tui.tui.seat import Person
from drill_tui.verdict.moments import PACES
from tests.tui.joined_seat import Joining, joining
from tests.tui.storyteller import RESTORE_GATE, Storyteller

FAILURE = Failure(
    step="restore", attempt=1, reason="exit 1", exit_code=1, environment={}, working_dir=Path("/tmp")
)
SIZES = ((80, 24), (120, 36), (200, 50))


def part(here: Joining, name: str) -> str:
    return str(here.wall.query_one(f"#wall-{name}", Static).render())


def is_large(text: str, words: str, width: int = 76) -> bool:
    """In letters of any size that a wall has."""
    return any(stands_in(headline(text, width, rows), words) for rows in range(3, 20))


def stands_in(rows: tuple[str, ...], words: str) -> bool:
    """Whether these letters are drawn there, one row below the other."""
    drawn = words.splitlines()
    return bool(rows) and any(
        all(row.rstrip() in line for row, line in zip(rows, drawn[at:], strict=False))
        for at in range(len(drawn) - len(rows) + 1)
    )


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_wall_tells_the_clock_the_step_and_what_happened_last(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    story = Storyteller().until_restoring()
    async with joining(story, tmp_path, name="", on_the_wall=True, size=size) as here:
        await here.until(lambda: is_large("6/9", part(here, "step"), (size[0] - 4) // 3))
        assert "Quarterly restore drill" in part(here, "head")
        assert "running" in part(here, "head")
        clock = part(here, "clock")
        assert "RTO" in clock
        assert "objective" in clock
        assert "█" in clock
        step = part(here, "step")
        title = "Restore into the isolated database"
        assert any(is_large(title, step, width) for width in range(50, 170))
        assert "running" in step
        assert "Nobody is needed now" in part(here, "call")
        assert "restore" in part(here, "last")
        assert here.said[0].endswith("has joined to watch")


async def test_the_stopwatch_is_as_large_as_there_is_room(tmp_path: Path) -> None:
    async with joining(Storyteller().until_restoring(), tmp_path, name="", on_the_wall=True) as here:
        high: list[int] = []
        for size in SIZES:
            await here.pilot.resize_terminal(*size)
            await here.until(partial(lambda wanted: here.wall.size == wanted, size))
            await here.until(lambda: here.wall.query_one("#wall-clock").size.height > (high or [0])[-1])
            high.append(part(here, "clock").rstrip().count("\n") - 1)
        assert high == [5, 10, 15]


async def test_whom_a_gate_needs_and_who_has_signed(tmp_path: Path) -> None:
    async with joining(Storyteller().until_gate(), tmp_path, name="", on_the_wall=True) as here:
        answer = asyncio.ensure_future(here.driver.desk.ask_gate(RESTORE_GATE))
        await here.until(lambda: "Needed now: 2 of lead, operator, second" in part(here, "call"))
        told = part(here, "call")
        assert "sign off · Restore into the isolated database?" in told
        assert "Ada Lovelace (lead), Grace Hopper (operator), Linus Pauling (second)" in told
        ada = Person("Ada Lovelace", "lead")
        marks_of(here.driver, RESTORE_GATE).add(ada, here.driver.signature(ada))
        here.driver.desk.tell()
        await here.until(lambda: "✓ Ada Lovelace (lead), Grace Hopper" in part(here, "call"))
        assert "sign off · 1 signed" in part(here, "call")
        question = here.driver.desk.question
        assert question is not None
        here.driver.desk.answer(question, GateAnswer(answer="approved"), "Ada Lovelace")
        await here.until(lambda: "Nobody is needed now" in part(here, "call"))
        assert (await answer).answer == "approved"


async def test_whom_a_gate_needs_is_large_where_there_is_room(tmp_path: Path) -> None:
    story, gate = Storyteller().until_gate(), replace(RESTORE_GATE, roles=("lead",), min=1)
    async with joining(story, tmp_path, name="", on_the_wall=True, size=(120, 36)) as here:
        asking = asyncio.ensure_future(here.driver.desk.ask_gate(gate))
        await here.until(lambda: "Needed now" in part(here, "call"))
        assert is_large("lead", part(here, "call"), 116)
        asking.cancel()


async def test_no_key_answers_anything(tmp_path: Path) -> None:
    async with joining(Storyteller().until_gate(), tmp_path, name="", on_the_wall=True) as here:
        answer = asyncio.ensure_future(here.driver.desk.ask_gate(RESTORE_GATE))
        await here.until(lambda: "Needed now" in part(here, "call"))
        before = len(here.story.records)
        for key in ("enter", "g", "n", "v", "p", "a", "s", "c", "t", "u", "o", "h", "r", "tab", "space"):
            await here.pilot.press(key)
            assert isinstance(here.app.screen, ProjectorScreen), key
        assert here.footer() == {"Help", "Quit"}
        assert not answer.done()
        assert len(here.story.records) == before
        answer.cancel()


async def test_a_failure_alarms(tmp_path: Path) -> None:
    async with joining(Storyteller().until_failure(), tmp_path, name="", on_the_wall=True) as here:
        deciding = asyncio.ensure_future(here.driver.desk.ask_failure(FAILURE))
        await here.until(lambda: "Decide now" in part(here, "call"))
        assert "exit 1" in part(here, "call")
        assert "decided at the driver's keyboard" in part(here, "call")
        assert here.wall.query_one("#wall-call").has_class("-alarm")
        deciding.cancel()


@pytest.mark.parametrize(
    ("mode", "who", "what"),
    [
        (Mode.GUIDED, "Grace Hopper (operator)", "starts: Restore into the isolated"),
        (Mode.TRAINING, "Everybody", "was it as you expected?"),
    ],
)
async def test_whose_turn_it_is_to_go_on(tmp_path: Path, mode: Mode, who: str, what: str) -> None:
    story = Storyteller(mode).until_restore()
    assert mode.value in PACES
    story.tell(ev.PauseStarted(by=mode.value, reason="before each step"))
    async with joining(story, tmp_path, name="", on_the_wall=True, size=(120, 36)) as here:
        await here.until(lambda: what in part(here, "call"))
        assert is_large(who, part(here, "call"), 116)


async def test_somebody_pauses_and_says_why(tmp_path: Path) -> None:
    story = Storyteller().until_restore().tell(ev.PauseStarted(by="Ada Lovelace", reason="lunch"))
    async with joining(story, tmp_path, name="", on_the_wall=True) as here:
        await here.until(lambda: "by Ada Lovelace: lunch" in part(here, "call"))
        assert is_large("Paused", part(here, "call"))


async def test_a_lost_driver_is_said(tmp_path: Path) -> None:
    async with joining(Storyteller().until_restoring(), tmp_path, name="", on_the_wall=True) as here:
        await here.guests.server.close()
        await here.until(lambda: "Its driver is gone: drill-tui resume" in part(here, "call"))
        assert "disconnected" in part(here, "head")
        assert "running" not in part(here, "head")
        assert here.wall.query_one("#wall-call").has_class("-alarm")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_verdict_is_large_at_the_end(tmp_path: Path, size: tuple[int, int]) -> None:
    story = Storyteller().until_verified()
    async with joining(story, tmp_path, name="", on_the_wall=True, size=size) as here:
        story.clean_up(ev.EndReason.ABORTED)
        assert here.driver.control is not None
        here.driver.control.note("Ada Lovelace", "the last word")
        await here.guests.server.close()
        await here.until(lambda: "criteria met" in part(here, "step"))
        assert here.app.screen is here.wall
        assert not here.session.lost
        assert "ABORTED" not in part(here, "step"), "letters, not words"
        assert part(here, "step").count("█") > 100
        assert not here.wall.query_one("#wall-call").display


def test_who_answers_does_not_sit_on_the_wall(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="leave out --name or --projector"):
        join_command(None, tmp_path, tmp_path, Wish(name="Ben", projector=True))

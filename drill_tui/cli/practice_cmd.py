"""`drill-tui practice`: find a fault that was planted on a throw-away demo, and the record of who did."""

from __future__ import annotations

import asyncio
import getpass
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.places import Places, find_places
from drill_tui.cli.practising import code_of, put_away_what_was_left

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from drill_tui.faults.practice.lines import Lines
    from drill_tui.faults.practice.record import Kept
    from drill_tui.faults.practice.shelf import Drawn, Story
    from drill_tui.faults.practice.stage import Play

Shown = TypeVar("Shown", bound="BaseModel")


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeRequest:
    """What was asked for on the command line."""

    name: str | None = None
    person: str | None = None
    fault: str | None = None
    difficulty: int | None = None
    seed: int | None = None
    by: str | None = None
    by_lines: bool = False
    game_day: bool = False
    as_json: bool = False
    project: Path | None = None
    artifacts: Path | None = None

    @property
    def draws(self) -> bool:
        asked = (self.name, self.fault, self.difficulty, self.seed)
        return self.game_day or any(value is not None for value in asked)


def practice(request: PracticeRequest) -> Exit:
    """List the scenarios, tell a person's record, or practise one.  Raises UserError."""
    from drill_tui.faults.practice.shelf import RESERVED, offered
    from drill_tui.tui.terminal import refusal

    places = find_places(request.project, request.artifacts)
    stories = read_all(places)
    if request.name == RESERVED:
        return _tell_record(request, places, stories)
    if request.person is not None:
        raise UserError(f"{request.person}: only `practice record` takes a second name")
    if not request.draws:
        return _list(request, places, offered(stories))
    if request.as_json:
        raise UserError("--json belongs to the list and to `practice record`")
    drawn, person = _draw(request, stories), request.by or login()
    if request.by_lines or refusal(sys.stdin, sys.stdout, os.environ):
        return _practise(drawn, person, places, game_day=request.game_day)
    from drill_tui.cli.guided import practise_guided
    from drill_tui.tui.order import PracticeOrder

    return practise_guided(PracticeOrder(drawn, person, request.game_day), places)


def read_all(places: Places) -> list[Story]:
    """Every scenario of the project.  Raises UserError with each problem and its place."""
    from drill_tui.faults.practice.shelf import read_stories
    from drill_tui.kinds import KindError
    from drill_tui.runbook.problems import RunbookError

    try:
        return read_stories(places.project_dir)
    except RunbookError as error:
        raise UserError(str(error)) from None
    except KindError as error:
        raise UserError(str(error), code=Exit.ERROR) from None


def login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _draw(request: PracticeRequest, stories: list[Story]) -> Drawn:
    from drill_tui.faults.practice.shelf import SEEDS, NothingToDrawError, draw

    try:
        return draw(
            stories,
            seed=secrets.randbelow(SEEDS) if request.seed is None else request.seed,
            name=request.name or "",
            fault=request.fault or "",
            difficulty=request.difficulty,
            live=request.game_day,
        )
    except NothingToDrawError as error:
        raise UserError(str(error), advice="drill-tui practice lists them all.") from None


def _practise(drawn: Drawn, person: str, places: Places, *, game_day: bool) -> Exit:
    from drill_tui.engine.clock import SystemClock
    from drill_tui.engine.run.plan import DrillRefusedError
    from drill_tui.faults.practice.lines import on_this_terminal
    from drill_tui.faults.practice.session import Ending
    from drill_tui.faults.practice.stage import Play
    from drill_tui.faults.practice.telling import result_line, revealed

    face = on_this_terminal()
    play = Play(drawn, person=person, face=face, clock=SystemClock(), game_day=game_day)
    try:
        asyncio.run(_run(play, places, face))
    except DrillRefusedError as error:
        raise UserError(str(error), code=Exit.ERROR) from None
    if play.problem:
        complain(f"the practice could not be set up, or not be kept: {play.problem}")
    if play.record is None:
        return code_of(play)
    face.say()
    if play.record.ending is not Ending.INTERRUPTED:
        for passage in revealed(drawn.story, play.record):
            face.say(passage.title.upper())
            face.say_wrapped(passage.text)
    face.say(result_line(play.record))
    for leftover in play.leftovers:
        complain(f"still there: {leftover}", "drill-tui clean --all removes it.")
    return code_of(play)


async def _run(play: Play, places: Places, face: Lines) -> None:
    from drill_tui.cli.root import toolbox
    from drill_tui.engine.run.control import DrillControl
    from drill_tui.engine.run.signals import install_signal_handlers
    from drill_tui.faults.practice.lines import Preparing

    house = await asyncio.to_thread(toolbox)
    await put_away_what_was_left(house, places, face.say)
    control, sinks = DrillControl(), [Preparing(face.say)]
    with install_signal_handlers(control):
        await play.run(house, places.project_dir, places.practice_dir, sinks=sinks, control=control)


def _list(request: PracticeRequest, places: Places, stories: list[Story]) -> Exit:
    from drill_tui.faults.practice.record import read_records, record_of_person
    from drill_tui.faults.practice.tables import Shelf, print_shelf

    kept = read_records(places.practice_dir)
    person = record_of_person(request.by or login(), kept.records, stories)
    return _show(Shelf.of(stories, person), print_shelf, kept, as_json=request.as_json)


def _tell_record(request: PracticeRequest, places: Places, stories: list[Story]) -> Exit:
    from drill_tui.faults.practice.record import read_records, record_of_person
    from drill_tui.faults.practice.tables import print_record

    kept = read_records(places.practice_dir)
    found = record_of_person(request.person or request.by or login(), kept.records, stories)
    return _show(found, print_record, kept, as_json=request.as_json)


def _show(found: Shown, write: Callable[[Shown, TextIO], None], kept: Kept, *, as_json: bool) -> Exit:
    """On standard output; the records that could not be read are named beside it."""
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        write(found, sys.stdout)
    for problem in kept.broken:
        complain(problem)
    return Exit.PASSED

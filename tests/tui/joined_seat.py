"""A seat of one's own on a screen in memory, at a drill that a story tells; between them a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual.pilot import Pilot

from drill_tui.engine.run.control import DrillControl
from drill_tui.seats.client import join
from drill_tui.tui.app import DrillApp
from drill_tui.tui.guests import Guests
from drill_tui.tui.joined import JoinedSession
from drill_tui.tui.screens.joined import JoinedScreen
from drill_tui.tui.screens.projector import ProjectorScreen
from drill_tui.tui.seat import Seat
from drill_tui.tui.widgets.question_bar import QuestionBar
from tests.tui.conftest import catch_up, seat_of, wait_for
from tests.tui.scripted_launch import Told
from tests.tui.storyteller import RUN_ID, Storyteller


@dataclass
class Joining:
    """The driver's side, and the seat's."""

    story: Storyteller
    driver: Seat
    guests: Guests
    session: JoinedSession
    app: DrillApp
    pilot: Pilot[None]
    said: list[str] = field(default_factory=list)
    """At the driver's terminal."""

    @property
    def screen(self) -> JoinedScreen:
        assert isinstance(self.session.screen, JoinedScreen)
        return self.session.screen

    @property
    def wall(self) -> ProjectorScreen:
        assert isinstance(self.session.screen, ProjectorScreen)
        return self.session.screen

    @property
    def bar(self) -> str:
        return str(self.screen.query_one(QuestionBar).render())

    @property
    def notices(self) -> str:
        return "\n".join(notice.message for notice in self.app._notifications)

    def footer(self) -> set[str]:
        """What can be done now, as the lowest line says."""
        active = self.app.screen.active_bindings.values()
        return {one.binding.description for one in active if one.binding.show and one.enabled}

    async def until(self, condition: Callable[[], bool]) -> None:
        await wait_for(self.pilot, condition)


@asynccontextmanager
async def joining(
    story: Storyteller,
    folder: Path,
    *,
    name: str = "Grace Hopper",
    observe: bool = False,
    on_the_wall: bool = False,
    only_looks: bool = False,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[Joining]:
    """Until the seat is there and has heard all so far."""
    (folder / RUN_ID).mkdir(parents=True)
    last, said = story.records.pop(), list[str]()
    driver = seat_of(story)
    guests = Guests(driver, folder, said.append)
    heard = len(story.records)
    story.records.append(last)

    def pass_on() -> None:
        nonlocal heard
        catch_up(driver, story)
        new, heard = story.records[heard:], len(story.records)
        for record in new:
            guests.server.on_record(record)

    driver.control = DrillControl()
    driver.control.attach(Told(story, pass_on))
    pass_on()
    line = await join(folder / RUN_ID, name=name, observe=observe or on_the_wall)
    app = DrillApp()
    app.only_looks = only_looks
    session = JoinedSession(app, folder / RUN_ID, line, on_the_wall=on_the_wall)
    app.seat, app.first = session.seat, lambda: session.screen
    listening = asyncio.ensure_future(session.listen())
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await wait_for(pilot, lambda: len(session.seat.drill.records) == len(story.records))
            await wait_for(pilot, lambda: app.screen is session.screen and session.screen.has_widgets)
            yield Joining(story, driver, guests, session, app, pilot, said)
    finally:
        listening.cancel()
        await asyncio.wait({listening})
        await line.close()
        await guests.close()

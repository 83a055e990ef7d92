"""A fleet on the board, without evidence: databases in every state, drills here and elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

from textual.widgets import DataTable

from drill_tui.fleet.board import BoardRow, Doing
from drill_tui.fleet.inventory import Database
from drill_tui.fleet.standing import Standing, State
from drill_tui.programme.shelf import PastDrill, Shelf
from drill_tui.seats.audience import Audience
from drill_tui.tui.board_words import QueueNews
from drill_tui.tui.joined import look_in
from drill_tui.tui.places import Places
from drill_tui.tui.screens.board import BoardScreen, Sources
from tests.tui.conftest import on_screen, wait_for
from tests.tui.situations import Here
from tests.tui.storyteller import BEGAN_AT, RUN_ID, Storyteller

DAY_S = 86_400.0
OWNERS = ("payments", "platform", "search", "nobody")
WHY: dict[State, str] = {
    "proven": "passed 3 d ago",
    "due": "last passed 32 d ago, and is due every 31 d",
    "overdue": "last passed 70 d ago, and is due every 31 d",
    "failing": "its last drill ended with fail: Foreign keys valid: missed",
    "unknown": "attempts/0004.json cannot be read: Field required. Mend it, or move it away.",
}
SOME: tuple[tuple[str, State, float], ...] = (
    ("orders", "proven", 3),
    ("events", "failing", 12),
    ("billing-archive-of-the-last-decade", "overdue", 70),
    ("search", "due", 32),
    ("shop", "unknown", 5),
    ("users", "proven", 1),
    ("ledger", "proven", 0.001),
    ("reports", "proven", 30.5),
)


def standing(name: str, state: State, days: float, drills: Sequence[PastDrill], owner: str) -> Standing:
    """One database that was proven so many days before the story begins."""
    at = BEGAN_AT - days * DAY_S
    database = Database(
        name=name,
        service=f"{name}-replica",
        source=name,
        runbook="restore-drill",
        params={},
        cadence_s=31 * DAY_S,
        again_s=31 * DAY_S,
        window=None,
        labels=frozenset(),
        disk_bytes=None,
        cores=1,
        owner=owner,
    )
    return Standing(
        database=database,
        state=state,
        why=WHY[state],
        shelf=Shelf(tuple(drills)),
        proof=replace(drills[-1], at=at) if drills else None,
        next_at=at + 31 * DAY_S,
    )


def some_rows(places: Places, here: Path | None = None) -> tuple[BoardRow, ...]:
    """`orders` runs in that folder, `users` on another machine, `ledger` has just begun; `search` waits."""
    drills = places.shelf().drills
    doing = {
        "orders": Doing(
            host="drill1",
            since=BEGAN_AT - 130,
            is_here=True,
            run_dir=here or Path("/nowhere/run"),
            step="Restore into the isolated database",
            step_since=BEGAN_AT - 41,
        ),
        "users": Doing(host="drill2", since=BEGAN_AT - 4000),
        "ledger": Doing(host="drill1", since=BEGAN_AT - 1, is_here=True),
    }
    rows = [
        BoardRow(
            standing(name, state, days, drills[: 3 + number], OWNERS[number % len(OWNERS)]), doing.get(name)
        )
        for number, (name, state, days) in enumerate(SOME)
    ]
    return tuple(sorted(rows, key=lambda row: row.rank))


def many_rows(count: int) -> tuple[BoardRow, ...]:
    return tuple(
        BoardRow(standing(f"db{number:03}", "proven" if number % 3 else "due", number % 31, (), "us"))
        for number in range(count)
    )


def screen_of(
    places: Places,
    read: Callable[[float], Sequence[BoardRow]] | None = None,
    news: QueueNews | None = None,
) -> BoardScreen:
    rows = some_rows(places)
    said = QueueNews(waiting=frozenset({"search"})) if news is None else news
    sources = Sources(
        fleet="/srv/drills/fleet.toml",
        read=read or (lambda now: rows),
        news=lambda: said,
        command_for=lambda host, name: (
            f"drill-tui join --observe --artifacts artifacts/fleet-work/{host}/{name}"
        ),
    )
    return BoardScreen(sources, look_in, now=lambda: BEGAN_AT)


@asynccontextmanager
async def board(
    places: Places,
    read: Callable[[float], Sequence[BoardRow]] | None = None,
    *,
    news: QueueNews | None = None,
    size: tuple[int, int] = (120, 36),
) -> AsyncIterator[Here]:
    """Until every database is on it."""
    screen = screen_of(places, read, news)
    async with on_screen(lambda: screen, size=size) as (app, pilot):
        table = screen.query_one(DataTable)
        await wait_for(pilot, lambda: table.row_count > 0)
        yield Here(app, pilot, places)


def names(here: Here) -> list[str]:
    """The databases on the board, from the top."""
    table = here.app.screen_stack[1].query_one(DataTable)
    return [str(key.value) for key in table.rows]


async def choose(here: Here, name: str) -> None:
    """Put the cursor on a database."""
    table = here.screen.query_one(DataTable)
    table.move_cursor(row=names(here).index(name))
    await here.pilot.pause()


@contextmanager
def watched_drill(folder: Path) -> Iterator[tuple[Storyteller, Callable[[], None], Audience]]:
    """A headless drill that is told in that folder, with an audience; and what passes the news on."""
    story = Storyteller().until_restoring()
    run_dir = folder / RUN_ID
    run_dir.mkdir(parents=True)
    audience = Audience(folder, lambda: story.now, lambda sentence: None, {"best": {}, "last": {}})
    heard = 0

    def pass_on() -> None:
        nonlocal heard
        new, heard = story.records[heard:], len(story.records)
        for record in new:
            audience.server.on_record(record)

    yield story, pass_on, audience


@asynccontextmanager
async def filtered_board(places: Places) -> AsyncIterator[Here]:
    """With one database on it."""
    async with board(places) as here:
        await here.pilot.press("slash", *"orders", "enter")
        await wait_for(here.pilot, lambda: names(here) == ["orders"])
        yield here

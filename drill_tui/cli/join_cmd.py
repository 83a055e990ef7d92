"""`drill-tui join`: a seat of one's own at a guided drill that somebody else drives on this host."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.places import Places, find_places
from drill_tui.engine.processes.priority import Terminal

if TYPE_CHECKING:
    from drill_tui.seats.client import Line


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to sit."""

    name: str = ""
    observe: bool = False
    projector: bool = False
    ascii_only: bool = False


def join(run: str | None, project: Path | None, artifacts: Path | None, wish: Wish) -> int:
    """Open the seat until its person leaves.  Raises UserError where there is no drill to join."""
    if wish.projector and wish.name:
        raise UserError("--projector shows the drill and answers nothing: leave out --name or --projector")
    terminal = Terminal()
    terminal.stay_behind_the_drill()
    try:
        return _join(run, find_places(project, artifacts), wish, terminal)
    finally:
        terminal.as_before()


def _join(run: str | None, places: Places, wish: Wish, terminal: Terminal) -> int:
    from drill_tui.tui.settings import SettingsError
    from drill_tui.tui.terminal import refusal

    named = places.find_run(run) if run else None
    if reason := refusal(sys.stdin, sys.stdout, os.environ):
        complain(reason, "Follow it without a screen: drill-tui watch")
        return Exit.USAGE
    try:
        run_dir, lost = asyncio.run(_sit_down(places, named, wish, terminal))
    except SettingsError as error:
        raise UserError(str(error)) from None
    if lost:
        complain(f"{run_dir.name}: {lost}")
        return Exit.ERROR
    return Exit.PASSED


async def _sit_down(places: Places, named: Path | None, wish: Wish, terminal: Terminal) -> tuple[Path, str]:
    run_dir, line = await connected(places, named, wish)
    if line.driven_from_here:
        terminal.as_before()
    else:
        terminal.stay_behind_the_drill()  # the kernel may have been busy with somebody else's a second ago
    from drill_tui.tui.joined import run_joined

    session = await run_joined(run_dir, line, ascii_only=wish.ascii_only, on_the_wall=wish.projector)
    return run_dir, session.lost


async def connected(places: Places, named: Path | None, wish: Wish) -> tuple[Path, Line]:
    """To the named drill, else to the newest one that can be joined.  Raises UserError."""
    from drill_tui.engine.record.vocabulary import SEATS_NAME
    from drill_tui.seats.client import NoSeatError, join

    found = [named] if named else [run for run in places.runs()[::-1] if (run / SEATS_NAME).exists()]
    refused: NoSeatError | None = None
    for run_dir in found:
        try:
            return run_dir, await join(run_dir, name=wish.name, observe=wish.observe or wish.projector)
        except NoSeatError as error:
            refused = refused or error
    if refused:
        raise UserError(f"{found[0].name}: {refused}", advice=_instead(found[0]), code=Exit.ERROR)
    raise UserError(
        f"no guided drill is running in {places.artifacts_dir}",
        advice="`drill-tui watch` follows a headless one; --artifacts DIR says where it runs.",
        code=Exit.ERROR,
    )


def _instead(run_dir: Path) -> str:
    """What can be done with a run that cannot be joined."""
    from drill_tui.engine.record.lock import is_driven
    from drill_tui.engine.recovery.recover import find_orphans

    if is_driven(run_dir):
        return f"It runs; `drill-tui watch {run_dir.name}` follows it."
    if run_dir in find_orphans(run_dir.parent):
        return f"Its process is gone: drill-tui resume {run_dir.name} goes on with it."
    return f"It is over: drill-tui replay {run_dir.name} tells it again."

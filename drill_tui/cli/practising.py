"""What both faces of a practice share: what is put away before, and the exit code after."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, complain

if TYPE_CHECKING:
    from collections.abc import Callable

    from drill_tui.cli.places import Places
    from drill_tui.engine.ports import Toolbox
    from drill_tui.faults.practice.stage import Play


async def put_away_what_was_left(house: Toolbox, places: Places, say: Callable[[str], None]) -> None:
    """Clean practices whose process died: nobody goes on with one."""
    from drill_tui.engine.recovery.recover import RecoveryError, clean_run, find_orphans

    for run_dir in find_orphans(places.practice_dir):
        say(f"{run_dir.name} was cut off; what it left is being removed …")
        try:
            await clean_run(run_dir, house, lambda line: None)
        except RecoveryError as error:
            complain(str(error))


def code_of(play: Play) -> Exit:
    """PASSED where the fault was found, FAILED where it was given up."""
    from drill_tui.faults.practice.session import Ending

    if play.problem:
        return Exit.ERROR
    if play.record is None or play.record.ending is Ending.INTERRUPTED:
        return Exit.ABORTED
    if play.record.ending is Ending.GIVEN_UP:
        return Exit.FAILED
    return Exit.LEFTOVERS if play.leftovers else Exit.PASSED


def say_how_it_went(play: Play) -> None:
    """On the terminal, once the screen that covered it is gone."""
    from drill_tui.faults.practice.telling import MARK, result_line

    if play.problem:
        complain(f"the practice did not run to its end: {play.problem}")
    if play.record is not None:
        with suppress(OSError):
            sys.stdout.write(f"{MARK}  {play.record.title}: {result_line(play.record)}\n")
    for leftover in play.leftovers:
        complain(f"still there: {leftover}", "drill-tui clean --all removes it.")

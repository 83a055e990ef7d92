"""What both faces of a practice share: what is put away before, and the exit code after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, complain

if TYPE_CHECKING:
    from collections.abc import Callable

    from drill_tui.cli.places import Places
    from drill_tui.faults.practice.stage import Play


async def put_away_what_was_left(places: Places, say: Callable[[str], None]) -> None:
    """Clean practices whose process died: nobody goes on with one."""
    from drill_tui.cli.root import toolbox
    from drill_tui.engine.recovery.recover import RecoveryError, clean_run, find_orphans

    for run_dir in find_orphans(places.practice_dir):
        say(f"{run_dir.name} was cut off; what it left is being removed …")
        try:
            await clean_run(run_dir, toolbox(), lambda line: None)
        except RecoveryError as error:
            complain(str(error))


def code_of(play: Play) -> Exit:
    """PASSED where the fault was found, FAILED where it was given up."""
    from drill_tui.faults.practice.session import Ending

    if play.record is None or play.record.ending is Ending.INTERRUPTED:
        return Exit.ABORTED
    if play.record.ending is Ending.GIVEN_UP:
        return Exit.FAILED
    return Exit.LEFTOVERS if play.leftovers else Exit.PASSED

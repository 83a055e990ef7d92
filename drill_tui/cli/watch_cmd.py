"""`drill-tui watch`: follow a drill from another terminal.  It reads the journal and touches nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, UserError, complain, unreadable
from drill_tui.cli.places import Places, find_places
from drill_tui.cli.stopping import let_ctrl_c_raise
from drill_tui.cli.streams import reader_left

if TYPE_CHECKING:
    from drill_tui.engine.ports import Sink
    from drill_tui.engine.record.events import Record

POLL_S = 0.2
STOPPED_WATCHING = 130


def watch(run: str | None, project: Path | None, artifacts: Path | None, as_json: bool) -> int:
    """Tell a run as it happens, until it is over.  Returns the run's exit code.

    Raises UserError where no run fits, or where its journal cannot be read.
    """
    from drill_tui.engine.record.journal import JournalError
    from drill_tui.engine.record.lock import is_driven
    from drill_tui.sinks.console import ConsoleSink
    from drill_tui.sinks.events import EventStream
    from drill_tui.verdict.fold import EmptyRunError

    places = find_places(project, artifacts)
    run_dir = places.find_run(run) if run else _running(places)
    sink = EventStream(sys.stdout) if as_json else ConsoleSink(sys.stdout)
    if not is_driven(run_dir):
        complain(f"{run_dir.name} does not run any more; this tells it again, from its journal")
    let_ctrl_c_raise()
    try:
        return _tell(run_dir, places, sink, as_json)
    except KeyboardInterrupt:
        return STOPPED_WATCHING
    except (JournalError, EmptyRunError) as error:
        raise unreadable(error) from None


def _tell(run_dir: Path, places: Places, sink: Sink, as_json: bool) -> int:
    from drill_tui.engine.recovery.recover import find_orphans
    from drill_tui.sinks.evidence import report_of_run
    from drill_tui.sinks.summary import print_summary
    from drill_tui.verdict.fold import exit_code

    for record in _follow(run_dir):
        sink.on_record(record)
    if reader_left():
        return Exit.ERROR
    report = report_of_run(run_dir)
    if not as_json:
        print_summary(report, [], sys.stdout)
    if run_dir in find_orphans(places.artifacts_dir):
        complain(
            f"the process of {run_dir.name} is gone, and its cleanup did not run",
            f"drill-tui resume {run_dir.name} goes on with it; drill-tui clean {run_dir.name} removes it.",
        )
    return exit_code(report)


def _follow(run_dir: Path) -> Iterator[Record]:
    """Every record from the first on; ends when nobody drives the run and all of its journal is read."""
    from drill_tui.engine.record.journal import JOURNAL_NAME, JournalReader
    from drill_tui.engine.record.lock import is_driven

    reader = JournalReader(run_dir / JOURNAL_NAME)
    while True:
        driven = is_driven(run_dir)
        yield from reader
        if not driven or reader_left():
            return
        time.sleep(POLL_S)


def _running(places: Places) -> Path:
    """The one run that is going on.  Raises UserError."""
    from drill_tui.engine.record.lock import is_driven

    runs = sorted(journal.parent for journal in places.artifacts_dir.glob("*/events.jsonl"))
    driven = [run for run in runs if is_driven(run)]
    if len(driven) == 1:
        return driven[0]
    if driven:
        names = ", ".join(run.name for run in driven)
        raise UserError(f"{len(driven)} drills are running", advice=f"Name one of them: {names}")
    raise UserError(
        f"no drill is running in {places.artifacts_dir}",
        advice="Name a past one (`drill-tui history` lists them), or where it runs: --artifacts DIR",
    )

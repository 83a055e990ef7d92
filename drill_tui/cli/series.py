"""`drill-tui due` and `drill-tui history`."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui import __version__
from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.places import Places, find_places
from drill_tui.cli.settings import adopt_source
from drill_tui.programme.due import DueReport, due_report
from drill_tui.programme.shelf import Shelf, read_shelf
from drill_tui.programme.today import asks_for_the_source, due_today, today

if TYPE_CHECKING:
    from drill_tui.postgres.content.source_today import SourceToday
    from drill_tui.runbook.load import LoadedRunbook


def due(
    as_json: bool, metrics: Path | None, tell: bool, project: Path | None, artifacts: Path | None
) -> Exit:
    """Print what is due.  FAILED when something is; ERROR when a runbook or an incident cannot be read."""
    from drill_tui.programme.aftermath import tell_overdue
    from drill_tui.sinks.metrics import due_metrics

    places = find_places(project, artifacts)
    adopt_source(places.project_dir)
    report = due_of(places)
    print_due_as(report, as_json)
    if metrics is not None:
        from drill_tui.sinks.atomic import write_atomically

        try:
            write_atomically(metrics.absolute(), due_metrics({b.runbook: b.state for b in report.runbooks}))
        except OSError as error:
            raise UserError(f"{metrics} could not be written: {error.strerror}", code=Exit.ERROR) from None
    overdue = [f"{b.runbook}: {d.why}" for b in report.runbooks for d in b.duties if d.state == "overdue"]
    if tell and overdue:
        tell_overdue(overdue, os.environ, complain)
    return due_code(report)


def print_due_as(report: DueReport, as_json: bool) -> None:
    """As a table, or as JSON."""
    from drill_tui.programme.tables import print_due

    if as_json:
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
    else:
        print_due(report, sys.stdout)


def due_code(report: DueReport) -> Exit:
    """Name what could not be read: ERROR then, else FAILED where something is due."""
    for problem in report.broken:
        complain(problem)
    if report.broken:
        return Exit.ERROR
    return Exit.PASSED if report.state == "satisfied" else Exit.FAILED


def due_of(places: Places) -> DueReport:
    """Judge every runbook of a project by its past drills; what cannot be read is named, not in the way.

    Raises UserError where there is no runbook: then nothing being due would mean nothing.
    """
    from drill_tui.runbook.load import RunbookError, load

    broken, books = [], []
    paths = places.runbooks()
    if not paths:
        raise UserError(
            f"{places.runbooks_dir} holds no runbook, so nothing can be said of what is due",
            advice="Name the project with --project, or add runbooks: "
            f"drill-tui init {shlex.quote(str(places.project_dir))}",
            code=Exit.ERROR,
        )
    for path in paths:
        try:
            books.append(load(path, places.project_dir))
        except RunbookError as error:
            broken.append(str(error))
    day = today(
        places.artifacts_dir,
        read_shelf(places.artifacts_dir),
        os.environ,
        now=time.time(),
        version=__version__,
        source=_source_today(books),
    )
    return due_report([due_today(book, day) for book in books], (*day.incidents.broken, *broken))


def _source_today(books: Sequence[LoadedRunbook]) -> SourceToday | None:
    """Asked for once, and only where a runbook needs it."""
    from drill_tui.postgres.content.fingerprint import source_today

    wanted = any(asks_for_the_source(book.runbook.cadence) for book in books)
    return source_today(os.environ) if wanted else None


def history(
    as_json: bool,
    as_csv: bool,
    runbook: str | None,
    limit: int | None,
    steps_only: bool,
    project: Path | None,
    artifacts: Path | None,
) -> Exit:
    """Print past drills, or only their steps, as a table or CSV; as JSON always both."""
    from drill_tui.programme.agreed_actions import agreed_actions
    from drill_tui.programme.history import history as collect
    from drill_tui.programme.history import steps_to_csv, to_csv
    from drill_tui.programme.incident import IncidentError
    from drill_tui.programme.tables import print_agreed, print_history

    places = find_places(project, artifacts)
    shelf = read_shelf(places.artifacts_dir)
    if runbook is not None and not shelf.of(runbook):
        places.find_runbook(runbook)
    incidents = places.artifacts_dir / "incidents"
    try:
        actions = agreed_actions(shelf.drills, incidents)
    except IncidentError as error:
        raise UserError(str(error), code=Exit.ERROR) from None
    past = collect(shelf, runbook=runbook, limit=limit, actions=actions)
    if as_json:
        sys.stdout.write(past.model_dump_json(indent=2) + "\n")
    elif as_csv:
        sys.stdout.write(steps_to_csv(past) if steps_only else to_csv(past))
        for broken in past.broken:
            complain(f"not read: {broken}")
    else:
        print_history(past, sys.stdout, steps_only=steps_only)
        if not steps_only:
            print_agreed(past.open_actions, sys.stdout, time.time())
    return Exit.PASSED


def series(
    as_html: bool, alone: bool, runbook: str | None, project: Path | None, artifacts: Path | None
) -> Exit:
    """Print the series as a page or as OpenMetrics.  Raises UserError for options that exclude each other."""
    if not alone:
        raise UserError("--html and --openmetrics print the whole series, and stand alone")
    places = find_places(project, artifacts)
    shelf, now = read_shelf(places.artifacts_dir), time.time()
    if runbook is not None:
        if not shelf.of(runbook):
            places.find_runbook(runbook)
        shelf = Shelf(shelf.of(runbook), shelf.broken)
    if as_html:
        from drill_tui.programme.history_page import history_page

        sys.stdout.write(history_page(shelf, now))
    else:
        from drill_tui.programme.series_metrics import open_metrics

        sys.stdout.write(open_metrics(shelf, now))
    return Exit.PASSED

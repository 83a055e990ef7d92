"""`drill-tui due` and `drill-tui history`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.places import Places, find_places
from drill_tui.programme.due import DueReport, RunbookDue, due_report, judge
from drill_tui.programme.fingerprint import procedure_sha256
from drill_tui.programme.incident import IncidentError
from drill_tui.programme.shelf import Shelf, read_shelf


def due(
    as_json: bool, metrics: Path | None, tell: bool, project: Path | None, artifacts: Path | None
) -> Exit:
    """Print what is due.  FAILED when something is; ERROR when a runbook cannot be read."""
    from drill_tui.programme.aftermath import tell_overdue
    from drill_tui.programme.tables import print_due
    from drill_tui.sinks.metrics import due_metrics

    places = find_places(project, artifacts)
    report = due_of(places)
    if as_json:
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
    else:
        print_due(report, sys.stdout)
    if metrics is not None:
        from drill_tui.sinks.atomic import write_atomically

        try:
            write_atomically(metrics.absolute(), due_metrics({b.runbook: b.state for b in report.runbooks}))
        except OSError as error:
            raise UserError(f"{metrics} could not be written: {error.strerror}", code=Exit.ERROR) from None
    overdue = [f"{b.runbook}: {d.why}" for b in report.runbooks for d in b.duties if d.state == "overdue"]
    if tell and overdue:
        tell_overdue(overdue, os.environ, complain)
    return Exit.PASSED if report.state == "satisfied" else Exit.FAILED


def due_of(places: Places) -> DueReport:
    """Judge every runbook of a project by its past drills.  Raises UserError for a broken runbook."""
    shelf, now = read_shelf(places.artifacts_dir), time.time()
    return due_report([_judge(path, places, shelf, now) for path in places.runbooks()])


def _judge(path: Path, places: Places, shelf: Shelf, now: float) -> RunbookDue:
    from drill_tui.postgres.fingerprint import current_fingerprints
    from drill_tui.programme.aftermath import incidents_of
    from drill_tui.runbook.load import RunbookError, load

    try:
        runbook = load(path).runbook
        freezing = incidents_of(places.artifacts_dir).freezing(runbook.id)
    except (RunbookError, IncidentError) as error:
        raise UserError(str(error), code=Exit.ERROR) from None
    current = {"procedure_sha256": procedure_sha256(places.project_dir, runbook.cadence.after_change)}
    if runbook.cadence.after_change:
        current |= current_fingerprints(os.environ)
    return judge(
        runbook,
        shelf.of(runbook.id),
        now=now,
        current=current,
        open_incident=freezing[-1].id if freezing else None,
    )


def history(
    as_json: bool,
    as_csv: bool,
    runbook: str | None,
    limit: int | None,
    project: Path | None,
    artifacts: Path | None,
) -> Exit:
    """Print past drills as a table, JSON or CSV."""
    from drill_tui.programme.history import history as collect
    from drill_tui.programme.history import to_csv
    from drill_tui.programme.tables import print_history

    past = collect(read_shelf(find_places(project, artifacts).artifacts_dir), runbook=runbook, limit=limit)
    if as_json:
        sys.stdout.write(past.model_dump_json(indent=2) + "\n")
    elif as_csv:
        sys.stdout.write(to_csv(past))
        for broken in past.broken:
            complain(f"not read: {broken}")
    else:
        print_history(past, sys.stdout)
    return Exit.PASSED

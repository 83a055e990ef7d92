"""`drill-tui fleet plan|status|due|history|freeze|report`: what the evidence says, without the queue."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.fleet_root import Opened, cannot_reach, look_once, open_fleet, this_host
from drill_tui.fleet.inventory import Fleet
from drill_tui.fleet.overview import FleetReport, fleet_report
from drill_tui.programme.shelf import Shelf


def plan(fleet: Path | None, as_json: bool) -> Exit:
    """Print what would run.  ERROR where a database would be drilled nowhere."""
    from drill_tui.fleet.plan import fleet_plan
    from drill_tui.fleet.tables import print_plan

    found = open_fleet(fleet)
    made = fleet_plan(found.fleet, look_once(found), this_host(found.fleet, None, (), None), time.time())
    if as_json:
        sys.stdout.write(made.model_dump_json(indent=2) + "\n")
    else:
        print_plan(made, sys.stdout)
    return Exit.ERROR if made.not_planned else Exit.PASSED


def status(fleet: Path | None, as_json: bool) -> Exit:
    """Print where each database stands.  FAILED where one is not proven, ERROR where that is not known."""
    from drill_tui.fleet.tables import print_status

    report = _report(open_fleet(fleet))
    if as_json:
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
    else:
        print_status(report, sys.stdout)
    return _code(report)


def write_report(fleet: Path | None, as_json: bool, out: Path | None) -> Exit:
    """Write the page, the JSON and the gauges, and say where.  Raises UserError."""
    from drill_tui.fleet.gauges import gauges
    from drill_tui.fleet.page import fleet_page

    found = open_fleet(fleet)
    report = _report(found)
    text = report.model_dump_json(indent=2) + "\n"
    if as_json:
        sys.stdout.write(text)
        return _code(report)
    pages = {"fleet.html": fleet_page(report), "fleet.json": text, "fleet.prom": gauges(report)}
    if out is None and found.fleet.evidence_url:
        _put(found.fleet, pages)
    else:
        _write((out or found.fleet.evidence_dir).absolute(), pages)
    return _code(report)


def due(fleet: Path | None, as_json: bool) -> Exit:
    """As `drill-tui due`, with a database in the place of each runbook."""
    from drill_tui.cli.series import due_code, print_due_as
    from drill_tui.programme.due import due_report

    standings = look_once(open_fleet(fleet))
    told = [s.told.model_copy(update={"runbook": s.database.name}) for s in standings if s.told]
    report = due_report(told, [problem for s in standings for problem in s.problems])
    print_due_as(report, as_json)
    return due_code(report)


def freeze(fleet: Path | None, check: bool, as_json: bool) -> Exit:
    """As `drill-tui freeze`: what any database of the fleet holds production for."""
    from drill_tui.cli.incidents import say_freeze

    standings = look_once(open_fleet(fleet))
    reasons = tuple(f"{s.database.name}: {reason}" for s in standings for reason in s.freezes)
    say_freeze(reasons, as_json)
    return Exit.FAILED if reasons and check else Exit.PASSED


def history(fleet: Path | None, as_json: bool, as_csv: bool, as_html: bool, as_metrics: bool) -> Exit:
    """As `drill-tui history`, with DATABASE/RUNBOOK in the place of the runbook.  Raises UserError."""
    from drill_tui.programme.history import history as collect
    from drill_tui.programme.history import to_csv
    from drill_tui.programme.tables import print_history

    if sum((as_json, as_csv, as_html, as_metrics)) > 1:
        raise UserError("--json, --csv, --html and --openmetrics exclude each other")
    shelf = _shelf(open_fleet(fleet))
    if as_html:
        from drill_tui.programme.history_page import history_page

        sys.stdout.write(history_page(shelf, time.time()))
    elif as_metrics:
        from drill_tui.programme.series_metrics import open_metrics

        sys.stdout.write(open_metrics(shelf, time.time()))
    elif as_csv:
        sys.stdout.write(to_csv(collect(shelf)))
    elif as_json:
        sys.stdout.write(collect(shelf).model_dump_json(indent=2) + "\n")
    else:
        print_history(collect(shelf), sys.stdout)
    return Exit.PASSED


def render(fleet: Path | None, kind: str, out: Path | None) -> Exit:
    """Print the recipes, or write them into a folder.  Raises UserError."""
    from drill_tui.fleet import recipes
    from drill_tui.runbook.problems import nearest

    made: dict[str, Callable[[Fleet], dict[str, str]]] = {
        "systemd": recipes.systemd,
        "kubernetes": lambda of: {"fleet-cronjobs.yaml": recipes.kubernetes(of)},
        "github": lambda of: {"restore-drills.yml": recipes.github(of)},
    }
    if kind not in made:
        raise UserError(f"there is no recipe for {kind!r}", advice=nearest(kind, made))
    found = open_fleet(fleet).fleet
    if found.evidence_url:
        raise UserError(
            f"{found.path} keeps its evidence in a store, where only a worker puts it",
            advice="Name a folder as `evidence` for schedules without a worker, or run `fleet worker`.",
        )
    try:
        files = made[kind](found)
    except ValueError as error:
        raise UserError(str(error)) from None
    if out is not None:
        _write(out.absolute(), files)
    else:
        sys.stdout.writelines(f"# {name}\n{text}" for name, text in files.items())
    return Exit.PASSED


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files by their names, and say where each is.  Raises UserError."""
    from drill_tui.sinks.atomic import write_atomically

    for name, text in files.items():
        try:
            sys.stdout.write(f"{write_atomically(folder / name, text)}\n")
        except OSError as error:
            raise UserError(
                f"{folder / name} could not be written: {error.strerror}", code=Exit.ERROR
            ) from None


def _put(fleet: Fleet, files: Mapping[str, str]) -> None:
    """The same beside the evidence in a store.  Raises UserError."""
    for name, text in files.items():
        try:
            fleet.keeper.write(fleet.evidence_dir / name, text)
        except OSError as error:
            raise cannot_reach(error) from None
        sys.stdout.write(f"{fleet.evidence_url}/{name}\n")


def _shelf(found: Opened) -> Shelf:
    """The drills of every database on one shelf, the oldest first."""
    standings = look_once(found)
    drills = [
        replace(drill, runbook=f"{standing.database.name}/{drill.runbook}")
        for standing in standings
        for drill in standing.shelf.drills
    ]
    drills.sort(key=lambda drill: (drill.at, drill.run_id))
    return Shelf(tuple(drills), tuple(problem for s in standings for problem in s.shelf.broken))


def _report(found: Opened) -> FleetReport:
    return fleet_report(str(found.fleet.path), look_once(found), time.time())


def _code(report: FleetReport) -> Exit:
    if report.count("unknown") or any(database.problems for database in report.databases):
        return Exit.ERROR
    return Exit.PASSED if report.proven else Exit.FAILED

"""`drill-tui backups list|prune`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.options import Artifacts, Json, Project
from drill_tui.runbook.place import is_url, url_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from drill_tui.programme.backups import Backups
    from drill_tui.programme.shelf import PastDrill

VARIABLE = "DRILL_BACKUPS"
Directory = Annotated[
    str | None,
    typer.Argument(
        metavar="[DIR|URL]",
        help=f"Where the backups are; s3://… too, to list them (default: ${VARIABLE}, else backups/).",
    ),
]
Keep = Annotated[str, typer.Option("--keep", metavar="N|AGE", help="How many (7), or how old (30d).")]
Apply = Annotated[bool, typer.Option("--apply", help="Remove them. Without it, only say what would go.")]

backups_app = typer.Typer(
    help="The backups of a directory: which are proven, which may go.", no_args_is_help=True
)


@backups_app.command("list")
def backups_list(
    directory: Directory = None, as_json: Json = False, project: Project = None, artifacts: Artifacts = None
) -> None:
    """List the complete backups, and the drill that proved each."""
    from drill_tui.programme.backup_table import print_backups

    found = _read(directory, project, artifacts)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        print_backups(found, sys.stdout)
    raise typer.Exit(Exit.PASSED)


@backups_app.command("prune")
def backups_prune(
    keep: Keep,
    directory: Directory = None,
    apply: Apply = False,
    as_json: Json = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Remove old backups: never the newest, never the last proven one, never what drill-tui did not make."""
    from datetime import UTC, datetime

    from drill_tui.programme.backup_table import print_backups
    from drill_tui.programme.backups import BackupsError, doomed, planned

    if is_url(_place(directory)):
        raise UserError(
            "drill-tui removes nothing from a store; its lifecycle rules do, or the job that uploads"
        )
    try:
        plan = planned(_read(directory, project, artifacts), keep, datetime.now(UTC))
    except BackupsError as error:
        raise UserError(str(error)) from None
    if as_json:
        sys.stdout.write(plan.model_dump_json(indent=2) + "\n")
    else:
        print_backups(plan, sys.stdout, with_fate=True)
    if not apply:
        if not as_json:
            sys.stdout.write(
                f"Nothing was removed. With --apply: {len(doomed(plan))} of {len(plan.backups)}.\n"
            )
        raise typer.Exit(Exit.PASSED)
    raise typer.Exit(_carry_out(plan, quiet=as_json))


def _carry_out(plan: Backups, *, quiet: bool) -> Exit:
    from drill_tui.programme.backups import prune

    gone, problems = prune(plan)
    if not quiet:
        sys.stdout.write(f"Removed: {', '.join(gone) or 'nothing'}\n")
    for problem in problems:
        complain(problem)
    return Exit.ERROR if problems else Exit.PASSED


def _place(directory: str | None) -> str:
    return directory or os.environ.get(VARIABLE) or ""


def _read(directory: str | None, project: Path | None, artifacts: Path | None) -> Backups:
    from drill_tui.cli.places import find_places
    from drill_tui.programme.backups import BackupsError, read_backups
    from drill_tui.programme.shelf import read_shelf

    places = find_places(project, artifacts)
    drills = read_shelf(places.artifacts_dir).drills
    if is_url(_place(directory)):
        return _read_store(_place(directory), drills)
    folder = Path(directory) if directory else places.project_dir / os.environ.get(VARIABLE, "backups")
    try:
        return read_backups(folder.expanduser().absolute(), drills)
    except BackupsError as error:
        raise UserError(str(error)) from None


def _read_store(url: str, drills: Iterable[PastDrill]) -> Backups:
    from drill_tui.engine.ports import ActionError
    from drill_tui.programme.backups_of_store import read_store

    if fault := url_fault(url):
        raise UserError(f"The place of the backups is not taken: {fault}")
    try:
        return read_store(url, drills)
    except ActionError as error:
        raise UserError(str(error), code=Exit.ERROR) from None

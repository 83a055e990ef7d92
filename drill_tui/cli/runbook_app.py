"""`drill-tui runbook …`."""

from __future__ import annotations

from typing import Annotated

import typer

from drill_tui.cli.options import Project, RunbookName

runbook_app = typer.Typer(help="Check, show, begin and describe runbooks.", no_args_is_help=True)


@runbook_app.command("check")
def runbook_check(name: RunbookName = "restore-drill", project: Project = None) -> None:
    """Say whether a runbook is sound; every problem with file:line:column."""
    from drill_tui.cli.runbook_cmd import check

    raise typer.Exit(check(name, project))


@runbook_app.command("show")
def runbook_show(
    name: RunbookName = "restore-drill",
    paper: Annotated[
        bool, typer.Option("--paper", help="An agenda with time boxes, and one page for each role.")
    ] = False,
    project: Project = None,
) -> None:
    """Print a runbook as Markdown, for the day on which this tool is down."""
    from drill_tui.cli.runbook_cmd import show

    raise typer.Exit(show(name, project, paper=paper))


@runbook_app.command("new")
def runbook_new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its id, which is the name of its file too.")],
    project: Project = None,
) -> None:
    """Write a small whole runbook to adapt, into the project's runbooks/; nothing is overwritten."""
    from drill_tui.cli.runbook_cmd import new

    raise typer.Exit(new(name, project))


@runbook_app.command("schema")
def runbook_schema() -> None:
    """Print the JSON Schema of runbooks, for editors."""
    from drill_tui.cli.runbook_cmd import schema

    raise typer.Exit(schema())

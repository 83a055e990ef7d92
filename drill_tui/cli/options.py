"""Options and arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drill_tui.cli.completing import run_names, runbook_names

Project = Annotated[
    Path | None, typer.Option("--project", metavar="DIR", help="Folder that holds runbooks/ and scripts/.")
]
Artifacts = Annotated[Path | None, typer.Option("--artifacts", metavar="DIR", help="Where the evidence is.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
Html = Annotated[bool, typer.Option("--html", help="Print a self-contained page.")]
OpenMetrics = Annotated[
    bool, typer.Option("--openmetrics", help="Print gauges: days since proven, the forecast.")
]
Check = Annotated[
    bool, typer.Option("--check", help="For pipelines: exit 1, with the reason, while changes wait.")
]
RunbookName = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help="Which runbook.", autocompletion=runbook_names)
]
RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's id, or a part of it.", autocompletion=run_names)
]
Confirm = Annotated[
    list[str] | None,
    typer.Option("--confirm", metavar="TEXT", help="Answers a type-to-confirm gate whose text is TEXT."),
]
Seats = Annotated[
    str,
    typer.Option(
        "--seats", metavar="GROUP", help="Guided: members of this group may join; else you and root."
    ),
]
IncidentName = Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id, or a part of it.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who you are (default: your login).")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for the record.")]

"""`drill-tui fleet …`: the commands of many databases, each imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drill_tui.cli.options import By, Check, Csv, Html, IncidentName, Json, Note, OpenMetrics

fleet_app = typer.Typer(help="Many databases, many machines, from one fleet.toml.", no_args_is_help=True)

File = Annotated[
    Path | None, typer.Option("--fleet", metavar="FILE", help="Default: the project's fleet.toml.")
]
DatabaseName = Annotated[str, typer.Argument(metavar="NAME", help="A database of the fleet.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="NAME", help="Only this database. Repeatable.")
]
Control = Annotated[
    str | None, typer.Option("--control", metavar="SERVICE", help="The control database, by its service.")
]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="NAME", help="What this host is called (default its own name)."),
]
WorkDir = Annotated[
    Path | None,
    typer.Option("--work", metavar="DIR", help="Where drills run here (default artifacts/fleet-work/HOST)."),
]
LabelsOption = Annotated[
    list[str] | None,
    typer.Option("--labels", metavar="LABEL[,LABEL]", help="What this host has, else as fleet.toml says."),
]
Drills = Annotated[
    int | None, typer.Option("--drills", metavar="N", min=1, help="How many run at once here (default 1).")
]


@fleet_app.command("plan")
def fleet_plan(fleet: File = None, as_json: Json = False) -> None:
    """Say what would be drilled next, when and on which host, and what would not, and why."""
    from drill_tui.cli.fleet_cmd import plan

    raise typer.Exit(plan(fleet, as_json))


@fleet_app.command("status")
def fleet_status(fleet: File = None, as_json: Json = False) -> None:
    """Say which databases are proven, due or failing; exit 1 while one is not proven."""
    from drill_tui.cli.fleet_cmd import status

    raise typer.Exit(status(fleet, as_json))


@fleet_app.command("board")
def fleet_board(
    fleet: File = None,
    control: Control = None,
    host: Host = None,
    work: WorkDir = None,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters only.")] = False,
) -> None:
    """Show every database and what runs, live; Enter watches a drill of this host from a seat."""
    from drill_tui.cli.fleet_board import BoardRequest, board

    raise typer.Exit(
        board(BoardRequest(fleet=fleet, control=control, host=host, work=work, ascii_only=ascii_only))
    )


@fleet_app.command("report")
def fleet_report(
    fleet: File = None,
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Default: where the evidence is.")
    ] = None,
) -> None:
    """Write one page about the fleet, and the same as JSON and as gauges; exit codes as status."""
    from drill_tui.cli.fleet_cmd import write_report

    raise typer.Exit(write_report(fleet, as_json, out))


@fleet_app.command("due")
def fleet_due(fleet: File = None, as_json: Json = False) -> None:
    """Say which database is due for a drill, and why; exit 1 when one is."""
    from drill_tui.cli.fleet_cmd import due

    raise typer.Exit(due(fleet, as_json))


@fleet_app.command("freeze")
def fleet_freeze(
    fleet: File = None,
    check: Check = False,
    as_json: Json = False,
) -> None:
    """Say whether a database of the fleet holds production."""
    from drill_tui.cli.fleet_cmd import freeze

    raise typer.Exit(freeze(fleet, check, as_json))


@fleet_app.command("history")
def fleet_history(
    fleet: File = None,
    as_json: Json = False,
    as_csv: Csv = False,
    as_html: Html = False,
    as_metrics: OpenMetrics = False,
) -> None:
    """List the past drills of every database, and steps that became slow."""
    from drill_tui.cli.fleet_cmd import history

    raise typer.Exit(history(fleet, as_json, as_csv, as_html, as_metrics))


@fleet_app.command("render")
def fleet_render(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="systemd, kubernetes or github.")],
    fleet: File = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Write files; else print them.")
    ] = None,
) -> None:
    """Say the same schedule for a scheduler that you have, which then needs no queue and no worker."""
    from drill_tui.cli.fleet_cmd import render

    raise typer.Exit(render(fleet, kind, out))


@fleet_app.command("run")
def fleet_run(
    fleet: File = None,
    local: Annotated[
        bool, typer.Option("--local", help="With a throw-away control database: a laptop needs nothing.")
    ] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Drill every named database once, due or not, window aside.")
    ] = False,
    only: Only = None,
    control: Control = None,
    host: Host = None,
    labels: LabelsOption = None,
    drills: Drills = None,
    work: WorkDir = None,
) -> None:
    """Drill what is due, and end; exit 0 when all of it passed."""
    from drill_tui.cli.fleet_worker import WorkerRequest, names
    from drill_tui.cli.fleet_worker import work as run

    raise typer.Exit(
        run(
            WorkerRequest(
                fleet=fleet,
                only=tuple(only or ()),
                labels=names(labels),
                host=host,
                drills=drills,
                work=work,
                control=control,
                local=local,
                until_idle=True,
                now=now,
            )
        )
    )


@fleet_app.command("worker")
def fleet_worker(
    fleet: File = None,
    labels: LabelsOption = None,
    control: Control = None,
    host: Host = None,
    drills: Drills = None,
    work: WorkDir = None,
) -> None:
    """Drill what becomes due, until SIGTERM: what runs goes on to its end, a second one stops it."""
    from drill_tui.cli.fleet_worker import WorkerRequest, names
    from drill_tui.cli.fleet_worker import work as run

    raise typer.Exit(
        run(
            WorkerRequest(
                fleet=fleet, labels=names(labels), host=host, drills=drills, work=work, control=control
            )
        )
    )


@fleet_app.command("cancel")
def fleet_cancel(
    name: DatabaseName,
    fleet: File = None,
    control: Control = None,
    host: Host = None,
    work: WorkDir = None,
) -> None:
    """End the drill of a database that waits or runs, and wait until its cleanup is over."""
    from drill_tui.cli.fleet_worker import cancel

    raise typer.Exit(cancel(fleet, name, control, host, work))


@fleet_app.command("ack")
def fleet_ack(
    name: DatabaseName, incident: IncidentName, by: By = None, note: Note = "", fleet: File = None
) -> None:
    """Say that somebody looks after an incident of a database, wherever the evidence is."""
    from drill_tui.cli.fleet_incidents import change

    raise typer.Exit(change("ack", fleet, name, incident, by, note))


@fleet_app.command("resolve")
def fleet_resolve(
    name: DatabaseName, incident: IncidentName, by: By = None, note: Note = "", fleet: File = None
) -> None:
    """Close an incident of a database; refused until a drill of its runbook has passed."""
    from drill_tui.cli.fleet_incidents import change

    raise typer.Exit(change("resolve", fleet, name, incident, by, note))

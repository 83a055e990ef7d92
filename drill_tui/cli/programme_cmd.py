"""Commands of the drill programme: what is due, what was, what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drill_tui.cli.backups import backups_app
from drill_tui.cli.options import (
    Artifacts,
    By,
    Check,
    Csv,
    Html,
    IncidentName,
    Json,
    Note,
    OpenMetrics,
    Project,
)

report_app = typer.Typer(help="The evidence of past drills.", no_args_is_help=True)
keys_app = typer.Typer(help="The keys that reports are signed with.", no_args_is_help=True)
incident_app = typer.Typer(help="What failed and is not resolved yet.", no_args_is_help=True)


@report_app.command("check")
def report_check(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, a part of it, or its folder.")],
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Recompute a run's journal chain and its artifacts, and compare; exit 1 when one was changed."""
    from drill_tui.cli.report_cmd import check

    raise typer.Exit(check(run, project, artifacts))


@report_app.command("verify")
def report_verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A report, its signature, or a bundle.")],
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", metavar="FILE", help="A public key to believe (default: your own)."),
    ] = None,
) -> None:
    """Say who signed a report and whether it is what they signed; exit 1 when it is not."""
    from drill_tui.cli.evidence_cmd import verify

    raise typer.Exit(verify(file, key or ()))


@report_app.command("chain")
def report_chain(project: Project = None, artifacts: Artifacts = None) -> None:
    """Say whether each drill of the folder follows those before it; exit 1 when one is missing."""
    from drill_tui.cli.archive_cmd import show_chain

    raise typer.Exit(show_chain(project, artifacts))


@report_app.command("bundle")
def report_bundle(
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="The first day: 2026-01-31.")],
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The day after the last one.")
    ] = None,
    runbook: Annotated[str | None, typer.Option("--runbook", "-r", metavar="ID", help="One runbook.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default restore_drills_DAY.zip.")
    ] = None,
    key: Annotated[
        list[Path] | None, typer.Option("--key", metavar="FILE", help="Public keys that drills signed with.")
    ] = None,
    with_logs: Annotated[
        bool, typer.Option("--with-logs", help="The logs too: they may hold names and values.")
    ] = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Make one archive for an auditor: reports, signatures, journals, and a page that says what they show."""
    from drill_tui.cli.archive_cmd import bundle

    raise typer.Exit(bundle(since, until, runbook, out, key or (), with_logs, project, artifacts))


@report_app.command("prune")
def report_prune(
    older_than: Annotated[str, typer.Option("--older-than", metavar="AGE", help="Such as 730d.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the record.")],
    by: By = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove them. Without it, only say what would go.")
    ] = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Remove old evidence and leave a record of it: never the newest, nor what `due` is judged by."""
    from drill_tui.cli.archive_cmd import prune

    raise typer.Exit(prune(older_than, reason, by, apply, project, artifacts))


@keys_app.command("init")
def keys_init(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where (default: your configuration).")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What the key calls itself (USER@HOST).")
    ] = None,
) -> None:
    """Make an ed25519 key; from then on every report of yours is signed."""
    from drill_tui.cli.evidence_cmd import make_keys

    raise typer.Exit(make_keys(out, name))


@keys_app.command("show")
def keys_show() -> None:
    """Say what drills are signed with here, and whose signatures are believed."""
    from drill_tui.cli.evidence_cmd import show_keys

    raise typer.Exit(show_keys())


@incident_app.command("list")
def incident_list(
    as_json: Json = False,
    every: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """List the incidents that are not resolved."""
    from drill_tui.cli.incidents import list_incidents

    raise typer.Exit(list_incidents(as_json, every, project, artifacts))


@incident_app.command("show")
def incident_show(
    name: IncidentName, as_json: Json = False, project: Project = None, artifacts: Artifacts = None
) -> None:
    """Print an incident: what failed, the evidence, the next steps."""
    from drill_tui.cli.incidents import show_incident

    raise typer.Exit(show_incident(name, as_json, project, artifacts))


@incident_app.command("ack")
def incident_ack(
    name: IncidentName,
    by: By = None,
    note: Note = "",
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Say that somebody looks after an incident."""
    from drill_tui.cli.incidents import change_incident

    raise typer.Exit(change_incident("ack", name, by, note, project, artifacts))


@incident_app.command("resolve")
def incident_resolve(
    name: IncidentName,
    by: By = None,
    note: Note = "",
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Close an incident; refused until a drill of its runbook has passed."""
    from drill_tui.cli.incidents import change_incident

    raise typer.Exit(change_incident("resolve", name, by, note, project, artifacts))


@incident_app.command("actions")
def incident_actions(
    as_json: Json = False,
    every: Annotated[bool, typer.Option("--all", help="Done ones too.")] = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """List what debriefs agreed on and nobody has done yet."""
    from drill_tui.cli.incidents import list_actions

    raise typer.Exit(list_actions(as_json, every, project, artifacts))


@incident_app.command("done")
def incident_done(
    name: Annotated[str, typer.Argument(metavar="ACTION", help="Its id, or a part of it.")],
    by: By = None,
    note: Note = "",
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Say that an action that a debrief agreed on is done."""
    from drill_tui.cli.incidents import finish_action

    raise typer.Exit(finish_action(name, by, note, project, artifacts))


def freeze(
    check: Check = False,
    as_json: Json = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Say whether production may be changed, why not, and what lifts it."""
    from drill_tui.cli.incidents import check_freeze, tell_freeze

    answer = check_freeze if check else tell_freeze
    raise typer.Exit(answer(as_json, project, artifacts))


def due(
    as_json: Json = False,
    metrics: Annotated[
        Path | None, typer.Option("--metrics", metavar="FILE", help="Also write a Prometheus textfile.")
    ] = None,
    tell: Annotated[bool, typer.Option("--notify", help="Send a message when a drill is overdue.")] = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Say which drill is due, and why; exit 1 when one is."""
    from drill_tui.cli.series import due as run

    raise typer.Exit(run(as_json, metrics, tell, project, artifacts))


def history(
    as_json: Json = False,
    as_csv: Csv = False,
    runbook: Annotated[str | None, typer.Option("--runbook", "-r", metavar="ID", help="One runbook.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="The newest N drills.")] = None,
    as_html: Html = False,
    as_metrics: OpenMetrics = False,
    steps: Annotated[
        bool, typer.Option("--steps", help="Only the steps: median, 90th percentile, what became slow.")
    ] = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """List past drills, their times, and steps that became slow."""
    from drill_tui.cli.series import history as run
    from drill_tui.cli.series import series

    if as_html or as_metrics:
        chosen = [as_json, as_csv, as_html, as_metrics, steps, limit is not None]
        raise typer.Exit(series(as_html, sum(chosen) == 1, runbook, project, artifacts))
    raise typer.Exit(run(as_json, as_csv, runbook, limit, steps, project, artifacts))


def forecast(
    size: Annotated[
        str | None, typer.Option("--size", metavar="SIZE", help="Such as 2TB (default: the last drill's).")
    ] = None,
    cores: Annotated[
        int | None, typer.Option("--cores", min=1, help="Refuse unless the drills ran on as many.")
    ] = None,
    runbook: Annotated[str | None, typer.Option("--runbook", "-r", metavar="ID", help="Which one.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="table", help="Which tables make it so, and what helps.")
    ] = None,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Say how long recovery would take at another size; exit 1 when it would miss the objective."""
    from drill_tui.cli.forecast_cmd import show

    raise typer.Exit(show(size, cores, runbook, by, project, artifacts))


def register(app: typer.Typer) -> None:
    """Hang the programme's commands on the front door."""
    app.add_typer(backups_app, name="backups")
    app.add_typer(incident_app, name="incident")
    app.add_typer(report_app, name="report")
    app.add_typer(keys_app, name="keys")
    for command in (due, history, forecast, freeze):
        app.command()(command)

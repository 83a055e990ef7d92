"""The commands besides the drill itself; each imports its work when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand

from drill_tui.cli.known_words import SUMMARIES
from drill_tui.cli.options import Artifacts, Confirm, Json, Project, RunName, Seats


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The project's folder; else the current one.")
    ] = Path(),
    as_diff: Annotated[
        bool,
        typer.Option(
            "--diff", help="Write nothing; show what this drill-tui has different, exit 1 if it has."
        ),
    ] = False,
) -> None:
    """Write a project's runbooks, scripts and CI recipe; a file that is there already is left alone."""
    from drill_tui.cli.init_cmd import init as write

    raise typer.Exit(write(folder, as_diff=as_diff))


def doctor(as_json: Json = False) -> None:
    """Say what this machine needs before a drill can succeed, and what to do about it."""
    from drill_tui.cli.doctor_cmd import doctor as run

    raise typer.Exit(run(as_json))


def fit(
    backup: Annotated[
        str | None, typer.Argument(metavar="[BACKUP]", help="A backup; else the configured source.")
    ] = None,
    target: Annotated[
        str,
        typer.Option(
            "--target", metavar="KIND", help="auto (every kind that needs no person), or one by name."
        ),
    ] = "auto",
    as_json: Json = False,
) -> None:
    """Say what the source or a backup needs, which target offers it, and what to do where none does."""
    from drill_tui.cli.fit_cmd import fit as compare

    raise typer.Exit(compare(backup, target, as_json))


def resume(
    run: RunName,
    auto: Annotated[bool, typer.Option("--auto", help="Headless, also on a terminal.")] = False,
    project: Project = None,
    artifacts: Artifacts = None,
    confirm: Confirm = None,
    seats: Seats = "",
) -> None:
    """Go on with a run whose process died, from its last finished step.

    A guided drill or a training goes on in the terminal UI; without a terminal the runbook's policy answers.
    """
    from drill_tui.cli.recover_cmd import resume as go_on

    headless = auto or bool(confirm)
    raise typer.Exit(go_on(run, project, artifacts, confirm or (), headless=headless, seats=seats))


def clean(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's id, or a part of it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every run whose process died.")] = False,
    expired: Annotated[
        bool, typer.Option("--expired", help="What drills left in Docker longer ago than its label allows.")
    ] = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Remove what a crashed or kept run left behind: exactly that, and nothing without its marker."""
    from drill_tui.cli.recover_cmd import clean as remove

    raise typer.Exit(remove(run, every, project, artifacts, expired=expired))


def replay(run: RunName, project: Project = None, artifacts: Artifacts = None, as_json: Json = False) -> None:
    """Tell a past or running drill again, from its journal."""
    from drill_tui.cli.recover_cmd import replay as tell

    raise typer.Exit(tell(run, project, artifacts, as_json))


def watch(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="A run's id, or a part of it; else the running one.")
    ] = None,
    project: Project = None,
    artifacts: Artifacts = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every event as a JSON line.")] = False,
) -> None:
    """Follow a drill from another terminal, until it is over; nothing is touched."""
    from drill_tui.cli.watch_cmd import watch as follow

    raise typer.Exit(follow(run, project, artifacts, as_json))


def join(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="A run's id, or a part of it; else the newest one.")
    ] = None,
    name: Annotated[
        str,
        typer.Option("--name", metavar="NAME", help="Who you are among the participants; else your login."),
    ] = "",
    observe: Annotated[bool, typer.Option("--observe", help="Only watch.")] = False,
    projector: Annotated[
        bool, typer.Option("--projector", help="Only watch, in large letters: for the wall.")
    ] = False,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters only.")] = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Take a seat of your own at a guided drill that runs on this host."""
    from drill_tui.cli.join_cmd import Wish
    from drill_tui.cli.join_cmd import join as sit_down

    wish = Wish(name=name, observe=observe, projector=projector, ascii_only=ascii_only)
    raise typer.Exit(sit_down(run, project, artifacts, wish))


def serve(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="A run's id, or a part of it; else the newest one.")
    ] = None,
    port: Annotated[
        int, typer.Option("--port", metavar="NUMBER", min=0, max=65535, help="On 127.0.0.1; 0 is any.")
    ] = 8010,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Show a guided drill that runs on this host in a browser on it, read-only, until Ctrl-C."""
    from drill_tui.cli.serve_cmd import serve as show

    raise typer.Exit(show(run, project, artifacts, port))


def demo(
    scale: Annotated[
        str, typer.Option("--scale", metavar="NUMBER", help="Its size; 1 is about 100,000 rows.")
    ] = "",
) -> None:
    """Start the demo database and say how to reach it, until Ctrl-C."""
    from drill_tui.cli.demo_cmd import demo as serve

    raise typer.Exit(serve(scale))


def score(
    backup: Annotated[
        Path | None,
        typer.Option("--backup", metavar="DIR", help="A backup, or a directory of them (else one is made)."),
    ] = None,
    runbook: Annotated[
        str | None, typer.Option("--runbook", "-r", metavar="NAME|FILE", help="Whose checks are asked.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter. Repeatable.")
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option("--fault", metavar="ID", help="Only this fault. Repeatable.")
    ] = None,
    clean_copies: Annotated[
        int, typer.Option("--clean-copies", min=1, max=1000, help="Unbroken copies that are asked about too.")
    ] = 1,
    show_list: Annotated[bool, typer.Option("--list", help="Print the catalogue of faults.")] = False,
    as_json: Json = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Break copies of what a drill restored, and say which of its checks noticed; exit 1 when one did not."""
    from drill_tui.cli.score_cmd import ScoreRequest, list_faults
    from drill_tui.cli.score_cmd import score as run

    if show_list:
        raise typer.Exit(list_faults())
    raise typer.Exit(
        run(
            ScoreRequest(
                backup=backup,
                runbook=runbook,
                params=tuple(param or ()),
                faults=tuple(fault or ()),
                clean_copies=clean_copies,
                as_json=as_json,
                project=project,
                artifacts=artifacts,
            )
        )
    )


def register(app: typer.Typer) -> None:
    """Hang every command on the front door; safe to call twice."""
    if app.registered_groups:
        return
    from drill_tui.cli import practice_app, programme_cmd
    from drill_tui.cli.fleet_app import fleet_app
    from drill_tui.cli.runbook_app import runbook_app

    app.add_typer(runbook_app, name="runbook")
    for command in (
        init,
        doctor,
        fit,
        resume,
        clean,
        watch,
        join,
        serve,
        replay,
        demo,
        score,
        practice_app.practice,
    ):
        app.command()(command)
    programme_cmd.register(app)
    app.add_typer(practice_app.game_day_app, name="game-day")
    app.add_typer(fleet_app, name="fleet")
    for name, summary in SUMMARIES.items():
        app.command(
            name,
            cls=_PassedOn,
            context_settings={
                "allow_extra_args": True,
                "ignore_unknown_options": True,
                "help_option_names": [],
            },
            help=summary,
        )(_passer(name))


class _PassedOn(TyperCommand):
    """A command whose arguments are its own to read, `--` and what stands behind it too."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        super().parse_args(ctx, [])
        ctx.args = list(args)
        return ctx.args


def _passer(name: str):  # type: ignore[no-untyped-def]
    def run(context: typer.Context) -> None:
        from importlib import import_module

        raise typer.Exit(import_module(f"drill_tui.cli.{name}_cmd").main(context.args))

    return run

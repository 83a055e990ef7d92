"""The front door: parses, picks a face, returns the exit code.

Every command imports what it needs when it runs, so that `--help` stays quick and `--auto` never loads
the terminal UI.
"""

from __future__ import annotations

import gc
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from drill_tui import __version__
from drill_tui.cli.completing import runbook_names
from drill_tui.cli.exits import Exit, UserError, answered, complain
from drill_tui.cli.known_words import DEFAULT_RUNBOOK
from drill_tui.cli.lean import without_the_rest
from drill_tui.cli.options import Confirm, Project, Seats
from drill_tui.cli.streams import settle
from drill_tui.runbook.mode import Mode

app = typer.Typer(
    name="drill-tui",
    help=(
        "Prove that your PostgreSQL backups restore.\n\n"
        "Without a command: the guided drill, in the terminal. With --auto: the same drill, headless."
    ),
    invoke_without_command=True,
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Artifacts = Annotated[
    Path | None,
    typer.Option("--artifacts", metavar="DIR", help="Where the evidence goes (default artifacts/restore)."),
]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"drill-tui {__version__}")
        raise typer.Exit


@app.callback()
def drill(
    context: typer.Context,
    auto: Annotated[
        bool, typer.Option("--auto", help="Run headless: no questions, for cron and CI.")
    ] = False,
    runbook: Annotated[
        str,
        typer.Option(
            "--runbook", "-r", metavar="NAME|FILE", help="Which runbook.", autocompletion=runbook_names
        ),
    ] = DEFAULT_RUNBOOK,
    mode: Annotated[
        Mode,
        typer.Option("--mode", help="guided; training: more to read, hints, a summary; recovery: no drill."),
    ] = Mode.GUIDED,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter of the runbook. Repeatable."),
    ] = None,
    participant: Annotated[
        list[str] | None,
        typer.Option("--participant", metavar="NAME=ROLE[,ROLE]", help="Who takes part. Repeatable."),
    ] = None,
    confirm: Confirm = None,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="STEP.FIELD=VALUE", help="Answers a field of a note gate."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the target running; `clean` removes it later.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --auto: print the report, and nothing else, to stdout.")
    ] = False,
    events: Annotated[
        bool, typer.Option("--events", help="With --auto: print every event to stdout as a JSON line.")
    ] = False,
    ascii_only: Annotated[
        bool, typer.Option("--ascii", help="On the screen, draw with ASCII characters only.")
    ] = False,
    seats: Seats = "",
    audience: Annotated[
        bool, typer.Option("--audience", help="With --auto: `join` may watch the drill; you and root may.")
    ] = False,
    project: Project = None,
    artifacts: Artifacts = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    gc.freeze()
    gc.enable()
    if context.invoked_subcommand is not None:
        _refuse_misplaced(context, context.invoked_subcommand)
        return
    from drill_tui.cli.drill import DrillRequest, auto_drill, guided_drill
    from drill_tui.cli.stopping import let_ctrl_c_raise

    if not auto:
        let_ctrl_c_raise()
    request = DrillRequest(
        runbook=runbook,
        mode=Mode.AUTO if auto else mode,
        params=tuple(param or ()),
        participants=tuple(participant or ()),
        confirm=tuple(confirm or ()),
        answers=tuple(answer or ()),
        keep=keep,
        as_json=as_json,
        events=events,
        ascii_only=ascii_only,
        seats=seats,
        audience=audience,
        project=project,
        artifacts=artifacts,
        runbook_named=_was_typed(context, "runbook"),
    )
    if auto and mode is not Mode.AUTO and _was_typed(context, "mode"):
        raise UserError(
            f"--auto and --mode {mode} exclude each other",
            advice="--auto runs headless; without it, --mode says how people are guided.",
        )
    if auto and seats:
        raise UserError(
            "--seats belongs to a guided drill", advice="`drill-tui watch` follows a headless one."
        )
    if as_json and events:
        raise UserError("--json and --events exclude each other: both fill standard output")
    raise typer.Exit(auto_drill(request) if auto else guided_drill(request))


def _refuse_misplaced(context: typer.Context, command: str) -> None:
    typed = [f"--{name.replace('_', '-')}" for name in context.params if _was_typed(context, name)]
    if typed:
        raise UserError(
            f"{' and '.join(typed)} before `{command}` would be ignored",
            advice=f"Write the options of a command after it; drill-tui {command} --help lists them.",
        )


def _was_typed(context: typer.Context, option: str) -> bool:
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def run(arguments: Sequence[str]) -> None:
    """Run the command line and exit with its code."""
    from drill_tui.cli import commands

    commands.register(app)
    asked = without_the_rest(app, arguments) if arguments else app
    try:
        code = answered(lambda: asked(args=list(arguments), prog_name="drill-tui", standalone_mode=False))
    except typer.Abort:
        code = Exit.ABORTED
    except Exception as error:
        if not hasattr(error, "exit_code") or not hasattr(error, "show"):
            raise
        if not _said_how_to_run(error, arguments):
            error.show()
        code = error.exit_code
    sys.exit(settle(int(code)))


def _said_how_to_run(error: Exception, arguments: Sequence[str]) -> bool:
    """Whether what was taken for a command is a runbook of the project, and its own command was told."""
    from drill_tui.cli.places import find_places

    unknown = re.match("No such command '([^']+)'", str(getattr(error, "message", "")))
    outermost = getattr(getattr(error, "ctx", None), "parent", None) is None
    word = unknown.group(1) if unknown and outermost else ""
    try:
        books = {path.stem for path in find_places(None, None).runbooks()} if word in arguments else set()
    except UserError:
        return False
    if word not in books:
        return False
    at = list(arguments).index(word)
    line = shlex.join(["drill-tui", *arguments[:at], "--runbook", word, *arguments[at + 1 :]])
    complain(f"{word!r} is a runbook, not a command", f"Run it: {line}")
    return True

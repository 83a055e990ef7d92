"""`drill-tui practice`, and `game-day …`, which a facilitator types in a second terminal meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.options import Artifacts, Project

if TYPE_CHECKING:
    from drill_tui.faults.practice.facilitator import Order

Run = Annotated[str | None, typer.Option("--run", metavar="RUN", help="Which practice, where several run.")]


def practice(
    name: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO|record]", help="Which scenario; else they are listed.")
    ] = None,
    person: Annotated[
        str | None, typer.Argument(metavar="[PERSON]", help="With `record`: whose (default: your own).")
    ] = None,
    fault: Annotated[
        str | None, typer.Option("--fault", metavar="ID", help="Draw a scenario with this fault.")
    ] = None,
    difficulty: Annotated[
        int | None, typer.Option("--difficulty", min=1, max=5, help="Draw a scenario this hard.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Draw the same again.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who you are (default: your login).")
    ] = None,
    by_lines: Annotated[
        bool, typer.Option("--lines", help="Ask line by line, also where there is a screen.")
    ] = False,
    game_day: Annotated[
        bool, typer.Option("--game-day", help="Break nothing until a facilitator says so (game-day).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list, or a record, as JSON.")] = False,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Find a fault that was planted on a throw-away demo; exit 1 when it was given up.  Never a drill."""
    from drill_tui.cli.practice_cmd import PracticeRequest
    from drill_tui.cli.practice_cmd import practice as run

    raise typer.Exit(
        run(
            PracticeRequest(
                name=name,
                person=person,
                fault=fault,
                difficulty=difficulty,
                seed=seed,
                by=by,
                by_lines=by_lines,
                game_day=game_day,
                as_json=as_json,
                project=project,
                artifacts=artifacts,
            )
        )
    )


game_day_app = typer.Typer(help="Lead a `practice --game-day` from a second terminal.", no_args_is_help=True)


@game_day_app.command("plant")
def plant(run: Run = None, project: Project = None, artifacts: Artifacts = None) -> None:
    """Break it now; the team is told the situation."""
    from drill_tui.faults.practice.facilitator import Order

    raise typer.Exit(_give(Order(), run, project, artifacts))


@game_day_app.command("say")
def say(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the team is to hear.")],
    run: Run = None,
    project: Project = None,
    artifacts: Artifacts = None,
) -> None:
    """Give the team a message: "The board asks how long it takes"."""
    from drill_tui.faults.practice.facilitator import Order

    if not text.strip():
        raise UserError("there is nothing to say", advice='drill-tui game-day say "The board asks how long"')
    raise typer.Exit(_give(Order(text), run, project, artifacts))


@game_day_app.command("watch")
def watch(run: Run = None, project: Project = None, artifacts: Artifacts = None) -> None:
    """Follow what the team does, until the practice is over; nothing is touched."""
    import asyncio

    raise typer.Exit(asyncio.run(_follow(_run_dir(run, project, artifacts))))


def _give(order: Order, run: str | None, project: Path | None, artifacts: Path | None) -> Exit:
    from drill_tui.faults.practice.facilitator import NobodyPractisesError, give

    run_dir = _run_dir(run, project, artifacts)
    try:
        give(run_dir, order)
    except NobodyPractisesError as error:
        raise UserError(str(error), advice="Begin one: drill-tui practice NAME --game-day") from None
    sys.stdout.write(f"{run_dir.name}: {'said' if order.say else 'to be planted'}\n")
    return Exit.PASSED


def _run_dir(run: str | None, project: Path | None, artifacts: Path | None) -> Path:
    from drill_tui.cli.places import find_places
    from drill_tui.faults.practice.facilitator import NobodyPractisesError, running

    practice_dir = find_places(project, artifacts).practice_dir
    if run is not None:
        named = practice_dir / run
        if Path(run).name != run or not named.is_dir():
            raise UserError(f"no practice is called {run!r} in {practice_dir}")
        return named
    try:
        return running(practice_dir)
    except NobodyPractisesError as error:
        raise UserError(str(error), advice="Begin one: drill-tui practice NAME --game-day") from None


async def _follow(run_dir: Path) -> Exit:
    from drill_tui.faults.practice.facilitator import moments
    from drill_tui.verdict.wording import duration_words

    async for moment in moments(run_dir):
        sys.stdout.write(f"{duration_words(moment.at_s):>12}  {moment.what}\n")
        sys.stdout.flush()
    return Exit.PASSED

"""Running a drill: headless, or guided on a terminal."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.finish import finish, say_what_was_left
from drill_tui.cli.root import DrillRequest, load_runbook, pairs, participants, prepare, toolbox
from drill_tui.runbook.mode import Mode

if TYPE_CHECKING:
    from drill_tui.cli.places import Places
    from drill_tui.engine.ports import Sink
    from drill_tui.engine.run.plan import DrillSetup
    from drill_tui.runbook.load import LoadedRunbook

__all__ = ["DrillRequest", "auto_drill", "guided_drill", "run_headless"]


def auto_drill(request: DrillRequest) -> Exit:
    """Run a drill without a person.  Returns its exit code; raises UserError before anything starts."""
    places = request.places()
    loaded = load_runbook(places.find_runbook(request.runbook), places)
    run_dir = run_headless(request, loaded, places)
    return finish(run_dir, places, as_json=request.as_json, events=request.events)


def run_headless(
    request: DrillRequest, loaded: LoadedRunbook, places: Places, *, to_stderr: bool = False
) -> Path:
    """Run a loaded runbook without a person, and return the run's directory.

    `to_stderr` leaves standard output to whoever called.  Raises UserError before anything starts.
    """
    from drill_tui.engine.run.plan import DrillRefusedError

    setup = prepare(
        loaded,
        places,
        mode=Mode.AUTO,
        given=pairs(request.params, "--param"),
        people=participants(request.participants, loaded),
        keep=request.keep,
    )
    _refuse_stray_answers(setup, request)
    _refuse_open_gates(setup, request)
    say_what_was_left(places)
    try:
        return asyncio.run(_run_headless(setup, request, to_stderr))
    except DrillRefusedError as error:
        raise UserError(str(error), code=Exit.ERROR) from None


async def _run_headless(setup: DrillSetup, request: DrillRequest, to_stderr: bool) -> Path:
    from drill_tui.engine.clock import SystemClock
    from drill_tui.engine.run.control import DrillControl
    from drill_tui.engine.run.gates import AutoOperator
    from drill_tui.engine.run.runner import run_drill
    from drill_tui.engine.run.signals import install_signal_handlers

    control, clock = DrillControl(), SystemClock()
    sinks = headless_sinks(request.as_json or to_stderr, request.events)
    async with _audience(setup, sinks, clock.now, request.audience):
        with install_signal_handlers(control):
            await run_drill(
                setup,
                toolbox=toolbox(),
                operator=AutoOperator(setup.book, clock.now, request.confirm, _field_answers(request)),
                sinks=sinks,
                control=control,
                clock=clock,
            )
    return setup.run_dir


@asynccontextmanager
async def _audience(
    setup: DrillSetup, sinks: list[Sink], now: Callable[[], float], wanted: bool
) -> AsyncIterator[None]:
    """Seats for the block, from which the drill is watched, if they are wanted."""
    if not wanted:
        yield
        return
    from drill_tui.engine.record.codec import to_data
    from drill_tui.programme.shelf import read_shelf
    from drill_tui.seats.audience import Audience
    from drill_tui.verdict.laps import Laps

    folder = setup.run_dir.parent
    laps = Laps.of(read_shelf(folder).of(setup.book.id))
    audience = Audience(folder, now, complain, to_data(laps))
    sinks.append(audience.server)
    try:
        yield
    finally:
        await audience.server.close()


def headless_sinks(as_json: bool = False, events: bool = False) -> list[Sink]:
    """The console, on stderr when stdout belongs to data; and the event stream where it was asked for."""
    from drill_tui.sinks.console import ConsoleSink
    from drill_tui.sinks.events import EventStream

    console = ConsoleSink(sys.stderr if as_json or events else sys.stdout)
    return [console, EventStream(sys.stdout)] if events else [console]


def _refuse_stray_answers(setup: DrillSetup, request: DrillRequest) -> None:
    """Raises UserError, before anything starts, for an answer that no gate would take."""
    from drill_tui.engine.recovery.stray_answers import stray_confirmations, stray_fields

    for stray in (
        *stray_confirmations(setup, request.confirm),
        *stray_fields(setup, _field_answers(request)),
    ):
        raise UserError(stray.problem, advice=stray.advice)


def _refuse_open_gates(setup: DrillSetup, request: DrillRequest) -> None:
    """Raises UserError, before anything starts, for a gate that nobody would answer."""
    from drill_tui.engine.run.gates import unanswered

    gates = unanswered(setup, request.confirm)
    if gates:
        problems = "; ".join(gate.problem for gate in gates)
        raise UserError(problems, advice=" ".join(dict.fromkeys(gate.advice for gate in gates)))


def _field_answers(request: DrillRequest) -> dict[tuple[str, str], str]:
    answers = {}
    form = "STEP.FIELD=VALUE"
    for name, value in pairs(request.answers, "--answer", form).items():
        step, dot, field = name.partition(".")
        if not (step and dot and field):
            raise UserError(f"--answer {name}={value}: write it as {form}")
        answers[step, field] = value
    return answers


def _headless_options(request: DrillRequest) -> list[str]:
    given = {
        "--confirm": request.confirm,
        "--answer": request.answers,
        "--json": request.as_json,
        "--events": request.events,
        "--audience": request.audience,
    }
    return [option for option, value in given.items() if value]


def guided_drill(request: DrillRequest) -> Exit:
    """Open the terminal UI.  Returns the exit code of the drill that was run in it, or 0.

    Raises UserError for what only a headless drill can do.
    """
    from drill_tui.tui.terminal import refusal

    if headless := _headless_options(request):
        raise UserError(
            f"{' and '.join(headless)} {'belongs' if len(headless) == 1 else 'belong'} to a headless drill",
            advice="Add --auto. In the guided drill people answer the gates, and the evidence is on disk.",
        )
    reason = refusal(sys.stdin, sys.stdout, os.environ)
    if reason:
        complain(reason, _without_a_terminal(request))
        return Exit.USAGE
    from drill_tui.tui.collector import while_loading

    with while_loading():
        from drill_tui.cli.guided import open_guided
    return open_guided(request)


def _without_a_terminal(request: DrillRequest) -> str:
    """What to do where no screen can open."""
    if not request.runbook_named:
        return "Run it headless: drill-tui --auto"
    places, named = request.places(), shlex.quote(request.runbook)
    if load_runbook(places.find_runbook(request.runbook), places).runbook.refuses(Mode.AUTO):
        return (
            f"People lead this runbook: run it at a terminal (over ssh: ssh -t), or print it: "
            f"drill-tui runbook show {named}"
        )
    return f"Run it headless: drill-tui --auto --runbook {named}"

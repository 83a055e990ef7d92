"""The guided face: gives the terminal UI what it needs to run the same drills that `--auto` runs."""

from __future__ import annotations

import asyncio
import grp
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.finish import Concluded, conclude
from drill_tui.cli.places import Places
from drill_tui.cli.root import (
    DrillRequest,
    load_runbook,
    pairs,
    participants,
    prepare,
    refuse_unfit_params,
    roles_by_name,
    toolbox,
)
from drill_tui.faults.practice.marks import is_practice
from drill_tui.tui.order import DrillOrder, PracticeOrder, Proposal, ResumeOrder
from drill_tui.tui.session import run_guided
from drill_tui.tui.settings import SettingsError

if TYPE_CHECKING:
    from drill_tui.engine.ports import Operator, Sink
    from drill_tui.engine.run.control import DrillControl
    from drill_tui.faults.practice.stage import Face, Play
    from drill_tui.verdict.report import Report


def open_guided(request: DrillRequest) -> Exit:
    """Open the terminal UI until people leave it.

    Raises UserError for a broken settings file, and for people and parameters that the named runbook has no
    place for.
    """
    places = request.places()
    runbook = places.find_runbook(request.runbook) if request.runbook_named else None
    people, params = roles_by_name(request.participants), pairs(request.params, "--param")
    if runbook and (people or params):
        loaded = load_runbook(runbook, places)
        people = participants(request.participants, loaded)
        refuse_unfit_params(params, loaded)
    proposal = Proposal(mode=request.mode, people=people, params=params)
    launcher = _Launcher(places, keep=request.keep)
    return _open(
        launcher,
        places,
        ascii_only=request.ascii_only,
        runbook=runbook,
        proposal=proposal,
        seats_gid=seats_group(request.seats),
    )


def resume_guided(run_dir: Path, places: Places, seats: str = "") -> Exit:
    """Open the terminal UI and go on with a run in it.

    Raises UserError for a broken settings file, and for a group that seats cannot be opened to.
    """
    return _open(_Launcher(places), places, resumed=run_dir, seats_gid=seats_group(seats))


def seats_group(name: str) -> int | None:
    """The id of the group whose members may join.  Raises UserError."""
    if not name:
        return None
    try:
        gid = grp.getgrnam(name).gr_gid
    except KeyError:
        raise UserError(f"--seats {name}: this host has no such group") from None
    if os.geteuid() != 0 and gid not in {os.getegid(), *os.getgroups()}:
        raise UserError(
            f"--seats {name}: you are not in this group, and can open nothing to it",
            advice="`id` lists your groups; a new one counts from the next login on.",
        )
    return gid


def practise_guided(order: PracticeOrder, places: Places) -> Exit:
    """Open the terminal UI at a practice.  Raises UserError for a broken settings file."""
    from drill_tui.cli.practising import code_of, say_how_it_went

    launcher = _Launcher(places)
    code = _open(launcher, places, practice=order)
    if launcher.play is None:
        return code
    say_how_it_went(launcher.play)
    return code_of(launcher.play) if code is Exit.PASSED else code


def _open(
    launcher: _Launcher,
    places: Places,
    *,
    ascii_only: bool = False,
    runbook: Path | None = None,
    resumed: Path | None = None,
    practice: PracticeOrder | None = None,
    proposal: Proposal | None = None,
    seats_gid: int | None = None,
) -> Exit:
    try:
        code = asyncio.run(
            run_guided(
                launcher,
                project_dir=places.project_dir,
                artifacts_dir=places.artifacts_dir,
                environment=os.environ,
                ascii_only=ascii_only,
                runbook=runbook,
                resumed=resumed,
                practice=practice,
                proposal=proposal,
                seats_gid=seats_gid,
            )
        )
    except SettingsError as error:
        raise UserError(str(error)) from None
    _tell(launcher.done)
    if launcher.done and not launcher.done[-1].is_whole and code in (Exit.PASSED, Exit.LEFTOVERS):
        return Exit.ERROR
    return Exit(code)


def _tell(done: Sequence[Concluded]) -> None:
    """On the terminal, once the screen that covered it is gone."""
    if not done:
        return
    from drill_tui.sinks.summary import print_summary

    for concluded in done:
        with suppress(OSError):
            concluded.complain()
            print_summary(concluded.report, concluded.paths, sys.stdout)


class _Launcher:
    """Carries out what was ordered on the screen."""

    def __init__(self, places: Places, *, keep: bool = False) -> None:
        self._places = places
        self._keep = keep
        self.done: list[Concluded] = []
        """Each drill with its evidence, for the terminal once the screen is gone."""
        self.play: Play | None = None
        """The last practice."""

    async def __call__(
        self,
        order: DrillOrder | ResumeOrder,
        *,
        operator: Operator,
        sinks: Sequence[Sink],
        control: DrillControl,
    ) -> Report:
        """The report of the drill, cleanup included.

        Raises UserError if it cannot start, RecoveryError if it cannot be taken over.
        """
        if isinstance(order, ResumeOrder):
            run_dir = await self._go_on(order, operator, sinks, control)
        else:
            run_dir = await self._begin(order, operator, sinks, control)
        concluded = await asyncio.to_thread(conclude, run_dir, self._places)
        self.done.append(concluded)
        return concluded.report

    async def practise(
        self, order: PracticeOrder, *, face: Face, sinks: Sequence[Sink], control: DrillControl
    ) -> Play:
        """What came of a practice, once it is cleared away.  Raises DrillRefusedError, OSError."""
        from drill_tui.cli.practising import put_away_what_was_left
        from drill_tui.engine.clock import SystemClock
        from drill_tui.faults.practice.stage import Play

        house, places = await asyncio.to_thread(toolbox), self._places
        await put_away_what_was_left(house, places, lambda line: None)
        play = Play(order.drawn, person=order.person, face=face, clock=SystemClock(), game_day=order.game_day)
        await play.run(house, places.project_dir, places.practice_dir, sinks=sinks, control=control)
        self.play = play
        return play

    async def clean(self, run_dir: Path) -> tuple[str, ...]:
        """Remove what a run left behind and write its report.  Raises RecoveryError."""
        from drill_tui.engine.recovery.recover import clean_run

        outcome = await clean_run(run_dir, await asyncio.to_thread(toolbox), lambda line: None)
        if not is_practice(run_dir):
            await asyncio.to_thread(conclude, run_dir, self._places)
        return outcome.leftovers

    async def _begin(
        self, order: DrillOrder, operator: Operator, sinks: Sequence[Sink], control: DrillControl
    ) -> Path:
        from drill_tui.engine.clock import SystemClock
        from drill_tui.engine.run.runner import run_drill

        setup = await asyncio.to_thread(
            prepare,
            await asyncio.to_thread(load_runbook, order.runbook, self._places),
            self._places,
            mode=order.mode,
            given=order.params,
            secrets=order.secrets,
            people={person.name: person.roles for person in order.participants},
            keep=self._keep,
        )
        await run_drill(
            setup,
            toolbox=await asyncio.to_thread(toolbox),
            operator=operator,
            sinks=sinks,
            control=control,
            clock=SystemClock(),
        )
        return setup.run_dir

    async def _go_on(
        self, order: ResumeOrder, operator: Operator, sinks: Sequence[Sink], control: DrillControl
    ) -> Path:
        from drill_tui.engine.clock import SystemClock
        from drill_tui.engine.recovery.recover import RecoveryRefusedError, resume_drill

        if is_practice(order.run_dir):
            raise RecoveryRefusedError(f"{order.run_dir.name} is a practice, which nobody goes on with")

        await resume_drill(
            order.run_dir,
            environment=dict(os.environ),
            toolbox=await asyncio.to_thread(toolbox),
            operator=operator,
            sinks=sinks,
            control=control,
            clock=SystemClock(),
        )
        return order.run_dir

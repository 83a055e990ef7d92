"""A practice on stage: the runbook that sets it up and clears it away, and the fault in between.

Only this process knows the fault until it is revealed: neither the runbook nor the journal names it.
"""

from __future__ import annotations

import asyncio
import os
from collections import ChainMap
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from drill_tui.engine.ports import (
    ActionContext,
    ActionError,
    ActionResult,
    ActionSpec,
    Clock,
    Sink,
    Toolbox,
)
from drill_tui.engine.processes.environment import without_connections
from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.run.gates import AutoOperator
from drill_tui.engine.run.plan import DrillSetup, new_run_id
from drill_tui.engine.run.runner import run_drill
from drill_tui.faults.catalogue import FAULTS
from drill_tui.faults.fault import Fault, InArchive, InBackup, InDatabase
from drill_tui.faults.inject import break_backup, break_database, copy_backup
from drill_tui.faults.practice.archive import LABEL, archive
from drill_tui.faults.practice.ears import Ears
from drill_tui.faults.practice.facilitator import keep_moment, orders
from drill_tui.faults.practice.record import PracticeRecord, keep_record, record_of
from drill_tui.faults.practice.scenery import Stage, stage_of
from drill_tui.faults.practice.session import Happening, Practice
from drill_tui.faults.practice.shelf import Drawn
from drill_tui.faults.practice.staging import furnish, stage_for, staged
from drill_tui.faults.practice.standby import lagging_standby
from drill_tui.postgres.actions import SOURCE_OUTPUTS
from drill_tui.postgres.client.connect import ConnectError, DatabaseError
from drill_tui.postgres.client.source import SourceError, resolve
from drill_tui.runbook.load import load
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.plays import Plays
from drill_tui.runbook.values import resolve_params

FITS_NOWHERE: Final = "this fault fits nowhere in the demo; name another one, or another seed"


class Face(Protocol):
    """Who shows a practice to a person."""

    async def practise(self, stage: Stage) -> None:
        """Until the practice is over.  Cancelled when it is stopped from outside."""

    def heard(self, text: str) -> None:
        """On a game day: a message came, or the situation is told at last."""

    def over(self, record: PracticeRecord) -> None:
        """It is over, and what came of it is kept; what was set up is about to be cleared away."""


class Play:
    """One practice, from its setting to its record."""

    def __init__(
        self, drawn: Drawn, *, person: str, face: Face, clock: Clock, game_day: bool = False
    ) -> None:
        self._drawn = drawn
        self._fault: Fault = FAULTS.named(drawn.fault)
        self._person = person
        self._face = face
        self._clock = clock
        self._game_day = game_day
        """Whether the facilitator says when the fault is planted."""
        self._site = ""
        self._actions: Mapping[str, ActionSpec] = {}
        """What the house can do, once it is known."""
        self.record: PracticeRecord | None = None
        """Once the practice is over."""
        self.problem = ""
        """Why it could not be set up."""
        self.leftovers: tuple[str, ...] = ()
        """What could not be cleared away."""

    async def run(
        self,
        house: Toolbox,
        project_dir: Path,
        practice_dir: Path,
        *,
        sinks: Sequence[Sink],
        control: DrillControl,
    ) -> None:
        """Set up, practise, clear away; all of that is over when this returns, also when it is cancelled.

        Raises DrillRefusedError, RunbookError, KindError and OSError before anything is made.
        """
        self._actions = house.actions
        setup = await asyncio.to_thread(self._setup, house, project_dir, practice_dir)
        operator = AutoOperator(setup.book, self._clock.now)
        ears = Ears()
        await run_drill(
            setup,
            toolbox=self._toolbox(house),
            operator=operator,
            sinks=[*sinks, ears],
            control=control,
            clock=self._clock,
        )
        self.problem, self.leftovers = ears.problem, ears.leftovers

    def _toolbox(self, house: Toolbox) -> Toolbox:
        """What the house can do, and what this play does."""
        own = {spec.name: spec for spec in self._specs()}
        return Toolbox(ChainMap(own, dict(house.actions)), house.disposers)

    def _setup(self, house: Toolbox, project_dir: Path, practice_dir: Path) -> DrillSetup:
        """A run of its own, in the folder of practices, without any connection.

        Raises RunbookError, KindError, and OSError where that folder cannot be made.
        """
        practice_dir.mkdir(parents=True, exist_ok=True)
        staging = self._fault.staging
        actions = self._toolbox(house).actions
        loaded = staged(load(stage_for(staging), project_dir, actions), staging)
        run_dir = practice_dir / new_run_id(loaded.runbook.id, self._clock.now())
        environment = without_connections(os.environ)
        known = {"run.id": run_dir.name, "run.dir": str(run_dir), "project": str(project_dir)}
        return DrillSetup(
            runbook=loaded,
            mode=Mode.TRAINING,
            params=resolve_params(loaded.runbook, {}, environment, known, {}),
            run_dir=run_dir,
            project_dir=project_dir,
            environment=environment,
        )

    async def _furnish(self, context: ActionContext) -> ActionResult:
        """What the demo has before it is backed up, where the fault asks for something."""
        try:
            site = await furnish(resolve(context.environment), self._fault.staging)
        except (SourceError, ConnectError, DatabaseError) as error:
            raise ActionError(f"the fault could not be planted: {error}") from None
        if site is None:
            raise ActionError(FITS_NOWHERE)
        self._site = site
        return ActionResult()

    async def _standby(self, context: ActionContext) -> ActionResult:
        """A source that lags."""
        try:
            return await lagging_standby(context, float(context.arguments["scale"]))
        except (OSError, ValueError) as error:
            raise ActionError(f"the standby could not be made: {error}") from None

    async def _archive(self, context: ActionContext) -> ActionResult:
        """A base backup and the WAL after it, broken where the fault is of that."""
        try:
            made = await archive(context, float(context.arguments["scale"]))
            if isinstance(self._fault.staging, InArchive):
                await self._break_archive(made.wal, self._fault.staging)
        except (OSError, ValueError) as error:
            raise ActionError(f"the base backup could not be made: {error}") from None
        return ActionResult(outputs={"backups": str(made.backups), "wal": str(made.wal), "label": LABEL})

    async def _break_archive(self, wal: Path, staging: InArchive) -> None:
        await asyncio.to_thread(staging.damage, wal)
        self._site = f"$BACKUP/{wal.name}"

    async def _set_scene(self, context: ActionContext) -> ActionResult:
        """The trainee's copy of the backup, broken where the fault is of the backup."""
        place = context.private_dir / "backups"
        place.mkdir()
        copy = await asyncio.to_thread(copy_backup, Path(context.arguments["backup"]), place)
        if isinstance(self._fault.injury, InBackup) and not self._game_day:
            await self._break_backup(copy, self._fault.injury)
            copy = next(path for path in place.iterdir() if path.is_dir())  # an injury may rename it
        return ActionResult(outputs={"backup": str(copy)})

    async def _begin(self, context: ActionContext) -> ActionResult:
        if isinstance(self._fault.injury, InDatabase) and not self._game_day:
            await self._plant(context, self._fault.injury)
        began_at = self._clock.now()
        practice = Practice(
            drawn=self._drawn,
            now=self._clock.now,
            broken=not self._game_day,
            on_moment=partial(keep_moment, context.run_dir),
        )
        facilitator = asyncio.create_task(self._obey(practice, context)) if self._game_day else None
        try:
            await self._face.practise(stage_of(practice, context, self._actions))
        finally:
            if facilitator is not None:
                facilitator.cancel()
                await asyncio.wait([facilitator])
            practice.interrupt()
            self.record = record_of(
                practice, run_id=context.run_id, person=self._person, began_at=began_at, site=self._site
            )
            keep_record(self.record, context.run_dir)
            self._face.over(self.record)
        return ActionResult()

    async def _obey(self, practice: Practice, context: ActionContext) -> None:
        """Do what the facilitator says, for as long as the practice goes on."""
        async for order in orders(context.run_dir):
            if order.say:
                practice.hear(order.say)
                self._face.heard(order.say)
            elif not practice.broken and not practice.is_over:
                try:
                    await self._plant_now(context)
                except ActionError as error:
                    keep_moment(
                        context.run_dir, Happening(round(practice.elapsed_s, 1), f"not planted: {error}")
                    )
                    continue
                practice.plant()
                self._face.heard(practice.scenario.situation)

    async def _plant_now(self, context: ActionContext) -> None:
        if isinstance(self._fault.injury, InDatabase):
            await self._plant(context, self._fault.injury)
        elif isinstance(self._fault.injury, InBackup):
            await self._break_backup(Path(context.arguments["backup"]), self._fault.injury)

    async def _break_backup(self, copy: Path, injury: InBackup) -> None:
        try:
            await asyncio.to_thread(break_backup, copy, injury)
        except (OSError, ValueError) as error:
            raise ActionError(f"the fault could not be planted: {error}") from None
        self._site = copy.name

    async def _plant(self, context: ActionContext, injury: InDatabase) -> None:
        try:
            place = resolve({**context.environment, "DB_NAME": context.arguments["database"]})
            site = await break_database(place, injury)
        except (SourceError, ConnectError, DatabaseError) as error:
            raise ActionError(f"the fault could not be planted: {error}") from None
        if site is None:
            raise ActionError(FITS_NOWHERE)
        self._site = site.name

    def _specs(self) -> tuple[ActionSpec, ...]:
        backup = {"backup": "the backup's folder"}
        return (
            ActionSpec(
                name="practice.furnish", summary="Give the demo what it is to have.", run=self._furnish
            ),
            ActionSpec(
                name="practice.standby",
                summary="Make a demo and a standby of it.",
                run=self._standby,
                parameters={"scale": "size of the demo"},
                required=frozenset({"scale"}),
                outputs=SOURCE_OUTPUTS,
                plays=Plays.SOURCE,
            ),
            ActionSpec(
                name="practice.archive",
                summary="Make a base backup of a demo, and the WAL after it.",
                run=self._archive,
                parameters={"scale": "size of the demo"},
                required=frozenset({"scale"}),
                outputs={"backups": "folder of both", "wal": "the archived WAL", "label": "of the backup"},
            ),
            ActionSpec(
                name="practice.set_scene",
                summary="Copy the backup for whoever practises.",
                run=self._set_scene,
                parameters=backup,
                required=frozenset(backup),
                outputs={"backup": "the copy"},
            ),
            ActionSpec(
                name="practice.begin",
                summary="Practise.",
                run=self._begin,
                parameters=backup
                | {"database": "the restored database", "target": "the step that started it"},
                required=frozenset({"backup", "database", "target"}),
            ),
        )

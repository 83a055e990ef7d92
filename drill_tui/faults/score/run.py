"""The mutation score: every fault in a copy of its own, and the runbook's own checks asked about each."""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from drill_tui.engine.record.events import Finding
from drill_tui.faults.catalogue import CATALOGUE
from drill_tui.faults.fault import Fault, InBackup, InDatabase, InPages
from drill_tui.faults.inject import break_backup, break_database, copy_backup, undo
from drill_tui.faults.score import naive
from drill_tui.faults.score.asking import Asker
from drill_tui.faults.score.checks import Subject
from drill_tui.faults.score.judging import Findings, alarms, mutant, not_tried
from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.client.connect import ConnectError, DatabaseError
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.copies.databases import copy_of
from drill_tui.runbook.model import Step
from drill_tui.verdict.score import Fate, Mutant, Score

T = TypeVar("T")
Told = Callable[[str, int, int], None]
"""Called with what was done last, how many copies are done, and how many there are in all."""
ORDER: Final = (Fate.SURVIVED, Fate.DOUBTED, Fate.ELSEWHERE, Fate.NOT_JUDGED, Fate.NOTICED, Fate.NO_SITE)
NO_FILES: Final = "The server's files cannot be reached from here; a local target has them."


@dataclass(slots=True, kw_only=True)
class Scoring:
    """One score.  `place` is the restored database; `work` is for copies of the backup."""

    asker: Asker
    backup: Path
    manifest: Manifest
    place: Connection
    data_dir: Path | None
    work: Path
    told: Told
    faults: Sequence[Fault] = CATALOGUE
    clean_copies: int = 1
    jobs: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    """How many copies are there at once."""
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _done: int = 0
    _clean: Findings = field(default_factory=dict)
    _turn: asyncio.Semaphore = field(init=False)
    """Half as many copies are asked about at once: a check of a database has a connection for each core."""
    _mark: str = field(default_factory=lambda: secrets.token_hex(3))

    def __post_init__(self) -> None:
        self._turn = asyncio.Semaphore(max(1, self.jobs // 2))

    async def run(self) -> Score:
        """Raises ConnectError, DatabaseError, OSError where the target or the machine gave out."""
        started = time.monotonic()
        drill = self.asker.clean
        on_backup = drill.checks_of_backup(str(self.backup))
        on_database = drill.checks_of_database()
        self._clean = (await self.asker.ask((), self._subject(), self.work)).findings
        beside = [f for f in self.faults if f.injury and not _is_cluster_wide(f)]
        alone = [f for f in self.faults if _is_cluster_wide(f)]
        false = await self._side_by_side([self._unbroken(on_backup, on_database)] * self.clean_copies)
        found = await self._side_by_side([self._try(f, on_backup, on_database) for f in beside])
        found += [await self._try(fault, on_backup, on_database)() for fault in alone]
        return Score(
            run_id=drill.state.run_id,
            backup=self.backup.name,
            checks=tuple(step.id for step in (*on_backup, *on_database)),
            criteria={
                n: drill.runbook.criteria[n].title for n, was in self._clean.items() if was is Finding.MET
            },
            mutants=tuple(sorted(found, key=lambda m: (ORDER.index(m.fate), m.place, m.fault))),
            clean_copies=self.clean_copies,
            false_alarms=tuple(dict.fromkeys(itertools.chain.from_iterable(false))),
            duration_s=round(time.monotonic() - started, 3),
        )

    def _try(
        self, fault: Fault, on_backup: Sequence[Step], on_database: Sequence[Step]
    ) -> Callable[[], Awaitable[Mutant]]:
        async def tried() -> Mutant:
            started = time.monotonic()
            try:
                if isinstance(fault.injury, InBackup):
                    found = await self._in_backup(fault, fault.injury, on_backup)
                elif isinstance(fault.injury, InDatabase | InPages):
                    found = await self._in_database(fault, fault.injury, on_database)
                else:
                    raise TypeError(fault.id)
            except (ConnectError, DatabaseError, OSError, ValueError) as error:
                found = not_tried(fault, Fate.NOT_JUDGED, clean(" ".join(str(error).split()))[:300])
            self._tell(fault.id)
            return found.model_copy(update={"duration_s": round(time.monotonic() - started, 3)})

        return tried

    def _unbroken(
        self, on_backup: Sequence[Step], on_database: Sequence[Step]
    ) -> Callable[[], Awaitable[tuple[str, ...]]]:
        async def asked() -> tuple[str, ...]:
            with self._folder() as folder:
                copy = await asyncio.to_thread(copy_backup, self.backup, folder)
                async with self._turn:
                    of_backup = await self.asker.ask(on_backup, self._subject(backup=copy), folder / "asked")
            name = self._name()
            async with copy_of(self.place, self.place.dbname, name):
                with self._folder() as folder:
                    async with self._turn:
                        of_database = await self.asker.ask(on_database, self._subject(database=name), folder)
            self._tell("an unbroken copy")
            return alarms(self._clean, of_backup.findings) + alarms(self._clean, of_database.findings)

        return asked

    async def _in_backup(self, fault: Fault, injury: InBackup, checks: Sequence[Step]) -> Mutant:
        with self._folder() as folder:
            copy = await asyncio.to_thread(copy_backup, self.backup, folder)
            await asyncio.to_thread(break_backup, copy, injury)
            async with self._turn:
                answer = await self.asker.ask(checks, self._subject(backup=copy), folder / "asked")
            rules = await naive.of_backup(copy, self.manifest, self.asker.clean.environment)
        return mutant(fault, "", self._clean, answer, rules)

    async def _in_database(
        self, fault: Fault, injury: InDatabase | InPages, checks: Sequence[Step]
    ) -> Mutant:
        if isinstance(injury, InPages) and self.data_dir is None:
            return not_tried(fault, Fate.NO_SITE, NO_FILES)
        name = self._name()
        async with copy_of(self.place, self.place.dbname, name) as copy:
            site = await break_database(copy, injury, data_dir=self.data_dir)
            if site is None:
                return not_tried(fault, Fate.NO_SITE, "Nothing in this database can be broken in this way.")
            try:
                with self._folder() as folder:
                    async with self._turn:
                        answer = await self.asker.ask(checks, self._subject(database=name), folder)
                        rules = await naive.of_database(copy, self.manifest)
            finally:
                if site.undo:
                    await undo(copy, site)
        return mutant(fault, site.name, self._clean, answer, rules)

    async def _side_by_side(self, works: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
        limit = asyncio.Semaphore(self.jobs)

        async def limited(work: Callable[[], Awaitable[T]]) -> T:
            async with limit:
                return await work()

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(limited(work)) for work in works]
        return [task.result() for task in tasks]

    def _subject(self, *, backup: Path | None = None, database: str = "") -> Subject:
        return Subject(
            backup=str(self.backup),
            database=self.place.dbname,
            instead_of_backup=str(backup) if backup else "",
            instead_of_database=database,
        )

    def _name(self) -> str:
        return f"mutant_{self._mark}_{next(self._numbers)}"

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        folder = self.work / self._name()
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _tell(self, what: str) -> None:
        self._done += 1
        self.told(
            what, self._done, self.clean_copies + sum(fault.injury is not None for fault in self.faults)
        )


def _is_cluster_wide(fault: Fault) -> bool:
    return isinstance(fault.injury, InDatabase) and fault.injury.cluster_wide

"""A fault as a value: what it breaks and where, who ought to notice, how it is found and undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

Damage = Callable[[Path], None]
"""Breaks a copy of a backup, named by its folder, in place."""


class Place(StrEnum):
    """Where a fault sits."""

    BACKUP = "backup"
    WAL = "archive of WAL"
    DATABASE = "restored database"
    SERVER = "target server"
    ENVIRONMENT = "environment"
    CLOCK = "clock"
    PROCEDURE = "procedure"


class Often(StrEnum):
    """How often it is met in the field.  A judgement from public reports: nobody has counted."""

    COMMON = "common"
    OCCASIONAL = "occasional"
    RARE = "rare"


@dataclass(frozen=True, slots=True)
class InBackup:
    """Damage to the files of a backup.

    `signed` makes `checksums.sha256` fit again, as a copying tool or a careless script would.
    """

    damage: Damage
    signed: bool = False


@dataclass(frozen=True, slots=True)
class InDatabase:
    """Damage to a copy of the restored database, made by SQL.

    `sites` names the file of `faults/sites/` that finds where this fault can be put and with which
    statements; `variant` is bound in it.  A fault of another package gives such a query itself as `sql`: rows
    of `site, statements[, undo]`, which may read the tables of `faults/sites/own.sql`.  `cluster_wide` faults
    are undone afterwards, and nothing else may run beside them.
    """

    sites: str = ""
    variant: str = ""
    cluster_wide: bool = False
    sql: str = ""


@dataclass(frozen=True, slots=True)
class InPages:
    """Damage to a page of a relation's file, below the server: bad memory, a bad disk, a torn write."""

    sites: str
    variant: str = ""


Injury = InBackup | InDatabase | InPages


@dataclass(frozen=True, slots=True)
class InSource:
    """What a practice puts into its demo before that is backed up; its target is started without asking
    whether it fits.  `sites` is as for `InDatabase`."""

    sites: str


@dataclass(frozen=True, slots=True)
class AimedAtSource:
    """A practice's restore, shell and checks get the address of its demo, which stands for production."""


@dataclass(frozen=True, slots=True)
class InArchive:
    """Damage to the archived WAL behind a practice's base backup, before that is restored."""

    damage: Damage


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A practice's target keeps its databases on a disk that holds this much of the backup's database."""

    percent: int


@dataclass(frozen=True, slots=True)
class LaggingStandby:
    """A practice backs up a standby of its demo that has received what it does not replay."""


Staging = InSource | AimedAtSource | InArchive | SmallDisk | LaggingStandby
"""How a practice sets up what no copy can hold: around a restore, before that begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a backup, a restore or the people around it can go wrong."""

    id: str
    breaks: str
    """What is broken, as a sentence."""
    place: Place
    often: Often
    source: str
    """Where it was met: a public report, or the manual's passage that warns of it."""
    noticed_by: tuple[str, ...]
    """The criterion that ought to notice; then others of the shipped runbooks that may as well."""
    shows: str
    """How it shows to whoever looks."""
    undone: str
    """What to do about it on the day."""
    difficulty: int
    """How hard it is to diagnose, from 1 (the first error line says it) to 5 (only a comparison finds it)."""
    injury: Injury | None = None
    """How a copy is broken; None for what no copy can hold, such as a full disk or a wrong address."""
    staging: Staging | None = None
    """How a practice shows it, where no copy can."""

    def __post_init__(self) -> None:
        if not 1 <= self.difficulty <= HARDEST or not self.noticed_by:
            raise ValueError(self.id)

    @property
    def criterion(self) -> str:
        """The one that ought to notice."""
        return self.noticed_by[0]


HARDEST: Final = 5


def fault(
    fault_id: str,
    breaks: str,
    injury: Injury | None,
    shows: str,
    *,
    source: str,
    undone: str,
    difficulty: int,
    noticed_by: tuple[str, ...],
    often: Often = Often.OCCASIONAL,
    place: Place = Place.DATABASE,
) -> Fault:
    """A row of a catalogue; each of its files fills in what most of its faults share."""
    return Fault(
        id=fault_id,
        breaks=breaks,
        place=place,
        often=often,
        source=source,
        noticed_by=noticed_by,
        shows=shows,
        undone=undone,
        difficulty=difficulty,
        injury=injury,
    )

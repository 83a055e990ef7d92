"""`score.json`: which faults a drill noticed when its copies were broken on purpose.  Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION: Final = 1
SCORE_NAME: Final = "score.json"
"""In the run's directory."""
NAIVE: Final[Mapping[str, str]] = {
    "exit_code": "exit code only",
    "size": "exit code and 20 % of the size",
    "rows": "exit code and 90 % of each table's rows",
}
"""What many teams call a test of their backups, by name."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fate(StrEnum):
    """What became of a fault."""

    NOTICED = "noticed"
    """By the criterion that ought to notice it."""
    ELSEWHERE = "noticed elsewhere"
    """Another criterion was missed: the drill fails, and says something else."""
    DOUBTED = "doubted"
    """Nothing was missed, but a criterion became unproven or a step failed: no pass, and no word of why."""
    SURVIVED = "survived"
    """The drill would have passed."""
    NO_SITE = "does not fit"
    """This database, backup or target has no place for it."""
    NOT_JUDGED = "not judged"
    """It could not be tried, or the runbook's own checks broke off."""


TRIED: Final = frozenset({Fate.NOTICED, Fate.ELSEWHERE, Fate.DOUBTED, Fate.SURVIVED})


class Mutant(Part):
    """One fault in one copy, and what was said of it."""

    fault: str
    breaks: str
    place: str
    often: str
    difficulty: int
    site: str
    """Where in the database it was put; empty for a backup."""
    expected: str
    """The criterion that ought to notice."""
    fate: Fate
    missed: tuple[str, ...] = ()
    """Criteria that were met on the clean copy and missed on this one."""
    unproven: tuple[str, ...] = ()
    """Where nothing was missed: criteria that were met on the clean copy and not proven on this one.

    A step that misses something leaves others unproven, such as its time: that says nothing more.
    """
    naive: dict[str, bool] = {}
    """By the names of `NAIVE`: whether that rule would have noticed."""
    advice: str = ""
    """For what was not noticed: what would have caught it.  For what was not tried: why."""
    duration_s: float = 0.0


class Score(Part):
    schema_version: int = SCHEMA_VERSION
    run_id: str
    backup: str
    checks: tuple[str, ...]
    """The steps of the runbook that were asked again for each copy."""
    criteria: dict[str, str]
    """Titles by id of the criteria that those steps speak for and that were met before."""
    mutants: tuple[Mutant, ...]
    """Those that survived first."""
    clean_copies: int
    false_alarms: tuple[str, ...]
    """What was said of copies that nobody had broken."""
    duration_s: float

    @property
    def tried(self) -> tuple[Mutant, ...]:
        return tuple(mutant for mutant in self.mutants if mutant.fate in TRIED)

    def count(self, *fates: Fate) -> int:
        return sum(mutant.fate in fates for mutant in self.mutants)

    @property
    def noticed(self) -> int:
        """By any criterion: the drill fails."""
        return self.count(Fate.NOTICED, Fate.ELSEWHERE)

    @property
    def share(self) -> float:
        """Of the faults that were tried, those noticed by the right criterion; 0 where none was tried."""
        return self.count(Fate.NOTICED) / len(self.tried) if self.tried else 0.0

    def noticed_by_rule(self, rule: str) -> int:
        return sum(mutant.naive.get(rule, False) for mutant in self.tried)

    @property
    def is_perfect(self) -> bool:
        """Every fault noticed by the right criterion, and no alarm without one."""
        everything = self.count(Fate.NOTICED) == len(self.tried) > 0
        return everything and not self.count(Fate.NOT_JUDGED) and not self.false_alarms

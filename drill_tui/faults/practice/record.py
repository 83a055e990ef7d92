"""What is kept of a practice, and what it says of a person: found or not, how fast, and what to try next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from drill_tui.faults.practice.session import Ending, Practice
from drill_tui.faults.practice.shelf import Story
from drill_tui.sinks.atomic import write_atomically

RECORD_NAME: Final = "practice.json"
MAX_BYTES: Final = 1024 * 1024


class Moment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    at_s: float
    what: str


class PracticeRecord(BaseModel):
    """One practice of one person, as `practice.json` in its run's folder keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = 1
    run_id: str
    person: str
    began_at: str
    """UTC, in ISO 8601."""
    scenario: str
    title: str
    difficulty: int
    seed: int
    fault: str
    planted: bool
    """False for a game day that ended before anything was broken."""
    site: str
    """Where it was planted."""
    ending: Ending
    noticed_s: float | None
    diagnosed_s: float | None
    took_s: float
    wrong_turns: tuple[str, ...]
    hints: int
    checks: int
    would_do: str
    timeline: tuple[Moment, ...]

    @property
    def found(self) -> bool:
        return self.ending is Ending.FOUND


class PersonRecord(BaseModel):
    """Every practice of one person, and what to try next."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: str
    practices: tuple[PracticeRecord, ...]
    """The oldest first."""
    found: int
    levels: dict[int, tuple[int, int]]
    """Scenarios found and scenarios there are, by difficulty."""
    next: str
    """The scenario to try next; empty where every one was found."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The records that could be read, and a sentence for each that could not."""

    records: tuple[PracticeRecord, ...] = ()
    broken: tuple[str, ...] = ()


def record_of(practice: Practice, *, run_id: str, person: str, began_at: float, site: str) -> PracticeRecord:
    """`began_at` is seconds since the epoch."""
    story, ending = practice.drawn.story, practice.ending or Ending.INTERRUPTED
    return PracticeRecord(
        run_id=run_id,
        person=person,
        began_at=datetime.fromtimestamp(began_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        scenario=story.name,
        title=story.scenario.title,
        difficulty=story.scenario.difficulty,
        seed=practice.drawn.seed,
        fault=practice.drawn.fault,
        planted=practice.broken,
        site=site,
        ending=ending,
        noticed_s=_rounded(practice.noticed_s),
        diagnosed_s=_rounded(practice.diagnosed_s),
        took_s=round(practice.timeline[-1].at_s, 1),
        wrong_turns=tuple(practice.wrong_turns),
        hints=practice.hints_shown,
        checks=practice.checks_run,
        would_do=practice.would_do,
        timeline=tuple(Moment(at_s=moment.at_s, what=moment.what) for moment in practice.timeline),
    )


def keep_record(record: PracticeRecord, run_dir: Path) -> Path:
    """Raises OSError."""
    path = run_dir / RECORD_NAME
    write_atomically(path, record.model_dump_json(indent=1) + "\n")
    return path


def read_records(practice_dir: Path) -> Kept:
    """Every record below the folder of practices, the oldest first."""
    records, broken = [], []
    for path in sorted(practice_dir.glob(f"*/{RECORD_NAME}")):
        try:
            if path.stat().st_size > MAX_BYTES:
                raise ValueError("too large")
            records.append(PracticeRecord.model_validate(json.loads(path.read_text("utf-8"))))
        except (OSError, ValueError, ValidationError, RecursionError) as error:
            broken.append(f"{path} cannot be read: {' '.join(str(error).split())[:200]}")
    return Kept(tuple(sorted(records, key=lambda record: record.began_at)), tuple(broken))


def record_of_person(
    person: str, records: Iterable[PracticeRecord], stories: Sequence[Story]
) -> PersonRecord:
    """What one person did so far; names are compared without regard to case."""
    own = tuple(record for record in records if record.person.casefold() == person.casefold())
    found = {record.scenario for record in own if record.found}
    levels: dict[int, tuple[int, int]] = {}
    for story in stories:
        done, there = levels.get(story.scenario.difficulty, (0, 0))
        levels[story.scenario.difficulty] = (done + (story.name in found), there + 1)
    ahead = [story for story in stories if story.name not in found]
    tried = [record.scenario for record in own]
    ahead.sort(key=lambda story: (story.scenario.difficulty, story.name in tried, story.name))
    return PersonRecord(
        person=own[-1].person if own else person,
        practices=own,
        found=sum(record.found for record in own),
        levels=levels,
        next=ahead[0].name if ahead else "",
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)

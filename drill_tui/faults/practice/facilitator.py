"""A game day: what the facilitator says from another terminal, and what they see of the practice.

Orders go into a file of the run's private folder, which only its own user may write to and which cleanup
removes; moments come out into a file of the run, which stays.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.engine.record.lock import is_driven
from drill_tui.engine.record.vocabulary import JOURNAL_NAME
from drill_tui.engine.text.sanitise import one_line
from drill_tui.faults.practice.session import Happening

ORDERS: Final = "private/facilitator.jsonl"
MOMENTS: Final = "moments.jsonl"
LIVE: Final = "private/game-day"
"""Is there while the run takes orders."""
POLL_S: Final = 0.2
MESSAGE_CHARS: Final = 500


class NobodyPractisesError(Exception):
    """No practice is running that the facilitator could mean; the text says which there are."""


@dataclass(frozen=True, slots=True)
class Order:
    """`say` is a message for the team; without one, the fault is to be planted now."""

    say: str = ""


def running(practice_dir: Path) -> Path:
    """The folder of the practice that is under way.  Raises NobodyPractisesError for none, or several."""
    journals = sorted(practice_dir.glob(f"*/{JOURNAL_NAME}"))
    found = [path.parent for path in journals if is_driven(path.parent)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(run.name for run in found)
        raise NobodyPractisesError(f"{len(found)} practices are under way: {names}; name one with --run")
    raise NobodyPractisesError(f"no practice is under way in {practice_dir}")


def give(run_dir: Path, order: Order) -> None:
    """Raises NobodyPractisesError where the run takes no orders, OSError."""
    if not (run_dir / LIVE).exists():
        raise NobodyPractisesError(f"{run_dir.name} is no game day, or not ready for one yet")
    line = json.dumps({"say": one_line(order.say, MESSAGE_CHARS)}) + "\n"
    descriptor = os.open(run_dir / ORDERS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


async def orders(run_dir: Path) -> AsyncIterator[Order]:
    """Each order as it comes, for as long as somebody asks; what cannot be read is passed over."""
    (run_dir / LIVE).touch(mode=0o600)
    read = 0
    while True:
        lines = _whole_lines(run_dir / ORDERS)
        for line in lines[read:]:
            order = _order(line)
            if order is not None:
                yield order
        read = len(lines)
        await asyncio.sleep(POLL_S)


def keep_moment(run_dir: Path, moment: Happening) -> None:
    """For whoever watches; a full disk must not end a practice."""
    try:
        with (run_dir / MOMENTS).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at_s": moment.at_s, "what": moment.what}) + "\n")
    except OSError:
        return


async def moments(run_dir: Path) -> AsyncIterator[Happening]:
    """Each moment as it comes, until the practice is over."""
    read = 0
    while True:
        goes_on = is_driven(run_dir)
        lines = _whole_lines(run_dir / MOMENTS)
        for moment in _moments(lines[read:]):
            yield moment
        read = len(lines)
        if not goes_on:
            return
        await asyncio.sleep(POLL_S)


def _moments(lines: list[str]) -> Iterator[Happening]:
    for line in lines:
        try:
            said = json.loads(line)
            yield Happening(float(said["at_s"]), one_line(str(said["what"])))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue


def _order(line: str) -> Order | None:
    try:
        said = json.loads(line)["say"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Order(one_line(said, MESSAGE_CHARS)) if isinstance(said, str) else None


def _whole_lines(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return []
    return text.split("\n")[:-1]

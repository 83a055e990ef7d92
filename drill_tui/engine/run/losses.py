"""What later steps rely on and is there no more: a server that died while the drill stood at a question.

A finished step's action may say whether what it started still lives (`ActionSpec.gone`).  It is asked every
second, and whenever it matters: before a question is put, before an answer counts, after an attempt failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drill_tui.runbook.model import Step


class LostError(Exception):
    """What a step relies on is gone; says what, and why."""


class StartOver(Exception):  # noqa: N818 - a decision, not an error
    """A person wants what was lost to be made anew, from the step that had made it."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


class Losses:
    """By the step that had made it: why it is gone."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}
        self.to_be_revived: set[str] = set()
        """Steps whose server may have died with the process that drove the drill, which is no news."""
        self._news = asyncio.Event()

    def add(self, step: str, reason: str) -> None:
        self._reasons[step] = reason
        self._news.set()

    def forget(self, step: str) -> None:
        """It has been made anew, or is about to be."""
        self._reasons.pop(step, None)

    def of(self, step: Step) -> str:
        """The earlier step whose loss concerns this one; empty if none does."""
        relied_on = (step.connect, *step.needs, *step.arguments.values())
        return next((lost for lost in self._reasons if lost in relied_on), "")

    def reason(self, lost: str) -> str:
        return self._reasons.get(lost, "")

    async def until(self, step: Step) -> None:
        """Returns when something that the step relies on is gone."""
        while not self.of(step):
            self._news.clear()
            await self._news.wait()


def steps_since(steps: Sequence[Step], lost: str, index: int) -> tuple[int, tuple[str, ...]]:
    """Where to start over, and the ids of the steps that have to be made again."""
    first = next(number for number, step in enumerate(steps) if step.id == lost)
    return first, tuple(step.id for step in steps[first : index + 1])

"""A practice between the engine, which sets it up, and the screen, which shows it.  Knows no widget."""

from __future__ import annotations

import asyncio

from drill_tui.engine.processes.process import ProcessError
from drill_tui.engine.text.os_words import os_words
from drill_tui.faults.practice.checks import Check
from drill_tui.faults.practice.record import PracticeRecord
from drill_tui.faults.practice.scenery import Stage
from drill_tui.faults.practice.session import Practice
from drill_tui.faults.practice.shelf import Drawn

LOOK_EVERY_S = 0.1
"""How often a screen looks whether there is news."""


class PracticeDesk:
    """The face of a practice: holds what is shown; a screen draws it anew when `news` has grown."""

    def __init__(self, drawn: Drawn) -> None:
        self.drawn = drawn
        self.preparing: list[str] = []
        """What was set up so far, and what is cleared away."""
        self.stage: Stage | None = None
        self.checking: Check | None = None
        """The check that runs now."""
        self.said: tuple[str, str] = ("", "")
        """What was looked at last: a title, and the text."""
        self.record: PracticeRecord | None = None
        self.cleared = False
        self.problem = ""
        """Why it could not be set up, or went on no more."""
        self.leftovers: tuple[str, ...] = ()
        self.news = 0
        self._asked: asyncio.Queue[Check | None] = asyncio.Queue()

    @property
    def practice(self) -> Practice | None:
        return self.stage.practice if self.stage else None

    def prepare(self, line: str) -> None:
        self.preparing.append(line)
        self.news += 1

    async def practise(self, stage: Stage) -> None:
        """Run the checks that are asked for, until the practice is over."""
        self.stage = stage
        self.news += 1
        while (check := await self._asked.get()) is not None:
            self.checking = check
            self.news += 1
            try:
                checked = await stage.asking.ask(check)
            except (OSError, ProcessError) as error:
                self.say(check.title, f"The check could not be run: {os_words(error)}")
            else:
                stage.practice.checked(check.name, objected=checked.objected)
                verdict = "It objects." if checked.objected else "It has no objection."
                self.say(check.title, f"{verdict}\n\n{checked.said}")
            finally:
                self.checking = None
                self.news += 1

    def heard(self, text: str) -> None:
        self.news += 1

    def over(self, record: PracticeRecord) -> None:
        self.record = record
        self.news += 1

    def cleared_away(self, problem: str, leftovers: tuple[str, ...]) -> None:
        self.cleared, self.problem, self.leftovers = True, problem, leftovers
        self.news += 1

    def say(self, title: str, text: str) -> None:
        self.said = (title, text)
        self.news += 1

    def ask(self, check: Check) -> bool:
        """Whether the check is going to run; one at a time."""
        if self.stage is None or self.checking is not None or not self._asked.empty():
            return False
        self._asked.put_nowait(check)
        return True

    def end(self) -> None:
        """The practice is over: found, or given up."""
        self._asked.put_nowait(None)

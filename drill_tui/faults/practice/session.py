"""One practice as it goes: what was looked at, said and asked for, and when.  Without I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from drill_tui.faults.practice.scenario import Diagnosis, Scenario
from drill_tui.faults.practice.shelf import Drawn


class Ending(StrEnum):
    """How a practice came out."""

    FOUND = "found"
    GIVEN_UP = "given up"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Happening:
    """A moment of a practice, for the debrief."""

    at_s: float
    """Since the situation was told."""
    what: str


@dataclass(kw_only=True)
class Practice:
    """What a trainee does.  `now` is seconds on a clock that never goes back."""

    drawn: Drawn
    now: Callable[[], float]
    broken: bool = True
    """Whether the fault is planted; on a game day that is for the facilitator to say."""
    on_moment: Callable[[Happening], None] = lambda moment: None
    """Told each moment as it comes."""
    ending: Ending | None = None
    noticed_s: float | None = None
    """From the planting until a check said that something is wrong, or until the first diagnosis."""
    diagnosed_s: float | None = None
    hints_shown: int = 0
    checks_run: int = 0
    wrong_turns: list[str] = field(default_factory=list)
    """Each wrong diagnosis, in the words it was offered in."""
    would_do: str = ""
    messages: list[Happening] = field(default_factory=list)
    """Of the facilitator."""
    timeline: list[Happening] = field(default_factory=list)
    _began: float = field(init=False)
    _planted: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self._planted = self.now()
        self.offered: tuple[Diagnosis, ...] = tuple(
            Random(self.drawn.seed).sample(  # noqa: S311 - only so that the right one has no place of its own
                self.scenario.diagnoses, len(self.scenario.diagnoses)
            )
        )
        self._tell("the situation was told" if self.broken else "the game day began")

    @property
    def scenario(self) -> Scenario:
        return self.drawn.story.scenario

    @property
    def elapsed_s(self) -> float:
        return self.now() - self._began

    @property
    def hints_left(self) -> int:
        return len(self.scenario.hints) - self.hints_shown

    @property
    def is_over(self) -> bool:
        return self.ending is not None

    def plant(self) -> None:
        """The fault is planted, and the situation is told: what is measured begins now."""
        self.broken, self._planted, self.noticed_s = True, self.now(), None
        self._tell("the fault was planted, and the situation was told")

    def hear(self, text: str) -> None:
        """A message of the facilitator."""
        self.messages.append(Happening(round(self.elapsed_s, 1), text))
        self._tell(f"message: {text}")

    def why_not(self, diagnosis: Diagnosis) -> str:
        """What speaks against a diagnosis that was wrong."""
        return diagnosis.why_not.strip() or "Nothing of that kind is broken now."

    def hint(self) -> str:
        """The next hint, counted; empty where there is none any more, or nothing to find yet."""
        if not self.hints_left or not self.broken:
            return ""
        text = self.scenario.hints[self.hints_shown]
        self.hints_shown += 1
        self._tell(f"hint {self.hints_shown} was asked for")
        return text

    def checked(self, what: str, *, objected: bool) -> None:
        """A check was run; `objected` where it said that something is wrong."""
        self.checks_run += 1
        self._tell(f"check {what}: {'it objected' if objected else 'it had no objection'}")
        if objected:
            self._notice()

    def looked(self, at: str) -> None:
        """A log was read, or a shell was opened."""
        self._tell(at)

    def diagnose(self, diagnosis: Diagnosis, would_do: str) -> bool:
        """Whether that is what is broken; the practice is over then."""
        self._notice()
        right = self.broken and self.drawn.fault in diagnosis.faults
        self._tell(f"{'right' if right else 'wrong'}: {diagnosis.says}")
        if not right:
            self.wrong_turns.append(diagnosis.says)
            return False
        self.would_do = would_do
        self.diagnosed_s = self.now() - self._planted
        self._end(Ending.FOUND)
        return True

    def give_up(self) -> None:
        self._end(Ending.GIVEN_UP)

    def interrupt(self) -> None:
        """Whoever practised has gone."""
        if not self.is_over:
            self._end(Ending.INTERRUPTED)

    def _end(self, ending: Ending) -> None:
        self.ending = ending
        self._tell(str(ending))

    def _notice(self) -> None:
        if self.noticed_s is None:
            self.noticed_s = self.now() - self._planted

    def _tell(self, what: str) -> None:
        moment = Happening(round(self.elapsed_s, 1), what)
        self.timeline.append(moment)
        self.on_moment(moment)

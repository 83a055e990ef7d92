"""A practice in words: what is told before, after a wrong turn, and when the fault is revealed."""

from __future__ import annotations

from dataclasses import dataclass

from drill_tui.faults.catalogue import FAULTS
from drill_tui.faults.practice.record import PracticeRecord
from drill_tui.faults.practice.session import Ending
from drill_tui.faults.practice.shelf import Story
from drill_tui.runbook.load import RunbookError, load
from drill_tui.runbook.project import RUNBOOKS, shipped_dir
from drill_tui.verdict.wording import duration_words

MARK = "PRACTICE"
"""Stands on every line and screen of a practice, so that nobody takes it for a drill."""
NOTHING_HAPPENS = "This is a practice on a throw-away demo. Nothing you do here reaches a real database."
NOTHING_YET = (
    "Nothing is broken yet, as far as anybody knows. Look around while it is quiet: the backup, what was"
    " restored, the logs. What happens, and what others say, is told here."
)
"""What a team is told at the beginning of a game day."""
WORDS_OF = "restore-drill"


@dataclass(frozen=True, slots=True)
class Passage:
    title: str
    text: str


def revealed(story: Story, record: PracticeRecord) -> list[Passage]:
    """What was broken, what gave it away, and what one would do; then the runbook's words for it."""
    if not record.planted:
        never = Passage("What was broken", "Nothing. The game day ended before the fault was planted.")
        return [never, Passage("What happened, and when", "\n".join(_moments(record)))]
    fault, answer = FAULTS.named(record.fault), story.scenario.answer
    where = f" Here: {record.site}." if record.site else ""
    passages = [
        Passage("What was broken", f"{fault.breaks}{where} ({fault.id})"),
        Passage("What gave it away", f"{answer.gave_it_away}\n\n{fault.shows}"),
        Passage("What one would do", answer.do),
    ]
    if record.would_do:
        passages.append(Passage("What you would do", record.would_do))
    passages.append(Passage("Where it was met", story.scenario.met))
    passages += _words_of_the_runbook(answer.step)
    return [*passages, Passage("What happened, and when", "\n".join(_moments(record)))]


def _moments(record: PracticeRecord) -> list[str]:
    return [f"- {duration_words(moment.at_s)}: {moment.what}" for moment in record.timeline]


def result_line(record: PracticeRecord) -> str:
    """One line about how it went."""
    parts = [
        {Ending.FOUND: "Found", Ending.GIVEN_UP: "Given up", Ending.INTERRUPTED: "Cut off"}[record.ending]
    ]
    if record.noticed_s is not None:
        parts.append(f"noticed after {duration_words(record.noticed_s)}")
    if record.diagnosed_s is not None:
        parts.append(f"diagnosed after {duration_words(record.diagnosed_s)}")
    parts.append(counted(len(record.wrong_turns), "wrong turn"))
    parts.append(counted(record.hints, "hint"))
    return " · ".join(parts)


def counted(number: int, what: str) -> str:
    """
    >>> counted(1, "hint"), counted(0, "wrong turn")
    ('1 hint', '0 wrong turns')
    """
    return f"{number} {what}{'' if number == 1 else 's'}"


def _words_of_the_runbook(step_id: str) -> list[Passage]:
    try:
        book = load(shipped_dir() / RUNBOOKS / f"{WORDS_OF}.yaml").runbook
    except (RunbookError, OSError):
        return []
    step = next((step for step in book.steps if step.id == step_id), None)
    if step is None:
        return []
    words = "\n\n".join(text.strip() for text in (step.doc, step.watch and f"Watch: {step.watch}") if text)
    return [Passage(f"The runbook's words: {step.title}", words)]

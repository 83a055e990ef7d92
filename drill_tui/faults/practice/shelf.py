"""The scenarios of a project: its own `runbooks/practice/`, else those that come with drill-tui."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from drill_tui.faults.catalogue import FAULTS
from drill_tui.faults.fault import InBackup, InDatabase
from drill_tui.faults.practice.scenario import Scenario
from drill_tui.faults.practice.staging import impossible_here
from drill_tui.runbook.document import read_document
from drill_tui.runbook.problems import Fault as Wrong
from drill_tui.runbook.problems import Problem, RunbookError, nearest
from drill_tui.runbook.project import RUNBOOKS, SUFFIXES, shipped_dir
from drill_tui.runbook.shape import shaped

FOLDER: Final = "practice"
RESERVED: Final = "record"
"""What `drill-tui practice record` means."""
FEWEST_DIAGNOSES: Final = 3
SEEDS: Final = 1_000_000
MAX_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Story:
    """A scenario that is sound, by the name of its file."""

    name: str
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is practised: the story, and which of its faults."""

    story: Story
    fault: str
    seed: int
    """Draws the fault, and the order in which diagnoses are offered."""


class NothingToDrawError(Exception):
    """No scenario fits what was asked for; the text says what there is."""


def scenario_files(project_dir: Path) -> list[Path]:
    own = project_dir / RUNBOOKS / FOLDER
    folder = own if own.is_dir() else shipped_dir() / RUNBOOKS / FOLDER
    return sorted(path for suffix in SUFFIXES for path in folder.glob(f"*{suffix}"))


def read_stories(project_dir: Path) -> list[Story]:
    """Every scenario, the easiest first.  Raises RunbookError with every problem of every file."""
    stories: list[Story] = []
    problems: list[Problem] = []
    for path in scenario_files(project_dir):
        try:
            stories.append(Story(path.stem, read_scenario(path)))
        except RunbookError as error:
            problems += error.problems
    if problems:
        raise RunbookError(problems)
    return sorted(stories, key=lambda story: (story.scenario.difficulty, story.name))


def read_scenario(path: Path) -> Scenario:
    """Raises RunbookError with every problem, each with its line."""
    document = read_document(_text(path), str(path))
    scenario, wrong = shaped(Scenario, document.data, "scenario")
    if scenario is not None:
        wrong += _contradictions(scenario)
    if path.stem == RESERVED:
        wrong.append(Wrong((), f"a scenario cannot be called {RESERVED}: drill-tui practice {RESERVED}"))
    if wrong or scenario is None:
        raise RunbookError(document.place(fault, str(path)) for fault in wrong)
    return scenario


def draw(
    stories: Sequence[Story],
    *,
    seed: int,
    name: str = "",
    fault: str = "",
    difficulty: int | None = None,
    live: bool = False,
) -> Drawn:
    """One story and one of its faults, the same for the same seed; `live` are those to be planted later.

    Raises NothingToDrawError.
    """
    fitting = [
        story
        for story in stories
        if (not name or story.name == name)
        and (not fault or fault in story.scenario.faults)
        and (difficulty is None or story.scenario.difficulty == difficulty)
        and not (live and _is_staged(story))
    ]
    if not fitting:
        raise NothingToDrawError(_why_nothing(stories, name, fault, difficulty, live))
    possible = offered(fitting)
    if not possible:
        raise NothingToDrawError(f"not possible here: {_why_impossible(fitting[0])}")
    random = Random(seed)  # noqa: S311 - a facilitator repeats it by its seed
    story = random.choice(possible)
    return Drawn(story, fault or random.choice(story.scenario.faults), seed)


def offered(stories: Sequence[Story]) -> list[Story]:
    """Those that this machine can show.  For the main thread."""
    return [story for story in stories if not _why_impossible(story)]


def _why_impossible(story: Story) -> str:
    reasons = (impossible_here(FAULTS.named(fault).staging) for fault in story.scenario.faults)
    return next(filter(None, reasons), "")


def _is_staged(story: Story) -> bool:
    return any(FAULTS.named(fault).staging is not None for fault in story.scenario.faults)


def _why_nothing(stories: Sequence[Story], name: str, fault: str, difficulty: int | None, live: bool) -> str:
    names = [story.name for story in stories]
    if name and name not in names:
        return f"no scenario is called {name!r}; {nearest(name, names) or 'there are none'}"
    if fault and all(fault not in story.scenario.faults for story in stories):
        known = {known for story in stories for known in story.scenario.faults}
        return f"no scenario has the fault {fault!r}; {nearest(fault, known)}"
    wanted = [name, f"the fault {fault}" if fault else ""]
    wanted.append(f"difficulty {difficulty}" if difficulty is not None else "")
    wanted.append("a fault that can be planted after the restore, as a game day does" if live else "")
    return f"no scenario is all of this: {', '.join(filter(None, wanted))}"


def _contradictions(scenario: Scenario) -> Iterator[Wrong]:
    yield from _faults_that_cannot_be(scenario)
    if len(scenario.diagnoses) < FEWEST_DIAGNOSES:
        yield Wrong(
            ("diagnoses",), f"offer at least {FEWEST_DIAGNOSES} diagnoses, or there is nothing to find"
        )
    for place, diagnosis in enumerate(scenario.diagnoses):
        at = ("diagnoses", place)
        for number, fault in enumerate(diagnosis.faults):
            if fault not in scenario.faults:
                hint = nearest(fault, scenario.faults)
                yield Wrong((*at, "faults", number), f"{fault!r} is no fault of this scenario", hint)
        if not diagnosis.why_not.strip() and set(scenario.faults) - set(diagnosis.faults):
            yield Wrong(at, "`why_not` is missing: what speaks against it where it is wrong")
    for number, fault in enumerate(scenario.faults):
        right = sum(fault in diagnosis.faults for diagnosis in scenario.diagnoses)
        if right != 1:
            yield Wrong(("faults", number), f"{fault}: {right} diagnoses name it; exactly one must")


def _faults_that_cannot_be(scenario: Scenario) -> Iterator[Wrong]:
    for number, name in enumerate(scenario.faults):
        fault = FAULTS.get(name)
        if fault is None:
            hint = nearest(name, FAULTS, else_all=False) or "drill-tui score --list names them all"
            yield Wrong(("faults", number), f"the catalogue has no fault {name!r}", hint)
        elif fault.staging is None and not isinstance(fault.injury, InBackup | InDatabase):
            yield Wrong(("faults", number), f"{name} cannot be planted in a backup or a restored database")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise _at_start(path, f"too large for a scenario; at most {MAX_BYTES:,} bytes")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise _at_start(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _at_start(path, "not text: a byte that is not UTF-8") from None


def _at_start(path: Path, message: str) -> RunbookError:
    return RunbookError([Problem(str(path), 1, 1, message)])

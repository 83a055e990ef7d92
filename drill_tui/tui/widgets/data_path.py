"""Where the data is now: source → backup → target, and which way is busy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from textual.content import Content

from drill_tui.engine.record.events import Outcome
from drill_tui.engine.text.sanitise import one_line
from drill_tui.runbook.plays import Plays
from drill_tui.tui.looks import Tone
from drill_tui.tui.throughput_words import rate_words
from drill_tui.tui.watched import WatchedDrill
from drill_tui.tui.widgets.steady import SteadyText
from drill_tui.tui.words import fit, line, muted, tinted
from drill_tui.verdict.state import Activity, DrillState, StepState
from drill_tui.verdict.wording import size_told


class Way(StrEnum):
    TO_COME = "to come"
    BUSY = "busy"
    DONE = "done"
    BROKEN = "broken"


_MOVED = frozenset({Outcome.PASSED, Outcome.UNPROVEN})


@dataclass(frozen=True, slots=True)
class Path:
    """The places that data is at, or will be; and for each but the last the way on from it."""

    places: tuple[str, ...]
    reached: tuple[bool, ...]
    ways: tuple[Way, ...]
    busy_step: str | None = None


class DataPath(SteadyText):
    """One line; empty for a drill that moves nothing."""

    def show(self, drill: WatchedDrill, now: float) -> None:
        found = data_path(drill.state)
        self.set_class(found is not None, "-known")
        self.say(Content("") if found is None else _drawn(found, drill, now, max(20, self.size.width)))


def data_path(state: DrillState) -> Path | None:
    """By what the steps play, whatever they are called.  None where data goes from nowhere to nowhere."""
    parts = _parts(state)
    told = {part: step.outputs for part, step in parts.items()}
    source, target = _source(told.get(Plays.SOURCE, {})), _target(told.get(Plays.TARGET, {}))
    backup = _backup(told.get(Plays.BACKUP, {}), told.get(Plays.SHELF, {}))
    names: list[tuple[str, bool]] = []
    ways: list[tuple[Way, str | None]] = []
    if Plays.BACKUP in parts:
        names.append((source or "source", bool(source)))
        ways.append(_way(parts.get(Plays.BACKUP)))
    if Plays.BACKUP in parts or Plays.SHELF in parts:
        names.append((backup or "backup", bool(backup)))
    restores = Plays.RESTORE in parts or Plays.TARGET in parts
    if names and restores:
        way = _way(parts.get(Plays.RESTORE))
        ways.append(way)
        names.append((target or "target", way[0] is Way.DONE))
    if len(names) < 2:
        return None
    busy = next((step for way, step in ways if way is Way.BUSY), None)
    return Path(
        tuple(name for name, _ in names),
        tuple(there for _, there in names),
        tuple(way for way, _ in ways),
        busy,
    )


def _parts(state: DrillState) -> dict[Plays, StepState]:
    """The first step that plays each part, also of those to come."""
    said = {step.id: step.plays for step in state.runbook.steps} if state.runbook else {}
    found: dict[Plays, StepState] = {}
    for step in state.steps.values():
        part = step.plays or said.get(step.id)
        if part is not None and step.takes_place:
            found.setdefault(part, step)
    return found


def _way(step: StepState | None) -> tuple[Way, str | None]:
    if step is None or step.started_at is None:
        return Way.TO_COME, None
    if step.activity is Activity.RUNNING:
        return Way.BUSY, step.id
    if step.ended is None or step.outcome is Outcome.SKIPPED:
        return Way.TO_COME, None
    return (Way.DONE if step.outcome in _MOVED else Way.BROKEN), None


def _source(told: Mapping[str, str]) -> str:
    name = "demo database" if told.get("kind") == "demo" else told.get("dbname", "")
    return _place(name or "source", told.get("size_bytes", "")) if told else ""


def _backup(made: Mapping[str, str], found: Mapping[str, str]) -> str:
    """One that was made has a size, one that was found a name."""
    if made:
        return _place("backup", made.get("size_bytes", ""))
    return _place(f"backup {PurePath(found.get('backup', '')).name}".rstrip(), "") if found else ""


def _target(told: Mapping[str, str]) -> str:
    return " ".join(filter(None, (told.get("kind", ""), one_line(told.get("server_version", "")))))


def _place(name: str, size_bytes: str) -> str:
    return f"{one_line(name)} {size_told(size_bytes)}".rstrip()


def _drawn(path: Path, drill: WatchedDrill, now: float, width: int) -> Content:
    rate = rate_words(drill.throughput.get(path.busy_step or ""), now)
    parts: list[Content] = [muted("data  ")]
    for number, (name, there) in enumerate(zip(path.places, path.reached, strict=True)):
        parts.append(Content.styled(name, "bold") if there else muted(name))
        if number < len(path.ways):
            parts.append(_arrow(path.ways[number], rate))
    return fit(line(*parts), width)


def _arrow(way: Way, rate: str) -> Content:
    if way is Way.BUSY:
        return tinted(f" ━━ {rate} ━━▶ " if rate else " ━━━━━━▶ ", Tone.ACTIVE, "bold")
    if way is Way.BROKEN:
        return tinted(" ──✗  ", Tone.BAD, "bold")
    return Content(" ───▶ ") if way is Way.DONE else muted(" ···▶ ")

"""What people order on the screen, and who carries it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from drill_tui.runbook.mode import Mode

if TYPE_CHECKING:
    from drill_tui.engine.ports import Operator, Sink
    from drill_tui.engine.record.events import ParticipantJoined
    from drill_tui.engine.run.control import DrillControl
    from drill_tui.faults.practice.shelf import Drawn
    from drill_tui.faults.practice.stage import Face, Play
    from drill_tui.verdict.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillOrder:
    runbook: Path
    mode: Mode
    params: Mapping[str, str] = field(default_factory=dict)
    """Parameters that differ from the runbook's defaults."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Parameters that were typed without being shown."""
    participants: tuple[ParticipantJoined, ...] = ()


@dataclass(frozen=True, slots=True)
class ResumeOrder:
    """Go on with a run whose process died."""

    run_dir: Path


@dataclass(frozen=True, slots=True)
class CleanOrder:
    """Remove what a run whose process died has left behind."""

    run_dir: Path


@dataclass(frozen=True, slots=True)
class PracticeOrder:
    """Practise; never a drill."""

    drawn: Drawn
    person: str
    game_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the command line puts into the sign-in, for people to change."""

    mode: Mode = Mode.GUIDED
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Roles by name."""
    params: Mapping[str, str] = field(default_factory=dict)


Order = DrillOrder | ResumeOrder | CleanOrder | PracticeOrder


class Launcher(Protocol):
    """Carries orders out.  The text of an exception is shown to the people."""

    async def __call__(
        self,
        order: DrillOrder | ResumeOrder,
        *,
        operator: Operator,
        sinks: Sequence[Sink],
        control: DrillControl,
    ) -> Report:
        """Run one drill to the end of its cleanup, leave every artifact, and return the report.

        An exception means that the drill did not start, or that its evidence could not be written.
        """

    async def practise(
        self, order: PracticeOrder, *, face: Face, sinks: Sequence[Sink], control: DrillControl
    ) -> Play:
        """Set up a practice, show it on `face`, and clear it away.

        An exception means that it did not begin.
        """

    async def clean(self, run_dir: Path) -> tuple[str, ...]:
        """Remove what a run left behind and write its report; returns what is still there."""

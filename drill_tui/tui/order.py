"""What people order at sign-in, and who carries it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from drill_tui.engine.control import DrillControl
from drill_tui.engine.events import ParticipantJoined
from drill_tui.engine.ports import Operator, Sink
from drill_tui.runbook.mode import Mode
from drill_tui.verdict.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillOrder:
    runbook: Path
    mode: Mode
    params: Mapping[str, str] = field(default_factory=dict)
    """Parameters that differ from the runbook's defaults."""
    participants: tuple[ParticipantJoined, ...] = ()


class Launcher(Protocol):
    """Runs one drill to the end of its cleanup, leaves every artifact, and returns the report.

    An exception means that the drill did not start, or that its evidence could not be written; its text is
    shown to the people.
    """

    async def __call__(
        self, order: DrillOrder, *, operator: Operator, sinks: Sequence[Sink], control: DrillControl
    ) -> Report: ...

"""An action that is asked by itself, outside of a run: what it says is kept, and nothing is journaled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drill_tui.demo.by_hand import HandContext
from drill_tui.engine.record import events as ev


@dataclass
class Asked(HandContext):
    """What the action says of a criterion is kept in `found`."""

    attempt: int = 1
    found: list[ev.EvidenceRecorded] = field(default_factory=list)

    def env_of(self, step: str) -> Mapping[str, str]:
        return self.environment

    def log(self, line: str) -> None:
        self.say(line)

    def evidence(self, criterion: str, result: ev.Finding, detail: str, coverage: str = "") -> None:
        self.found.append(
            ev.EvidenceRecorded(
                step=self.step,
                attempt=self.attempt,
                criterion=criterion,
                result=result,
                detail=detail,
                coverage=coverage,
            )
        )

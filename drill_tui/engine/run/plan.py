"""What one drill is going to do: the runbook, its parameters, its mode and its places."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.engine.processes.process import Grace
from drill_tui.engine.record.earlier import Earlier, FollowedDrill
from drill_tui.runbook.mode import Mode

if TYPE_CHECKING:
    from drill_tui.engine.ports import Toolbox
    from drill_tui.runbook.load import LoadedRunbook
    from drill_tui.runbook.model import Action, Runbook
    from drill_tui.runbook.values import ResolvedParam


class DrillRefusedError(Exception):
    """A drill that cannot begin, or go on; `problems` says why, a sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class DrillSetup:
    """Everything that a drill is given before it begins."""

    runbook: LoadedRunbook
    mode: Mode
    params: Mapping[str, ResolvedParam]
    run_dir: Path
    """artifacts/restore/<run id>; absolute, made by the drill."""
    project_dir: Path
    environment: Mapping[str, str]
    participants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Roles by name."""
    keep: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    grace: Grace = field(default_factory=Grace)
    earlier: Earlier = field(default_factory=Earlier)
    follows: tuple[FollowedDrill, ...] = ()

    @property
    def run_id(self) -> str:
        return self.run_dir.name

    @property
    def artifacts_dir(self) -> Path:
        return self.run_dir.parent

    @property
    def private_dir(self) -> Path:
        """0700, for secrets; gone when cleanup is over."""
        return self.run_dir / "private"

    @property
    def book(self) -> Runbook:
        return self.runbook.runbook

    @cached_property
    def log_names(self) -> Mapping[str, str]:
        """Log file by step, relative to the run's directory."""
        return {
            step.id: f"logs/{number:02d}-{step.id}.log"
            for number, step in enumerate(self.book.every_step(), start=1)
        }

    def takes_place(self, action: Action) -> bool:
        return not action.only or self.mode in action.only


def new_run_id(runbook_id: str, now: float) -> str:
    """`<runbook id>_<UTC time>_<4 hex>`; `now` is seconds since the epoch.

    >>> new_run_id("restore-drill", 1795356062.0)[:-4]
    'restore-drill_20261122T140102Z_'
    """
    when = datetime.fromtimestamp(now, UTC)
    return f"{runbook_id}_{when:%Y%m%dT%H%M%SZ}_{secrets.token_hex(2)}"


def check_setup(setup: DrillSetup, toolbox: Toolbox) -> None:
    """Raises DrillRefusedError when the drill names what does not exist, before anything is started."""
    problems = list(filter(None, [setup.book.refuses(setup.mode)]))
    problems += [
        f"step {step.id} uses {step.uses}, which does not exist; there are {_listed(toolbox.actions)}"
        for step in setup.book.every_step()
        if step.uses is not None and step.uses not in toolbox.actions
    ]
    needs_sql = [step.id for step in setup.book.steps if step.sql is not None]
    if needs_sql and "sql" not in toolbox.actions:
        problems.append(f"step {needs_sql[0]} runs SQL, and there is no action `sql`")
    if problems:
        raise DrillRefusedError(*problems)


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"

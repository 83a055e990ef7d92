"""`drill.toml`: what a team settles once for all drills of its project: the source and the objectives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from drill_tui.runbook.durations import format_duration
from drill_tui.runbook.model import Duration, Runbook, Strict
from drill_tui.runbook.project import SETTINGS_NAME
from drill_tui.runbook.toml_file import read_toml


class Source(Strict):
    """Where the source is, as far as the environment does not name one."""

    host: str = ""
    port: int | None = Field(default=None, gt=0, lt=65536)
    dbname: str = ""
    user: str = ""
    service: str = ""
    passfile: str = ""
    sslmode: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.service and (self.host or self.port or self.dbname or self.user):
            raise ValueError("a `service` says all of host, port, dbname and user; write it alone")
        return self


class Objectives(Strict):
    """The most that a drill may measure, in place of what the runbooks name as `max`."""

    rto: Duration | None = None
    rpo: Duration | None = None


class Settings(Strict):
    source: Source = Source()
    objectives: Objectives = Objectives()

    def bounds(self) -> dict[str, str]:
        """Objectives by the id of their criterion."""
        return {name: format_duration(most_s) for name, most_s in self.objectives if most_s is not None}


def read_settings(project_dir: Path) -> Settings:
    """The settings of a project; without the file there are none.  Raises RunbookError with each problem."""
    try:
        return read_toml(project_dir / SETTINGS_NAME, Settings)
    except FileNotFoundError:
        return Settings()


def with_objectives(runbook: Runbook, bounds: Mapping[str, str]) -> Runbook:
    """The runbook with these objectives; criteria that it lacks are passed over."""
    changed = {
        name: criterion.model_copy(update={"max": bounds[name]})
        for name, criterion in runbook.criteria.items()
        if name in bounds and criterion.max is not None
    }
    return runbook.model_copy(update={"criteria": {**runbook.criteria, **changed}}) if changed else runbook

"""Incidents: what a failed drill opens, and only a passing follow-up drill of the same runbook lifts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from drill_tui.verdict.report import Report

SCHEMA_VERSION = 1
NEXT_STEPS = (
    "Document: this file and the run's artifacts are the record; add what you know with a note.",
    "Ticket: raise one with the team that owns the backups, and name this incident in it.",
    "Production: change nothing there until this incident is resolved (`drill-tui freeze --check`).",
    "Follow-up: when the cause is mended, run the drill again; only a passing one lifts this incident.",
)


class IncidentError(Exception):
    """An incident that does not exist, or cannot be changed that way; says why and what to do."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Part):
    """A criterion that was not met, or a step that failed."""

    kind: Literal["criterion", "step"]
    id: str
    title: str
    result: str
    detail: str


class Act(Part):
    """Something that a person or the tool did about an incident."""

    at: str
    by: str
    what: Literal["opened", "acknowledged", "ticketed", "followed_up", "resolved"]
    note: str = ""


class Incident(Part):
    schema_version: int = SCHEMA_VERSION
    id: str
    opened_at: str
    run_id: str
    report: str
    runbook: str
    runbook_title: str
    verdict: str
    reason: str
    problems: tuple[Problem, ...]
    log_tail: tuple[str, ...]
    participants: tuple[str, ...]
    next_steps: tuple[str, ...] = NEXT_STEPS
    ticket: str | None = None
    followed_up_by: str | None = None
    """The run id of the first passing drill of this runbook after the incident."""
    state: Literal["open", "acknowledged", "resolved"] = "open"
    acts: tuple[Act, ...]

    @property
    def freezes(self) -> bool:
        """Whether changes to production wait for this incident."""
        return self.followed_up_by is None


def stamp(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def opened(report: Report, report_path: str, log_tail: tuple[str, ...], now: float) -> Incident:
    """The incident that a failed drill raises."""
    criteria = (
        Problem(kind="criterion", id=c.id, title=c.title, result=c.result, detail=c.detail)
        for c in report.criteria
        if c.required and c.result != "met"
    )
    steps = (
        Problem(kind="step", id=s.id, title=s.title, result=s.outcome, detail=s.reason)
        for s in report.steps
        if s.result in ("fail", "error")
    )
    return Incident(
        id=f"incident_{report.run_id}",
        opened_at=stamp(now),
        run_id=report.run_id,
        report=report_path,
        runbook=report.runbook.id,
        runbook_title=report.runbook.title,
        verdict=report.verdict,
        reason=report.failure_reason or "",
        problems=(*criteria, *steps),
        log_tail=log_tail,
        participants=tuple(f"{p.name} ({', '.join(p.roles)})" for p in report.participants),
        acts=(Act(at=stamp(now), by="drill-tui", what="opened"),),
    )


def acknowledged(incident: Incident, by: str, note: str, now: float) -> Incident:
    """Raises IncidentError for one that is resolved."""
    if incident.state == "resolved":
        raise IncidentError(f"{incident.id} is resolved already")
    act = Act(at=stamp(now), by=by, what="acknowledged", note=note)
    return incident.model_copy(update={"state": "acknowledged", "acts": (*incident.acts, act)})


def ticketed(incident: Incident, ticket: str, now: float) -> Incident:
    act = Act(at=stamp(now), by="drill-tui", what="ticketed", note=ticket)
    return incident.model_copy(update={"ticket": ticket, "acts": (*incident.acts, act)})


def followed_up(incident: Incident, run_id: str, now: float) -> Incident:
    """A passing drill of the same runbook: the freeze is lifted, the incident waits to be resolved."""
    act = Act(at=stamp(now), by="drill-tui", what="followed_up", note=run_id)
    return incident.model_copy(update={"followed_up_by": run_id, "acts": (*incident.acts, act)})


def resolved(incident: Incident, by: str, note: str, now: float) -> Incident:
    """Raises IncidentError while no passing follow-up drill stands behind it."""
    if incident.state == "resolved":
        raise IncidentError(f"{incident.id} is resolved already")
    if incident.followed_up_by is None:
        raise IncidentError(
            f"{incident.id} cannot be resolved: no drill of {incident.runbook} has passed since. "
            f"Mend the cause, then run: drill-tui --auto --runbook {incident.runbook}"
        )
    act = Act(at=stamp(now), by=by, what="resolved", note=note)
    return incident.model_copy(update={"state": "resolved", "acts": (*incident.acts, act)})


class IncidentStore:
    """The incidents of a project: a JSON file, and a Markdown one to read, for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, incident: Incident) -> Path:
        """Write both files, each atomically.  Returns the JSON one."""
        from drill_tui.programme.incident_text import to_markdown
        from drill_tui.sinks.atomic import write_atomically

        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{incident.id}.json"
        write_atomically(self.folder / f"{incident.id}.md", to_markdown(incident))
        write_atomically(path, incident.model_dump_json(indent=2) + "\n")
        return path

    def every(self) -> list[Incident]:
        """All incidents, the oldest first.  Raises IncidentError for a file that cannot be read.

        A file in the way of the freeze must not be passed over: it may be the open one.
        """
        found = []
        for path in self.folder.glob("incident_*.json"):
            try:
                found.append(Incident.model_validate(json.loads(path.read_bytes())))
            except (OSError, ValueError, RecursionError, ValidationError) as error:
                why = str(error).splitlines()[0]
                raise IncidentError(f"{path} cannot be read: {why}. Mend it, or move it away.") from None
        return sorted(found, key=lambda incident: (incident.opened_at, incident.id))

    def find(self, name: str) -> Incident:
        """By id, or a part of it that fits one.  Raises IncidentError."""
        every = self.every()
        fitting = [i for i in every if i.id == name] or [i for i in every if name in i.id]
        if len(fitting) == 1:
            return fitting[0]
        how_many = f"{len(fitting)} incidents fit" if fitting else "no incident fits"
        raise IncidentError(f"{how_many} {name!r}; `drill-tui incident list` names them")

    def freezing(self, runbook: str | None = None) -> list[Incident]:
        """Those that no passing drill has followed up, of one runbook or of all."""
        return [i for i in self.every() if i.freezes and runbook in (None, i.runbook)]

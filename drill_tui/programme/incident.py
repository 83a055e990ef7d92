"""Incidents: what a drill opens that failed, or that could not tell.

One that holds production is lifted only by a passing follow-up drill of the same runbook and database.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict

from drill_tui.programme.database import UNKNOWN, Database

if TYPE_CHECKING:
    from drill_tui.verdict.report import Report, RunbookRef

SCHEMA_VERSION = 1


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
    what: Literal["opened", "seen_again", "acknowledged", "ticketed", "followed_up", "resolved"]
    note: str = ""


class PassedOver(Part):
    """A drill that passed and does not follow up the incident."""

    run_id: str
    database: str
    """What it drilled instead, in words."""


STATES: Final = ("open", "acknowledged", "resolved")


class Incident(Part):
    schema_version: int = SCHEMA_VERSION
    id: str
    opened_at: str
    run_id: str
    report: str
    """The JSON report, a file beside the folder of incidents."""
    host: str = ""
    user: str = ""
    run_dir: str = ""
    """Where the run's evidence is, on `host`."""
    backup: str = ""
    """The backup that was drilled: its path on `host`; empty where the drill did not come so far."""
    backup_checksums_sha256: str = ""
    """SHA-256 of its checksums.sha256, which says which one it was; empty for a dump without one."""
    demo: bool = False
    """Whether the generated demo database was drilled: a drill of it follows up no other."""
    database: Database = UNKNOWN
    """What was drilled, as far as the drill knew: one of another database does not follow up."""
    holds_production: bool = True
    """Whether production waits for the follow-up; false for a drill that says nothing of the backup."""
    options: str = ""
    """What the commands of its pages need to find it, such as ` --artifacts /srv/evidence`."""
    leftovers: tuple[str, ...] = ()
    """What the drill's cleanup could not remove."""
    journal_sha256: str | None = None
    """Kept here too, away from the journal: the hook takes it into the ticket."""
    runbook: str
    runbook_title: str
    verdict: str
    reason: str
    problems: tuple[Problem, ...]
    log_tail: tuple[str, ...]
    participants: tuple[str, ...]
    next_steps: tuple[str, ...]
    ticket: str | None = None
    followed_up_by: str | None = None
    """The run id of the first passing drill of this runbook and database after the incident."""
    passed_over: PassedOver | None = None
    """The last drill of this runbook that passed since, but says nothing of this database."""
    state: Literal["open", "acknowledged", "resolved"] = "open"
    acts: tuple[Act, ...]

    def opened_before(self, report: Report) -> bool:
        """Whether this drill began after it: one that was under way says nothing about what was mended."""
        return datetime.fromisoformat(self.opened_at) <= datetime.fromisoformat(report.timestamp)

    def names(self, run_id: str) -> bool:
        """Whether a later drill was added to it."""
        return any(act.what == "seen_again" and act.note.startswith(f"{run_id}: ") for act in self.acts)

    @property
    def waits(self) -> bool:
        """Whether no passing drill has followed it up, and nobody has resolved it."""
        return self.followed_up_by is None and self.state != "resolved"

    @property
    def freezes(self) -> bool:
        """Whether changes to production wait for this incident."""
        return self.holds_production and self.followed_up_by is None


class Freeze(Part):
    """Whether production may be changed; what `freeze --check --json` prints."""

    schema_version: int = SCHEMA_VERSION
    frozen: bool
    reasons: tuple[str, ...]


def stamp(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def opened(
    report: Report,
    report_name: str,
    log_tail: tuple[str, ...],
    now: float,
    run_dir: str = "",
    *,
    demo: bool = False,
    database: Database = UNKNOWN,
    options: str = "",
) -> Incident:
    """The incident that a drill raises that did not pass; `options` as in the field."""
    return Incident(
        id=f"incident_{report.run_id}",
        opened_at=stamp(now),
        run_id=report.run_id,
        report=report_name,
        host=report.host,
        user=report.user,
        run_dir=run_dir,
        backup=report.backup.get("url") or report.backup.get("backup", ""),
        backup_checksums_sha256=report.backup.get("checksums_sha256", ""),
        demo=demo,
        database=database,
        holds_production=report.freezes,
        options=options,
        leftovers=report.leftovers,
        journal_sha256=report.journal_sha256,
        runbook=report.runbook.id,
        runbook_title=report.runbook.title,
        verdict=report.verdict,
        reason=report.failure_reason or "",
        problems=tuple(_problems(report)),
        log_tail=log_tail,
        participants=tuple(f"{p.name} ({', '.join(p.roles) or 'no role'})" for p in report.participants),
        next_steps=_next_steps(report, database, options),
        acts=(Act(at=stamp(now), by="drill-tui", what="opened"),),
    )


def _problems(report: Report) -> Iterator[Problem]:
    """What went wrong first, then what was found missing, then what could not be proven for it."""
    for step in report.steps:
        if step.result in ("fail", "error"):
            yield Problem(kind="step", id=step.id, title=step.title, result=step.outcome, detail=step.reason)
    for result in ("missed", "unproven"):
        for found in report.criteria:
            if found.required and found.result == result and not found.is_waived:
                yield Problem(
                    kind="criterion", id=found.id, title=found.title, result=result, detail=found.detail
                )


def _next_steps(report: Report, database: Database, options: str) -> tuple[str, ...]:
    """The escalation, in the order of the night: with the commands to type."""
    name = f"incident_{report.run_id}{options}"
    after = (
        "When what got in the way is gone (`drill-tui doctor`), run the drill again"
        if report.verdict == "error"
        else "When the backup or the procedure is mended, run the follow-up drill"
    )
    of = f" of {database}" if database.known and report.source.get("kind") != "demo" else ""
    production = (
        "Production: change nothing there that relies on this backup; "
        f"`drill-tui freeze --check{options}` holds it."
        if report.freezes
        else "Production: this incident does not hold it, for the drill says nothing of the backup; "
        "until one passes, nobody knows whether it restores."
    )
    lifts = f" Only a passing one{of} lifts the freeze." if report.freezes else ""
    return (
        f'Take it: `drill-tui incident ack {name} --note "…"` says who looks after it.',
        "Document: this file and the run's folder are the record; each `ack --note` adds what you learn.",
        "Ticket: give the team that owns the backups the name of this incident, unless one is recorded.",
        production,
        f"{after}: `drill-tui --auto --runbook {runbook_name(report.runbook)}{options}`.{lifts}",
        f'Close it: `drill-tui incident resolve {name} --note "…"`, with the cause and what was done.',
    )


def runbook_name(runbook: RunbookRef) -> str:
    """What `--runbook` takes: the name of a file of the project's `runbooks/`, else the path."""
    path = PurePath(runbook.path)
    return shlex.quote(path.stem if path.parent.name == "runbooks" else str(path))


def seen_again(incident: Incident, run_id: str, reason: str, now: float) -> Incident:
    """Another drill met what this incident is about: nobody is helped by a second one."""
    act = Act(at=stamp(now), by="drill-tui", what="seen_again", note=f"{run_id}: {reason}")
    return incident.model_copy(update={"acts": (*incident.acts, act)})


def acknowledged(incident: Incident, by: str, note: str, now: float) -> Incident:
    """Raises IncidentError for one that is resolved."""
    _refuse_resolved(incident)
    act = Act(at=stamp(now), by=by, what="acknowledged", note=note)
    return incident.model_copy(update={"state": "acknowledged", "acts": (*incident.acts, act)})


def ticketed(incident: Incident, ticket: str, now: float) -> Incident:
    act = Act(at=stamp(now), by="drill-tui", what="ticketed", note=ticket)
    return incident.model_copy(update={"ticket": ticket, "acts": (*incident.acts, act)})


def followed_up(incident: Incident, run_id: str, now: float) -> Incident:
    """A passing drill of the same runbook: the freeze is lifted, the incident waits to be resolved."""
    act = Act(at=stamp(now), by="drill-tui", what="followed_up", note=run_id)
    return incident.model_copy(update={"followed_up_by": run_id, "acts": (*incident.acts, act)})


def passed_over(incident: Incident, run_id: str, database: str) -> Incident:
    """A passing drill of the same runbook, but of another database: the freeze stays, and says so."""
    return incident.model_copy(update={"passed_over": PassedOver(run_id=run_id, database=database)})


def resolved(incident: Incident, by: str, note: str, now: float) -> Incident:
    """Raises IncidentError while no passing follow-up drill stands behind it."""
    _refuse_resolved(incident)
    if incident.freezes:
        raise IncidentError(
            f"{incident.id} cannot be resolved: no drill of {what_failed(incident)} has passed since. "
            f"Mend the cause, then run: drill-tui --auto --runbook {incident.runbook}{incident.options}"
        )
    act = Act(at=stamp(now), by=by, what="resolved", note=note)
    return incident.model_copy(update={"state": "resolved", "acts": (*incident.acts, act)})


def joined(ours: Incident, theirs: Incident) -> Incident:
    """One incident that was changed in two places: with everything that was done in either."""
    acts = sorted(dict.fromkeys((*theirs.acts, *ours.acts)), key=lambda act: act.at)
    return theirs.model_copy(
        update={
            "acts": tuple(acts),
            "state": max(ours.state, theirs.state, key=STATES.index),
            "ticket": theirs.ticket or ours.ticket,
            "followed_up_by": theirs.followed_up_by or ours.followed_up_by,
            "passed_over": ours.passed_over or theirs.passed_over,
        }
    )


def what_failed(incident: Incident) -> str:
    """`restore-drill of shop on db.example:5432`: what a follow-up must drill."""
    known = incident.database.known and not incident.demo
    return f"{incident.runbook} of {incident.database}" if known else incident.runbook


def _refuse_resolved(incident: Incident) -> None:
    if incident.state == "resolved":
        last = incident.acts[-1]
        raise IncidentError(f"{incident.id} is resolved already, by {last.by} at {last.at}")

"""What a finished drill sets in motion: an incident, a ticket, a message, the end of a freeze.

| verdict | incident | holds production | message |
|---|---|---|---|
| pass | those of its runbook and database are followed up | ends | if one was |
| fail | one of its own | yes, unless `freeze_on` leaves it out | yes |
| unproven | only where the runbook's `freeze_on` names it | then | yes |
| error | one, however many drills meet it until one passes | never | yes |
| aborted | none | no | no |
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drill_tui.engine.record.events import Outcome
from drill_tui.engine.text.os_words import os_words
from drill_tui.programme.database import drilled
from drill_tui.programme.incident import (
    Incident,
    IncidentError,
    followed_up,
    opened,
    passed_over,
    seen_again,
    ticketed,
    what_failed,
)
from drill_tui.programme.incident_store import IncidentStore, incidents_of
from drill_tui.runbook.plays import Plays
from drill_tui.sinks.log_tail import log_tail
from drill_tui.sinks.notify import NotifyError, notify
from drill_tui.sinks.ticket import make_ticket
from drill_tui.sinks.words import flat

if TYPE_CHECKING:
    from drill_tui.verdict.report import Report

TAIL_LINES: Final = 40
DEMO: Final = "demo"
THE_DEMO: Final = "the demo database"
NAME_YOURS: Final = "Set DB_HOST, DB_NAME and DB_USER (or DATABASE_URL) and drill your own."
Complain = Callable[[str], None]


def after_drill(
    report: Report,
    report_path: Path | None,
    run_dir: Path,
    environment: Mapping[str, str],
    complain: Complain,
    options: str = "",
) -> list[Incident]:
    """Open an incident for a drill that did not pass, or let a passing one lift those of its runbook.

    What is no drill, and aborted drills, do neither.  `options` is what commands need to find the incident,
    such as ` --artifacts DIR`.  Whatever goes wrong here is handed to `complain` and changes nothing about
    the drill.  Returns the incident that was opened, or those that were lifted.
    """
    if not report.counts or report.verdict == "aborted":
        return []
    store = incidents_of(run_dir.parent)
    try:
        if report.passed:
            return _lift(report, store, environment, complain)
        if not raises(report):
            _tell_of(report, run_dir, [], environment, complain)
            return []
        incident = _raise(report, report_path, run_dir, store, environment, complain, options)
        return [incident] if store.path(incident.id).is_file() else []
    except (OSError, IncidentError) as error:
        complain(f"the incidents could not be changed: {os_words(error)}")
    except KeyboardInterrupt:
        complain("stopped before everybody was told; the incident's file holds what was done")
    return []


def raises(report: Report) -> bool:
    """Whether a drill raises an incident; of what nobody could know only where the runbook asks for it."""
    return report.counts and (
        report.verdict in ("fail", "error") or (report.verdict == "unproven" and report.freezes)
    )


def _raise(
    report: Report,
    report_path: Path | None,
    run_dir: Path,
    store: IncidentStore,
    environment: Mapping[str, str],
    complain: Complain,
    options: str,
) -> Incident:
    name = report_path.name if report_path else ""
    demo = _was_of_the_demo(report, environment)
    tail = first_failed_tail(report, run_dir)
    database = drilled(report)
    raised = opened(
        report, name, tail, time.time(), str(run_dir), demo=demo, database=database, options=options
    )
    known = _known_already(raised, store) if report.verdict != "fail" else None
    if known is not None:
        if known.names(report.run_id):
            return known
        reason = flat(report.failure_reason or "")
        known = store.change(
            known.id, partial(seen_again, run_id=report.run_id, reason=reason, now=time.time())
        )
        _tell_of(report, run_dir, [f"Incident {known.id}, which was open before"], environment, complain)
        return known
    unrecorded = ""
    try:
        incident, is_new = store.open(raised)
    except (OSError, IncidentError) as error:
        incident, is_new, unrecorded = raised, True, f"The incident could not be recorded: {os_words(error)}"
        complain(f"{unrecorded}; `drill-tui freeze --check` does not know of it")
    if not is_new:
        return incident
    if not unrecorded:
        incident = _with_ticket(incident, store, environment, complain)
    lines = [
        *(f"{p.id}: {p.result}: {flat(p.detail)}" for p in incident.problems),
        f"Incident {incident.id}" + (f", ticket {incident.ticket}" if incident.ticket else ""),
        *([unrecorded] if unrecorded else []),
    ]
    _tell_of(report, run_dir, lines, environment, complain)
    return incident


def _known_already(raised: Incident, store: IncidentStore) -> Incident | None:
    """The incident that waits for the same drill: a second one for what nobody could tell helps nobody."""
    if store.path(raised.id).exists():
        return None
    waiting = [
        i
        for i in store.read().sound
        if i.waits
        and i.runbook == raised.runbook
        and i.demo == raised.demo
        and not i.database.is_another(raised.database)
        and (i.holds_production or not raised.holds_production)
    ]
    return waiting[-1] if waiting else None


def _tell_of(
    report: Report, run_dir: Path, more: list[str], environment: Mapping[str, str], complain: Complain
) -> None:
    """One message about a drill that did not pass."""
    holds = ["Change nothing in production until a follow-up drill has passed."] if report.freezes else []
    reason, evidence = flat(report.failure_reason or ""), f"Evidence: {report.host}:{run_dir}"
    title = f"Restore drill {report.verdict}: {flat(report.runbook.title)}"
    _tell(title, [reason, *more, evidence, *holds], True, environment, complain)


def _with_ticket(
    incident: Incident, store: IncidentStore, environment: Mapping[str, str], complain: Complain
) -> Incident:
    path = store.path(incident.id)
    variables = {
        "DRILL_INCIDENT_ID": incident.id,
        "DRILL_INCIDENT_RUNBOOK": incident.runbook,
        "DRILL_INCIDENT_VERDICT": incident.verdict,
        "DRILL_INCIDENT_REASON": flat(incident.reason),
        "DRILL_INCIDENT_MARKDOWN": str(path.with_suffix(".md")),
    }
    try:
        ticket = make_ticket(path, variables, environment)
    except NotifyError as error:
        complain(f"no ticket was made for {incident.id}: {error}")
        return incident
    if not ticket:
        return incident
    return store.change(incident.id, partial(ticketed, ticket=ticket, now=time.time()))


def _lift(
    report: Report, store: IncidentStore, environment: Mapping[str, str], complain: Complain
) -> list[Incident]:
    """A drill that began before an incident was opened says nothing about what was mended since.

    Nor does one of another database, least of all of the demo.
    """
    found = store.read()
    for problem in found.broken:
        complain(f"an incident that may wait for this drill was not lifted: {problem}")
    waiting = [
        incident
        for incident in found.sound
        if incident.waits and incident.runbook == report.runbook.id and incident.opened_before(report)
    ]
    lifted = []
    for incident in waiting:
        instead = _drilled_instead(report, incident)
        if instead:
            store.change(incident.id, partial(passed_over, run_id=report.run_id, database=instead))
            advice = NAME_YOURS if instead == THE_DEMO else "Drill the same one."
            complain(
                f"{incident.id} ({what_failed(incident)}) stays open: this was a drill of {instead}. {advice}"
            )
        else:
            follow_up = partial(followed_up, run_id=report.run_id, now=time.time())
            lifted.append(store.change(incident.id, follow_up))
    if lifted:
        lines = [f"The drill {report.run_id} passed and follows up {', '.join(i.id for i in lifted)}."]
        title = f"Restore drill recovered: {flat(report.runbook.title)}"
        _tell(title, lines, False, environment, complain)
    return lifted


def _drilled_instead(report: Report, incident: Incident) -> str:
    """What a passing drill was of, where that is not what the incident is about; else empty."""
    if incident.demo:
        return ""
    if report.source.get("kind") == DEMO:
        return THE_DEMO
    database = drilled(report)
    return str(database) if database.is_another(incident.database) else ""


def _was_of_the_demo(report: Report, environment: Mapping[str, str]) -> bool:
    """Also where the demo itself did not start, and so told nothing of its kind."""
    if report.source:
        return report.source.get("kind") == DEMO
    from drill_tui.postgres.client.source import is_configured

    no_source = any(
        step.plays is Plays.SOURCE and step.outcome is not Outcome.PASSED for step in report.steps
    )
    return no_source and not is_configured(environment)


def tell_overdue(lines: list[str], environment: Mapping[str, str], complain: Complain) -> None:
    """Send one message about drills that are overdue."""
    _tell("Restore drills are overdue", lines, True, environment, complain)


def _tell(
    title: str, lines: list[str], bad: bool, environment: Mapping[str, str], complain: Complain
) -> None:
    try:
        notify(title, "\n".join(lines), bad=bad, environment=environment)
    except NotifyError as error:
        complain(f"a notification did not go out: {error}")


def first_failed_tail(report: Report, run_dir: Path) -> tuple[str, ...]:
    """The end of the log of the step that failed first."""
    failed = next((step for step in report.steps if step.result in ("fail", "error")), None)
    return tuple(log_tail(run_dir, failed.log).splitlines()[-TAIL_LINES:]) if failed else ()

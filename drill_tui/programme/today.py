"""What is due of a runbook today: the one answer that `drill-tui due` and the home screen give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from drill_tui.postgres.client.source import is_configured
from drill_tui.postgres.content.source_today import NOT_CONFIGURED, SourceToday, silent
from drill_tui.programme.database import Database, configured
from drill_tui.programme.due import RunbookDue, judge, proving
from drill_tui.programme.fingerprint import code_sha256, procedure_sha256
from drill_tui.programme.incident import IncidentError
from drill_tui.programme.incident_store import Incidents, incidents_of
from drill_tui.programme.shelf import PastDrill, Shelf
from drill_tui.programme.year import Year, year
from drill_tui.runbook.load import LoadedRunbook
from drill_tui.runbook.model import Cadence

BEING_ASKED = "the source has not answered yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What every runbook of a project is judged by; `now` is in seconds since the epoch."""

    now: float
    shelf: Shelf
    incidents: Incidents
    source: SourceToday
    database: Database
    version: str
    """Of drill-tui."""


def today(
    artifacts_dir: Path,
    shelf: Shelf,
    environment: Mapping[str, str],
    *,
    now: float,
    version: str,
    source: SourceToday | None = None,
) -> Today:
    """`source` is what the source answered; None where it was not asked, or has not answered yet."""
    asked = source or silent(BEING_ASKED if is_configured(environment) else NOT_CONFIGURED)
    try:
        incidents = incidents_of(artifacts_dir).read()
    except IncidentError as error:
        incidents = Incidents(broken=(str(error),))
    return Today(
        now=now,
        shelf=shelf,
        incidents=incidents,
        source=asked,
        database=Database(**asked.where) if asked.where else configured(environment),
        version=version,
    )


def due_today(loaded: LoadedRunbook, day: Today) -> RunbookDue:
    """An incident that cannot be read asks for no drill: it is told where what is frozen is told."""
    runbook = loaded.runbook
    waiting = [i.id for i in day.incidents.sound if i.waits and i.runbook == runbook.id]
    return judge(
        runbook,
        day.shelf.of(runbook.id),
        now=day.now,
        current={**day.source.fingerprints, **of_the_procedure(loaded, day.version)},
        unknown=day.source.unknown,
        database=day.database,
        open_incident=waiting[-1] if waiting else None,
    )


def year_today(loaded: LoadedRunbook, day: Today) -> Year | None:
    """The months around today, of the database that `due_today` judges."""
    runbook = loaded.runbook
    return year(runbook, day.shelf.of(runbook.id), now=day.now, database=day.database)


def proven_today(loaded: LoadedRunbook, day: Today) -> list[PastDrill]:
    """The drills that prove something of that database, the oldest first."""
    return proving(day.shelf.of(loaded.runbook.id), day.database)


def of_the_procedure(loaded: LoadedRunbook, version: str) -> dict[str, str]:
    """Fingerprints of what carries a drill out: the runbook's own files, drill-tui and its code."""
    return {
        "drill-tui": version,
        "code_sha256": code_sha256(),
        "procedure_sha256": procedure_sha256(loaded.procedure_dir, loaded.runbook.cadence.after_change),
    }


def asks_for_the_source(cadence: Cadence) -> bool:
    """Whether what is due depends on which database it is, or on what has changed in it."""
    return bool(cadence.auto or cadence.guided or cadence.after_change)

"""Whether the gauges and the incident beside a run's folder are what its journal gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from drill_tui.engine.text.os_words import os_words
from drill_tui.programme.aftermath import first_failed_tail, raises
from drill_tui.programme.audit_files import Check
from drill_tui.programme.database import drilled
from drill_tui.programme.incident import Incident, IncidentError, opened
from drill_tui.programme.incident_store import IncidentStore, incident_json, incidents_of, read_incident
from drill_tui.programme.incident_text import to_markdown
from drill_tui.sinks.metrics import later_drill_in, metrics, metrics_path
from drill_tui.verdict.report import Report

OF_PEOPLE = frozenset(
    {
        "opened_at",
        "state",
        "acts",
        "ticket",
        "followed_up_by",
        "passed_over",
        "report",
        "run_dir",
        "demo",
        "options",
    }
)
"""What came after the drill, or tells of the place: it is not in the journal."""
OF_A_LATER_END = frozenset({"journal_sha256", "leftovers"})
"""The incident keeps these as they were before somebody cleaned up after the run."""


def gauges(report: Report, artifacts_dir: Path, otherwise: str) -> Iterator[Check]:
    """Nothing for what is no drill, which writes none."""
    path = metrics_path(report, artifacts_dir)
    if not report.counts:
        return
    try:
        if later_drill_in(path, report):
            yield Check(path.name, True, "tells of a later drill")
        elif path.read_bytes() == metrics(report).encode():
            yield Check(path.name, True, "is what the journal gives")
        else:
            also = f", {otherwise}" if otherwise else ""
            yield Check(path.name, False, f"is not what the journal gives: it was changed{also}")
    except OSError as error:
        yield Check(path.name, False, f"cannot be read: {error.strerror}")


def incident(report: Report, run_dir: Path, otherwise: str) -> Iterator[Check]:
    """Nothing for a drill that raises none."""
    if not raises(report):
        return
    store = incidents_of(run_dir.parent)
    path = store.path(f"incident_{report.run_id}")
    try:
        text, found = path.read_bytes(), read_incident(path)
        page = path.with_suffix(".md").read_bytes()
    except FileNotFoundError as error:
        before = "" if path.exists() else _told_in(report, store)
        if before:
            yield Check(f"{before}.json", True, "names this drill: it met what that incident is about")
            return
        yield Check(Path(error.filename).name, False, "is missing: this drill raised an incident")
        return
    except (IncidentError, OSError) as error:
        yield Check(path.name, False, os_words(error))
        return
    changed = _facts(found).items() ^ _facts(_as_opened(report, run_dir, found.options)).items()
    also = f" ({otherwise})" if otherwise else ""
    names = {name for name, _ in changed} - (OF_A_LATER_END if report.recoveries else frozenset())
    if names:
        yield Check(path.name, False, f"differs from the journal: {', '.join(sorted(names))}{also}")
    elif text != incident_json(found).encode("utf-8", "backslashreplace"):
        yield Check(path.name, False, f"says what the journal says, in other bytes: it was rewritten{also}")
    elif page != to_markdown(found).encode("utf-8", "backslashreplace"):
        yield Check(path.with_suffix(".md").name, False, f"does not say what {path.name} says{also}")
    else:
        yield Check(path.name, True, "says what the journal says; what people did since is their own word")


def _told_in(report: Report, store: IncidentStore) -> str:
    """The earlier incident that this drill was added to; empty if there is none."""
    return next((earlier.id for earlier in store.read().sound if earlier.names(report.run_id)), "")


def _as_opened(report: Report, run_dir: Path, options: str) -> Incident:
    tail, database = first_failed_tail(report, run_dir), drilled(report)
    return opened(report, "", tail, 0.0, database=database, options=options)


def _facts(found: Incident) -> dict[str, str]:
    return {name: repr(value) for name, value in found.model_dump().items() if name not in OF_PEOPLE}

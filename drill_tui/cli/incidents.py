"""`drill-tui incident …` and `drill-tui freeze`."""

from __future__ import annotations

import getpass
import json
import sys
import time
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.places import find_places
from drill_tui.programme.aftermath import incidents_of
from drill_tui.programme.incident import Incident, IncidentError, IncidentStore, acknowledged, resolved
from drill_tui.programme.incident_text import to_markdown
from drill_tui.programme.tables import print_incidents


def list_incidents(as_json: bool, every: bool, project: Path | None, artifacts: Path | None) -> Exit:
    """Print them.  Raises UserError for a file that cannot be read."""
    store = _store(project, artifacts)
    try:
        found = [i for i in store.every() if every or i.state != "resolved"]
    except IncidentError as error:
        raise UserError(str(error), code=Exit.ERROR) from None
    if as_json:
        sys.stdout.write(json.dumps([i.model_dump(mode="json") for i in found], indent=2) + "\n")
    else:
        print_incidents(found, sys.stdout)
    return Exit.PASSED


def show_incident(name: str, as_json: bool, project: Path | None, artifacts: Path | None) -> Exit:
    """Raises UserError for a name that fits no incident."""
    incident = _find(_store(project, artifacts), name)
    sys.stdout.write(incident.model_dump_json(indent=2) + "\n" if as_json else to_markdown(incident))
    return Exit.PASSED


def change_incident(
    how: str, name: str, by: str | None, note: str, project: Path | None, artifacts: Path | None
) -> Exit:
    """`how` is ack or resolve.  Raises UserError when the incident cannot be changed that way."""
    store = _store(project, artifacts)
    change = acknowledged if how == "ack" else resolved
    try:
        incident = change(_find(store, name), by or getpass.getuser(), note, time.time())
    except IncidentError as error:
        raise UserError(str(error), code=Exit.FAILED) from None
    store.save(incident)
    sys.stdout.write(f"{incident.id}: {incident.state}\n")
    return Exit.PASSED


def check_freeze(as_json: bool, project: Path | None, artifacts: Path | None) -> Exit:
    """FAILED while an incident freezes production; an unreadable incident freezes too."""
    try:
        freezing = _store(project, artifacts).freezing()
        reasons = [f"{i.id}: {i.runbook} ended with {i.verdict}: {i.reason}" for i in freezing]
    except IncidentError as error:
        reasons = [str(error)]
    if as_json:
        sys.stdout.write(json.dumps({"frozen": bool(reasons), "reasons": reasons}, indent=2) + "\n")
    elif reasons:
        sys.stdout.write("Frozen: change nothing in production until a follow-up drill has passed.\n")
        sys.stdout.writelines(f"  {reason}\n" for reason in reasons)
    else:
        sys.stdout.write("Not frozen: every failed drill has been followed up by a passing one.\n")
    return Exit.FAILED if reasons else Exit.PASSED


def _store(project: Path | None, artifacts: Path | None) -> IncidentStore:
    return incidents_of(find_places(project, artifacts).artifacts_dir)


def _find(store: IncidentStore, name: str) -> Incident:
    try:
        return store.find(name)
    except IncidentError as error:
        raise UserError(str(error)) from None

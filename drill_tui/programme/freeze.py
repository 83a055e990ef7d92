"""Whether production may be changed, in the words of `freeze --check`; the screen says the same."""

from __future__ import annotations

from typing import Final

from drill_tui.programme.incident import Incident, IncidentError
from drill_tui.programme.incident_store import IncidentStore

FROZEN: Final = "Frozen: change nothing in production until a follow-up drill has passed."
NOT_FROZEN: Final = "Not frozen: every failed drill has been followed up by a passing one."


def why_frozen(store: IncidentStore) -> tuple[str, ...]:
    """A sentence for each incident that freezes production; one that cannot be read freezes too."""
    try:
        found = store.read()
    except IncidentError as error:
        return (str(error),)
    return (*(why_it_freezes(incident) for incident in found.sound if incident.freezes), *found.broken)


def why_it_freezes(incident: Incident) -> str:
    return f"{incident.id}: {incident.runbook} ended with {incident.verdict}: {incident.reason}"

"""Whether production may be changed, in the words of `freeze --check`; the screen says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drill_tui.programme.incident import Incident, IncidentError, what_failed
from drill_tui.programme.incident_store import IncidentStore

if TYPE_CHECKING:
    from drill_tui.verdict.report import Report

FROZEN: Final = "Frozen: change nothing in production until a follow-up drill has passed."
NOT_FROZEN: Final = "Not frozen: no incident holds production."


@dataclass(frozen=True, slots=True)
class Frozen:
    """What holds production: nothing, if both are empty."""

    incidents: tuple[Incident, ...] = ()
    """The oldest first."""
    unreadable: tuple[str, ...] = ()
    """A sentence for each incident that cannot be read: it may be an open one."""

    @property
    def reasons(self) -> tuple[str, ...]:
        return (*(why_it_freezes(incident) for incident in self.incidents), *self.unreadable)

    def after(self, report: Report) -> Frozen:
        """What still holds production after this drill, as far as its runbook goes.

        One that passed says nothing of what was opened after it began.
        """
        mine = [incident for incident in self.incidents if incident.runbook == report.runbook.id]
        if report.passed:
            mine = [incident for incident in mine if incident.opened_before(report)]
        return Frozen(tuple(mine), self.unreadable)


def what_freezes(store: IncidentStore) -> Frozen:
    """The incidents that no passing drill has followed up, and those that cannot be read."""
    try:
        found = store.read()
    except IncidentError as error:
        return Frozen(unreadable=(str(error),))
    return Frozen(tuple(incident for incident in found.sound if incident.freezes), found.broken)


def why_it_freezes(incident: Incident) -> str:
    """With the drill that passed since and does not count: whoever ran it waits for the freeze to end."""
    why = f"{incident.id}: {what_failed(incident)} ended with {incident.verdict}: {incident.reason}"
    over = incident.passed_over
    return f"{why}; {over.run_id} has passed since, but of {over.database}" if over else why

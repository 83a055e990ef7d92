"""What drills set in motion, in a folder of a test's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drill_tui.programme.aftermath import after_drill
from drill_tui.programme.incident import Incident
from drill_tui.programme.incident_store import incidents_of
from drill_tui.verdict.report import Report
from tests.unit.programme.past import report

LATER = "2099-01-01T00:00:00.000Z"
"""After every incident of these tests, which are opened now."""


@dataclass
class Aftermath:
    """What `after_drill` did in one artifacts folder."""

    artifacts: Path
    complaints: list[str] = field(default_factory=list)

    def after(self, ended: Report, env: dict[str, str] | None = None, options: str = "") -> Incident | None:
        run_dir = self.artifacts / ended.run_id
        run_dir.mkdir(exist_ok=True)
        path = self.artifacts / "report.json"
        return next(iter(after_drill(ended, path, run_dir, env or {}, self.complaints.append, options)), None)

    def freezing(self) -> list[str]:
        return [incident.id for incident in incidents_of(self.artifacts).freezing()]


def failed(**changes: Any) -> Report:
    told: dict[str, Any] = {
        "run_id": "bad-1",
        "verdict": "fail",
        "passed": False,
        "freezes": True,
        "failure_reason": "checksums_verify: missed",
    }
    return report(**(told | changes))


def could_not_tell(run_id: str = "bad-1", **changes: Any) -> Report:
    """A drill whose address was mistyped: nothing is known of the database."""
    told = {"run_id": run_id, "verdict": "error", "freezes": False, "failure_reason": "no such host"}
    return failed(**{**told, "source": {}, **changes})


def mended(run_id: str, **changes: Any) -> Report:
    """A drill that passed after the incident was opened."""
    return report(**{"run_id": run_id, "timestamp": LATER, **changes})

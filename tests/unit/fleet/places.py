"""A fleet with past drills, without a server."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from drill_tui.fleet.ledger import Ledger, Outcome, Over
from drill_tui.runbook.project import shipped_dir
from tests.unit.programme.past import leave

DAY_S = 86_400.0
FLEET = """\
[defaults]
owner = "platform"
params = {target = "local"}
[databases.orders]
service = "orders"
owner = "payments"
[databases.events]
service = "events"
"""


def project(folder: Path, text: str = FLEET) -> Path:
    """A project with one runbook; returns its fleet.toml."""
    (folder / "runbooks").mkdir()
    shutil.copy(shipped_dir() / "runbooks" / "restore-drill.yaml", folder / "runbooks")
    (folder / "fleet.toml").write_text(text)
    return folder / "fleet.toml"


def evidence_of(fleet: Path, name: str) -> Path:
    folder = fleet.parent / "artifacts" / "fleet" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def past(fleet: Path, name: str, days: float, **changes: object) -> Path:
    """A report of a headless drill of that many days ago."""
    return leave(evidence_of(fleet, name), timedelta(days=days), **{"mode": "auto", **changes})  # type: ignore[arg-type]


def attempt(fleet: Path, name: str, number: int, outcome: Outcome, verdict: str, ended_at: float) -> Over:
    return Ledger(evidence_of(fleet, name)).close(
        Over(
            number=number,
            database=name,
            host="one",
            outcome=outcome,
            began_at=ended_at - 60.0,
            ended_at=ended_at,
            verdict=verdict,
            reason="as it was",
        )
    )

"""A fleet as gauges for node_exporter's textfile collector (Prometheus exposition format 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from drill_tui.fleet.overview import STATES, FleetDatabase, FleetReport
from drill_tui.sinks.metrics import PREFIX, Sample, sample_line

NAME: Final = f"{PREFIX}_fleet"


def gauges(report: FleetReport) -> str:
    """The exposition text; what is not known has no sample."""
    lines: list[str] = []
    for name, text, samples in _families(report):
        if samples:
            lines += [f"# HELP {NAME}_{name} {text}", f"# TYPE {NAME}_{name} gauge"]
            lines += [sample_line(f"{NAME}_{name}", labels, value) for labels, value in samples]
    return "\n".join(lines) + "\n"


def _families(report: FleetReport) -> Iterator[tuple[str, str, list[Sample]]]:
    rows = report.databases
    yield (
        "databases",
        "Databases of the fleet by owner and state.",
        [
            ({"owner": owner.owner, "state": state}, float(getattr(owner, state)))
            for owner in report.owners
            for state in STATES
        ],
    )
    yield (
        "database_state",
        "1 for the state of a database, 0 for the others.",
        [(_of(row) | {"state": state}, float(row.state == state)) for row in rows for state in STATES],
    )
    yield (
        "proven_timestamp_seconds",
        "When a drill of the database passed last.",
        [(_of(row), _epoch_s(row.proven_at)) for row in rows if row.proven_at],
    )
    yield (
        "next_timestamp_seconds",
        "When the next drill of the database is made, its window aside.",
        [(_of(row), _epoch_s(row.next_at)) for row in rows if row.next_at],
    )
    for bound in ("low", "likely", "high"):
        yield (
            f"forecast_{bound}_seconds",
            f"Recovery time at the last size: {bound} of the 80 % interval.",
            [(_of(row), s) for row in rows if (s := getattr(row, f"forecast_{bound}_s")) is not None],
        )


def _of(row: FleetDatabase) -> dict[str, str]:
    return {"database": row.name, "owner": row.owner}


def _epoch_s(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()

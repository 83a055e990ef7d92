#!/usr/bin/env python3
"""Write the JSON Schemas of what the product writes to docs/schemas/; a test fails when one is stale."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from drill_tui.engine.record.schema import (
    event_schema,
    evidence_schema,
    progress_schema,
    schema_text,
    stream_schema,
)
from drill_tui.faults.practice.record import PersonRecord
from drill_tui.faults.practice.tables import Shelf
from drill_tui.fleet.overview import FleetReport
from drill_tui.fleet.plan import FleetPlan
from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.archive.witness import Witness
from drill_tui.postgres.doctor import DoctorCheck
from drill_tui.postgres.verify.report import schema_text as verify_schema_text
from drill_tui.programme.agreed_actions import AgreedAction
from drill_tui.programme.backups import Backups
from drill_tui.programme.due import DueReport
from drill_tui.programme.history import History
from drill_tui.programme.incident import Freeze, Incident
from drill_tui.targets.fit_report import FitReport
from drill_tui.verdict.schema import DIALECT, report_schema_text
from drill_tui.verdict.score import Score

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"
MODELS: dict[str, type[BaseModel]] = {
    "agreed_action": AgreedAction,
    "backups": Backups,
    "due": DueReport,
    "fleet": FleetReport,
    "fleet_plan": FleetPlan,
    "freeze": Freeze,
    "history": History,
    "incident": Incident,
    "manifest": Manifest,
    "practice": Shelf,
    "practice_record": PersonRecord,
    "score": Score,
    "witness": Witness,
}


def texts() -> dict[str, str]:
    """Each schema's file name and text."""
    found = {
        "doctor.schema.json": _text(TypeAdapter(list[DoctorCheck]).json_schema(mode="serialization")),
        "event.schema.json": schema_text(event_schema()),
        "event_stream.schema.json": schema_text(stream_schema()),
        "evidence_line.schema.json": schema_text(evidence_schema()),
        "fit.schema.json": _text(TypeAdapter(FitReport).json_schema(mode="serialization")),
        "progress_line.schema.json": schema_text(progress_schema()),
        "report.schema.json": report_schema_text(),
        "verify.schema.json": verify_schema_text(),
    }
    for name, model in MODELS.items():
        found[f"{name}.schema.json"] = _text(model.model_json_schema(mode="serialization"))
    return found


def _text(schema: dict[str, Any]) -> str:
    return json.dumps({"$schema": DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")
        print(SCHEMAS / name)


if __name__ == "__main__":
    main()

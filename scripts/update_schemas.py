#!/usr/bin/env python3
"""Write the JSON Schemas of the product's JSON files to docs/schemas/; a test fails when one is stale."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from drill_tui.programme.due import DueReport
from drill_tui.programme.history import History
from drill_tui.programme.incident import Incident
from drill_tui.verdict.schema import report_schema_text

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"
MODELS: dict[str, tuple[str, type[BaseModel]]] = {
    "due": ("What `drill-tui due --json` prints", DueReport),
    "history": ("What `drill-tui history --json` prints", History),
    "incident": ("An incident of a failed drill", Incident),
}


def texts() -> dict[str, str]:
    """Each schema's text, by the name of its file."""
    found = {"report.schema.json": report_schema_text()}
    for name, (title, model) in MODELS.items():
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **model.model_json_schema(mode="serialization"),
            "title": title,
        }
        found[f"{name}.schema.json"] = json.dumps(schema, indent=2) + "\n"
    return found


def main() -> None:
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")
        print(SCHEMAS / name)


if __name__ == "__main__":
    main()

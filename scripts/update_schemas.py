#!/usr/bin/env python3
"""Write the JSON Schemas of report and manifest to docs/schemas/; a test fails when one is stale."""

from __future__ import annotations

import json
from pathlib import Path

from drill_tui.postgres.manifest import Manifest
from drill_tui.verdict.schema import DIALECT, report_schema_text

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"


def texts() -> dict[str, str]:
    """Each schema's file name and text."""
    manifest = {"$schema": DIALECT, **Manifest.model_json_schema(mode="serialization")}
    return {
        "report.schema.json": report_schema_text(),
        "manifest.schema.json": json.dumps(manifest, indent=2, ensure_ascii=False) + "\n",
    }


def main() -> None:
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")
        print(SCHEMAS / name)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Write the report's JSON Schema to docs/schemas/; a test fails when it is stale."""

from __future__ import annotations

from pathlib import Path

from drill_tui.verdict.schema import report_schema_text

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"


def main() -> None:
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    path = SCHEMAS / "report.schema.json"
    path.write_text(report_schema_text(), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()

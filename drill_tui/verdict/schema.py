"""The report's JSON Schema, as published under docs/schemas/."""

from __future__ import annotations

import json
from typing import Any, Final

from drill_tui.engine.record import earlier, endings
from drill_tui.runbook.field_docs import field_docs
from drill_tui.verdict import report, roles_report
from drill_tui.verdict.report import Report

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def report_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of `restore_drill_<UTC>.json`."""
    schema = Report.model_json_schema(mode="serialization")
    docs = field_docs(report) | field_docs(roles_report) | field_docs(earlier) | field_docs(endings)
    for name, definition in {**schema["$defs"], "Report": schema}.items():
        for field, doc in docs.get(name, {}).items():
            described = {**definition["properties"][field], "description": doc}
            definition["properties"][field] = dict(sorted(described.items()))
    return {"$schema": DIALECT, "title": "drill-tui restore drill report", **_without_titles(schema)}


def report_schema_text() -> str:
    return json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n"


def _without_titles(schema: Any) -> Any:
    """Pydantic titles every field by its name, which says nothing; a property called `title` stays."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }

"""The JSON Schema of runbooks, with which editors complete and check them while they are written."""

from __future__ import annotations

from typing import Any, Final

from drill_tui.runbook.model import Runbook

SCHEMA_ID: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of the form; the rules besides it are checked by `runbook check`."""
    schema = Runbook.model_json_schema(by_alias=True)
    return {"$schema": SCHEMA_ID, "title": "drill-tui runbook, version 1", **_without_titles(schema)}


def _without_titles(node: Any, *, in_properties: bool = False) -> Any:
    """The schema without the titles that pydantic makes of field names; a field called title stays."""
    if isinstance(node, list):
        return [_without_titles(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_titles(value, in_properties=key in {"properties", "$defs"} and not in_properties)
        for key, value in node.items()
        if in_properties or key != "title" or not isinstance(value, str)
    }

"""The JSON Schema of runbooks, with which editors complete and check them while they are written."""

from __future__ import annotations

from typing import Any, Final

from drill_tui.runbook import model
from drill_tui.runbook.field_docs import field_docs
from drill_tui.runbook.model import Runbook

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of the form; the rules besides it are checked by `runbook check`."""
    schema = _without_titles(Runbook.model_json_schema(by_alias=True))
    docs = _field_docs()
    for name, definition in {**schema["$defs"], "Runbook": schema}.items():
        for field, doc in docs.get(name, {}).items():
            definition["properties"][field].setdefault("description", doc)
    return {"$schema": DIALECT, "title": "drill-tui runbook, version 1", **schema}


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


def _field_docs() -> dict[str, dict[str, str]]:
    """The docstring under each field of the model, by class and by the field's name in YAML."""
    classes = {name: _in_yaml(name, docs) for name, docs in field_docs(model).items()}
    return {
        name: {**classes.get("Action", {}), **docs} if name in {"Step", "CleanupStep"} else docs
        for name, docs in classes.items()
    }


def _in_yaml(class_name: str, docs: dict[str, str]) -> dict[str, str]:
    fields = getattr(model, class_name).model_fields if docs else {}
    return {fields[name].alias or name: " ".join(doc.split()) for name, doc in docs.items()}

"""The JSON Schema of runbooks, with which editors complete and check them while they are written."""

from __future__ import annotations

import ast
import inspect
from typing import Any, Final

from drill_tui.runbook import model
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
    tree = ast.parse(inspect.getsource(model))
    classes = {node.name: _class_docs(node) for node in tree.body if isinstance(node, ast.ClassDef)}
    return {
        name: {**classes.get("Action", {}), **docs} if name in {"Step", "CleanupStep"} else docs
        for name, docs in classes.items()
    }


def _class_docs(definition: ast.ClassDef) -> dict[str, str]:
    fields = getattr(model, definition.name).model_fields
    docs = {}
    for field, after in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = after.value if isinstance(after, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                name = field.target.id
                docs[fields[name].alias or name] = " ".join(text.value.split())
    return docs

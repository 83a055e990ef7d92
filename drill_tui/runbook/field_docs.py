"""The docstrings under the fields of a module's classes, which say in a JSON Schema what a field means.

Pydantic could take them (`use_attribute_docstrings`), but it would read the source at every start.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from types import ModuleType


def field_docs(module: ModuleType) -> dict[str, dict[str, str]]:
    """By class and field; lines as they are written, less their indentation."""
    tree = ast.parse(inspect.getsource(module))
    return {node.name: dict(_of_class(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _of_class(definition: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = after.value if isinstance(after, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield field.target.id, inspect.cleandoc(text.value)

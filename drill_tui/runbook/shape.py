"""Plain data to the model: unknown names, wrong types and missing values, in a person's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from drill_tui.runbook.model import Runbook
from drill_tui.runbook.problems import Fault, YamlPath, nearest

Model = TypeVar("Model", bound=BaseModel)
_IDENTIFIER: Final = (
    "an id is lower-case letters, digits, - and _, starts with a letter, and has at most 64 characters"
)


def shape(data: Any) -> tuple[Runbook | None, list[Fault]]:
    """The runbook that the data describes, or what is wrong with its form."""
    return shaped(Runbook, data, "runbook")


def shaped(model: type[Model], data: Any, what: str) -> tuple[Model | None, list[Fault]]:
    """The same for any model; `what` is a file of it in a word."""
    if not isinstance(data, dict):
        return None, [Fault((), f"a {what} is a mapping that starts with `version: 1`")]
    faults = list(_unknown_names(model, data, ()))
    try:
        return model.model_validate(data), faults
    except ValidationError as error:
        faults += _explained(error, data)
        return None, faults


def _unknown_names(model: type[BaseModel], data: dict[str, Any], at: YamlPath) -> Iterator[Fault]:
    fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    for key, value in data.items():
        if key not in fields:
            yield Fault((*at, key), f"unknown key {key!r}", nearest(key, fields), on_key=True)
            continue
        inner = _inner_model(fields[key])
        if inner is not None:
            yield from _below(inner, fields[key], value, (*at, key))


def _below(inner: type[BaseModel], annotation: Any, value: Any, at: YamlPath) -> Iterator[Fault]:
    is_table = getattr(annotation, "__origin__", None) is dict
    if isinstance(value, list):
        parts: list[tuple[str | int, Any]] = list(enumerate(value))
    elif isinstance(value, dict) and is_table:
        parts = list(value.items())
    elif isinstance(value, dict):
        yield from _unknown_names(inner, value, at)
        return
    else:
        return
    for name, part in parts:
        if isinstance(part, dict):
            yield from _unknown_names(inner, part, (*at, name))


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner_model(part))), None)


def _explained(error: ValidationError, data: Any) -> Iterator[Fault]:
    by_place: dict[YamlPath, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        counted = detail["type"] == "too_short" and detail["input"]
        if detail["type"] != "extra_forbidden" and not counted:
            by_place.setdefault(_place(detail["loc"], data), []).append(detail)
    for at, details in by_place.items():
        yield _fault(at, details)


def _place(loc: tuple[int | str, ...], data: Any) -> YamlPath:
    """The error's place in the document: pydantic's own segments (union branches) are left out."""
    at: YamlPath = ()
    for position, part in enumerate(loc):
        inside = isinstance(data, dict) and part in data
        inside = inside or (isinstance(data, list) and isinstance(part, int) and part < len(data))
        if inside:
            data = data[part]
            at = (*at, part)
        elif position == len(loc) - 1 and isinstance(data, dict):
            return (*at, part)
    return at


def _fault(at: YamlPath, details: list[ErrorDetails]) -> Fault:
    name = next((f"`{part}`" for part in reversed(at) if isinstance(part, str)), "the runbook")
    first = details[0]
    if first["type"] == "missing":
        return Fault(at, f"`{at[-1]}` is missing", on_key=True)
    if "[key]" in first["loc"]:
        return Fault(at, _IDENTIFIER, on_key=True)
    if len({detail["type"] for detail in details}) > 1:
        return Fault(at, f"{name}: {_one_of_the_types(details)}")
    hint = ""
    if first["type"] in {"literal_error", "enum"}:
        hint = nearest(str(first["input"]), first.get("ctx", {})["expected"].replace("'", "").split(", "))
        hint = hint.replace(" or ", ", ")
    return Fault(at, f"{name}: {_sentence(first)}", hint)


def _one_of_the_types(details: list[ErrorDetails]) -> str:
    kinds = {detail["type"] for detail in details}
    if kinds <= {"string_type", "int_type", "float_type", "bool_type", "bool_parsing", "float_parsing"}:
        return "must be one value: text, a number, true or false"
    if "tuple_type" in kinds:
        return "must be text or a list of texts"
    return _sentence(details[0])


_SENTENCES: Final = {
    "string_type": "must be text; quote it",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping (name: value)",
    "model_type": "must be a mapping (name: value)",
    "model_attributes_type": "must be a mapping (name: value)",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "too_short": "must have at least one entry",
}


def _sentence(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "string_pattern_mismatch":
        return _IDENTIFIER
    if kind in {"literal_error", "enum"}:
        return f"{detail['input']!r} is not a valid value"
    return _SENTENCES.get(kind) or detail["msg"][:1].lower() + detail["msg"][1:]

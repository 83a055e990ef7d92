"""Events to plain data and back.  Writing needs the standard library only; pydantic is loaded to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args

from drill_tui.engine.record import events
from drill_tui.engine.record.events import Event

EVENT_TYPES: dict[str, type[Any]] = {kind.TYPE: kind for kind in get_args(events.Event)}

_KEPT_EXACT = frozenset(
    {"env", "ref", "details", "step", "kind", "pid", "log", "runbook_text", "runbook_sha256", "runbook_id"}
    | {"boot_id", "run", "answer", "choice", "via", "roles", "how", "criterion", "project_dir"}
    | {"path", "sha256", "verdict", "steps"}
)
"""Fields that the engine itself reads back: names, paths and identities, in which a mask would break
`resume` and `clean`.  None of them may hold a secret (see `ResourceClaimed` and `OutputsRecorded.env`)."""


def to_data(value: object) -> Any:
    """An event, or a part of one, as JSON-ready data."""
    if is_dataclass(value):
        return {field.name: to_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [to_data(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_data(item) for key, item in value.items()}
    return value


def from_data(kind: str, data: dict[str, Any]) -> Event:
    """Raises ValueError for an unknown kind or data that does not fit it."""
    if kind not in EVENT_TYPES:
        raise ValueError(f"unknown event type {kind!r}")
    event: Event = _adapter(kind).validate_python(data)
    return event


@cache
def _adapter(kind: str) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(EVENT_TYPES[kind])


def scrub(event: Event, redact: Callable[[str], str]) -> Event:
    """The event with every free text passed through `redact`."""
    changes = {
        field.name: _scrub_value(getattr(event, field.name), redact)
        for field in fields(event)
        if field.name not in _KEPT_EXACT
    }
    return replace(event, **changes)


def _scrub_value(value: Any, redact: Callable[[str], str]) -> Any:
    if type(value) is str:
        return redact(value)
    if isinstance(value, tuple):
        return tuple(_scrub_value(item, redact) for item in value)
    if isinstance(value, dict):
        return {key: _scrub_value(item, redact) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _scrub_value(getattr(value, field.name), redact)
            for field in fields(value)
            if field.name not in _KEPT_EXACT
        }
        return replace(value, **changes)
    return value


def timestamp(at: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC, to the microsecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def seconds(text: str) -> float:
    """The inverse of `timestamp`.  Raises ValueError."""
    return datetime.fromisoformat(text).timestamp()

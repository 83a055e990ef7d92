"""The JSON Schema of one line of a journal.

python -m drill_tui.engine.schema >docs/schemas/event.schema.json
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import TypeAdapter

from drill_tui.engine.codec import EVENT_TYPES
from drill_tui.engine.journal import FORMAT_VERSION


def event_schema() -> dict[str, Any]:
    """Draft 2020-12; one of the event types decides what `data` holds."""
    definitions: dict[str, Any] = {}
    lines = [_line(kind, event_type, definitions) for kind, event_type in EVENT_TYPES.items()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of events.jsonl",
        "type": "object",
        "required": ["v", "seq", "ts", "run", "type", "data", "prev"],
        "properties": {
            "v": {"const": FORMAT_VERSION},
            "seq": {"type": "integer", "minimum": 1, "description": "Counts from 1 without a gap."},
            "ts": {"type": "string", "format": "date-time", "description": "UTC, to the microsecond."},
            "run": {"type": "string"},
            "prev": {
                "type": "string",
                "pattern": "^[0-9a-f]{64}$",
                "description": "SHA-256 of the line before, its line feed included; zeros in the first line.",
            },
        },
        "oneOf": lines,
        "$defs": definitions,
    }


def event_schema_text() -> str:
    return json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n"


def _line(kind: str, event_type: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    schema = TypeAdapter(event_type).json_schema(ref_template="#/$defs/{model}")
    definitions.update(schema.pop("$defs", {}))
    definitions[event_type.__name__] = schema
    return {
        "properties": {"type": {"const": kind}, "data": {"$ref": f"#/$defs/{event_type.__name__}"}},
    }


if __name__ == "__main__":
    sys.stdout.write(event_schema_text())

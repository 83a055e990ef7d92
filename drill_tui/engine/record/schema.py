"""The JSON Schemas of what the engine writes and reads line by line: the journal, the stream, talkback.

`scripts/update_schemas.py` writes them to docs/schemas/.
"""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import TypeAdapter

from drill_tui.engine.record.codec import EVENT_TYPES
from drill_tui.engine.record.flow import Progress
from drill_tui.engine.record.journal import FORMAT_VERSION
from drill_tui.engine.record.talkback import EvidenceLine

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
CHAIN: Final = ("v", "prev")
"""What only the journal's own lines have."""


def event_schema() -> dict[str, Any]:
    """Of a journal's line; one of the event types decides what `data` holds."""
    definitions: dict[str, Any] = {}
    lines = [_line(kind, event_type, definitions) for kind, event_type in EVENT_TYPES.items()]
    return {
        "$schema": DIALECT,
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


def stream_schema() -> dict[str, Any]:
    """Of a line of `--events` and of `watch --json`."""
    schema = event_schema()
    schema["title"] = "One line of --events or watch --json"
    schema["required"] = [name for name in schema["required"] if name not in CHAIN]
    schema["properties"] = {name: of for name, of in schema["properties"].items() if name not in CHAIN}
    schema["unevaluatedProperties"] = False
    return schema


def evidence_schema() -> dict[str, Any]:
    """Of a line that a step's program appends to `$DRILL_EVIDENCE`."""
    return {
        "$schema": DIALECT,
        **TypeAdapter(EvidenceLine).json_schema(),
        "title": "One line of $DRILL_EVIDENCE",
    }


def progress_schema() -> dict[str, Any]:
    """Of a line that a step's program appends to `$DRILL_PROGRESS`; the engine knows the step."""
    schema = TypeAdapter(Progress).json_schema()
    del schema["properties"]["step"]
    schema["required"] = [name for name in schema["required"] if name != "step"]
    return {"$schema": DIALECT, **schema, "title": "One line of $DRILL_PROGRESS"}


def schema_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _line(kind: str, event_type: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    schema = TypeAdapter(event_type).json_schema(ref_template="#/$defs/{model}")
    definitions.update(schema.pop("$defs", {}))
    definitions[event_type.__name__] = schema
    return {
        "properties": {"type": {"const": kind}, "data": {"$ref": f"#/$defs/{event_type.__name__}"}},
    }

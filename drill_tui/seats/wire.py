"""What seats and the driving process say to each other: one JSON object a line, with a version."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from drill_tui.engine.record.codec import from_data, seconds, timestamp, to_data
from drill_tui.engine.record.events import Record
from drill_tui.engine.record.journal import MAX_LINE_BYTES

VERSION: Final = 1
MAX_FROM_SEAT_BYTES: Final = 1024 * 1024
MAX_TO_SEAT_BYTES: Final = MAX_LINE_BYTES + 1024
"""An event is as long as its line in the journal may be."""


class WireError(Exception):
    """What came over the socket is no message; says why."""


@dataclass(frozen=True, slots=True)
class Message:
    kind: str
    data: dict[str, Any] = field(default_factory=dict)

    def text(self, name: str, limit: int = 10_000) -> str:
        """A text of the message, empty where it has none.  Raises WireError for anything else."""
        value = self.data.get(name, "")
        if not isinstance(value, str) or len(value) > limit:
            raise WireError(f"{name} is no text of up to {limit} characters")
        return value

    def number(self, name: str) -> int:
        value = self.data.get(name)
        if type(value) is not int:
            raise WireError(f"{name} is no number")
        return value

    def texts(self, name: str) -> dict[str, str]:
        """Texts by name."""
        found = self.data.get(name, {})
        if not isinstance(found, dict) or any(not isinstance(value, str) for value in found.values()):
            raise WireError(f"{name} are no texts by name")
        return found


def pack(kind: str, **data: object) -> bytes:
    """One message, its line feed included."""
    text = json.dumps({"v": VERSION, "t": kind, **data}, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def unpack(line: bytes) -> Message:
    """Raises WireError for a line that is no message of this version."""
    try:
        data: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise WireError("that was no JSON object") from None
    if not isinstance(data, dict) or not isinstance(data.get("t"), str):
        raise WireError("that was no message")
    if data.get("v") != VERSION:
        raise WireError(f"it speaks version {str(data.get('v'))[:20]!r}; this drill-tui speaks {VERSION}")
    return Message(data["t"], data)


def pack_record(record: Record) -> bytes:
    return pack(
        "event",
        seq=record.seq,
        ts=timestamp(record.at),
        run=record.run,
        type=record.event.TYPE,
        data=to_data(record.event),
    )


def record_of(message: Message) -> Record:
    """Raises WireError for an event that this drill-tui does not know."""
    data = message.data
    try:
        event = from_data(data["type"], data["data"])
        return Record(seq=int(data["seq"]), at=seconds(data["ts"]), run=str(data["run"]), event=event)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise WireError(f"an event that this drill-tui does not read: {str(error)[:200]}") from None

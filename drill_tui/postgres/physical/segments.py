"""Names of WAL segments: 8 hexadecimal digits each of timeline, log and segment (xlog_internal.h)."""

from __future__ import annotations

import re
from typing import Final

SEGMENT: Final = re.compile(r"[0-9A-F]{24}")
DEFAULT_SEGMENT_BYTES: Final = 16 * 1024 * 1024


def timeline_of(name: str) -> int:
    return int(name[:8], 16)


def number_of(name: str, segment_bytes: int) -> int:
    """The segment's place in the WAL, counted from its beginning."""
    per_log = (1 << 32) // segment_bytes
    return int(name[8:16], 16) * per_log + int(name[16:24], 16)


def name_of(timeline: int, number: int, segment_bytes: int) -> str:
    per_log = (1 << 32) // segment_bytes
    return f"{timeline:08X}{number // per_log:08X}{number % per_log:08X}"

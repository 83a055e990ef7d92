"""WAL files by their names: which there must be from one position to another, and where one is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drill_tui.postgres.physical.segments import SEGMENT, name_of, number_of, timeline_of
from drill_tui.sources.port import Lsn

HISTORY = re.compile(r"[0-9A-F]{8}\.history")


@dataclass(frozen=True, slots=True)
class Stretch:
    """WAL without a gap from a backup's start on: `end` is behind its last byte."""

    names: tuple[str, ...]
    end: Lsn
    missing: str = ""
    """The first segment that is not there although later ones are."""
    after_gap: int = 0
    """How many segments lie behind the gap."""


def unbroken(names: Iterable[str], timeline: int, start: Lsn, segment_bytes: int) -> Stretch:
    """The segments from `start` on up to the first gap; on a later timeline where one took over."""
    by_number: dict[int, str] = {}
    for name in sorted(names):
        if SEGMENT.fullmatch(name) and timeline_of(name) >= timeline:
            by_number[number_of(name, segment_bytes)] = name
    number = start // segment_bytes
    found: list[str] = []
    while number in by_number:
        found.append(by_number[number])
        number += 1
    later = [n for n in by_number if n > number]
    missing = ""
    if later or not found:
        line = timeline_of(found[-1]) if found else timeline
        missing = name_of(line, number, segment_bytes)
    return Stretch(tuple(found), number * segment_bytes, missing, len(later))


def histories(names: Sequence[str]) -> list[str]:
    return [name for name in names if HISTORY.fullmatch(name)]

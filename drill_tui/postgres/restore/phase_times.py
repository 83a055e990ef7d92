"""Where a restore's time goes: busy seconds by phase, and the tables that took most of them.

From what `pg_restore --verbose --jobs` says as it starts and ends each item (pg_backup_archiver.c); a worker
is busy with one item at a time, so the busy seconds do not depend on how many workers there were.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Final

_LINE: Final = re.compile(r"^pg_restore: (launching|finished) item (\d+) (.*)$")
_KINDS: Final = (
    ("TABLE DATA ", "data"),
    ("MATERIALIZED VIEW DATA ", "data"),
    ("INDEX ATTACH ", "indexes"),
    ("INDEX ", "indexes"),
    ("FK CONSTRAINT ", "constraints"),
    ("CHECK CONSTRAINT ", "constraints"),
    ("CONSTRAINT ", "indexes"),
)
"""A CONSTRAINT is a primary key or a unique one: what takes time is its index."""
MOST_TABLES: Final = 20


class PhaseTimes:
    """Fed with pg_restore's verbose lines."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, float] = {}
        self.busy_s: dict[str, float] = {}
        self._tables: dict[str, float] = {}

    def line(self, text: str) -> None:
        found = _LINE.match(text)
        if found is None:
            return
        event, item, what = found.groups()
        if event == "launching":
            self._open[item] = self._clock()
            return
        began = self._open.pop(item, None)
        phase = next((phase for start, phase in _KINDS if what.startswith(start)), None)
        if began is None or phase is None:
            return
        took_s = self._clock() - began
        self.busy_s[phase] = self.busy_s.get(phase, 0.0) + took_s
        table = _table(what, phase)
        if table:
            self._tables[table] = self._tables.get(table, 0.0) + took_s

    def told(self, jobs: int) -> dict[str, Any]:
        """JSON-ready; empty where pg_restore ran without workers and so told nothing."""
        if not self.busy_s:
            return {}
        slowest = sorted(self._tables.items(), key=lambda pair: -pair[1])[:MOST_TABLES]
        return {
            "jobs": jobs,
            "busy_s": {phase: round(seconds, 3) for phase, seconds in self.busy_s.items()},
            "tables": [[name, round(seconds, 3)] for name, seconds in slowest],
        }


def _table(what: str, phase: str) -> str:
    """`TABLE DATA customer`, `CONSTRAINT customer …`; an index does not name its table."""
    words = what.split(" ")
    if phase == "data":
        return words[-1]
    if what.startswith("CONSTRAINT ") and len(words) > 2:
        return words[1]
    return words[2] if phase == "constraints" and len(words) > 3 else ""

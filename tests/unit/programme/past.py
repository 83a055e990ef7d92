"""Past drills for tests: real reports, folded from a recorded story and then dated."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.unit.verdict.drills import whole_drill

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def report(**changes: Any) -> Report:
    return fold(whole_drill().records).model_copy(update=changes)


def leave(
    folder: Path,
    age: timedelta,
    *,
    tools: dict[str, str] | None = None,
    steps_s: dict[str, float] | None = None,
    **changes: Any,
) -> Path:
    """Write a report as a drill of `age` ago would have left it."""
    at = NOW - age
    data = json.loads(report().model_dump_json())
    data |= {"run_id": f"restore-drill_{at:%Y%m%dT%H%M%SZ}_0000", "timestamp": at.isoformat()}
    data |= changes
    data["tools"] |= tools or {}
    for step in data["steps"]:
        if step["id"] in (steps_s or {}):
            step["duration_s"], step["wait_s"] = (steps_s or {})[step["id"]], 0.0
    path = folder / f"restore_drill_{at:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(data))
    return path

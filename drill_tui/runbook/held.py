"""A runbook that is loaded already, on its way to a process that loads nothing which reads YAML."""

from __future__ import annotations

from typing import Any

from drill_tui.runbook.durations import IN_SECONDS
from drill_tui.runbook.model import Runbook


def data_of(runbook: Runbook) -> dict[str, Any]:
    """As plain data, for JSON."""
    return runbook.model_dump(mode="json", exclude_defaults=True)


def runbook_of(data: object) -> Runbook:
    """The runbook whose `data_of` this is.  Raises ValueError for anything else.

    The rules that a runbook keeps were checked when its text was loaded.
    """
    return Runbook.model_validate(data, context=IN_SECONDS)

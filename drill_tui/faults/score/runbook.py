"""A runbook with the step that scores it put behind its checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from drill_tui.faults.score.action import CRITERION, SPEC
from drill_tui.runbook.load import LoadedRunbook
from drill_tui.runbook.model import Runbook, Step
from drill_tui.runbook.rewrite import rewritten

STEP_ID: Final = "mutation_score"


class CannotScoreError(Exception):
    """The runbook restores nothing that could be broken; the text says what is missing."""


def with_score(loaded: LoadedRunbook, faults: str = "", clean_copies: int = 1) -> LoadedRunbook:
    """The runbook with a last check that breaks copies on purpose.  Raises CannotScoreError."""
    book = loaded.runbook
    target = _step(book, "a step that uses target.start", lambda step: step.uses == "target.start")
    backup = _step(book, "a step with the output `backup`", _has_backup)
    restored = _step(
        book,
        "a step connected to the target with DB_NAME in its `env`",
        lambda step: step.connect == target.id and "DB_NAME" in step.env,
    )
    last = max(n for n, step in enumerate(book.steps) if step.connect == target.id)

    def add_it(data: Any) -> None:
        data["steps"].insert(
            last + 1,
            {
                "id": STEP_ID,
                "title": "Break copies on purpose, and see which check notices",
                "connect": target.id,
                "uses": SPEC.name,
                "with": {
                    "backup": f"${{steps.{backup.id}.outputs.backup}}",
                    "database": restored.env["DB_NAME"],
                    "target": target.id,
                    "faults": faults,
                    "clean_copies": clean_copies,
                },
                "timeout": "6h",
                "on_failure": "continue",
            },
        )
        data.setdefault("criteria", {})[CRITERION] = {
            "title": "Every fault is noticed by the right criterion",
            "evidence": [STEP_ID],
            "required": False,
        }

    return rewritten(loaded, add_it)


def _has_backup(step: Step) -> bool:
    return step.uses == "backup.latest" or "backup" in step.outputs


def _step(book: Runbook, what: str, fits: Callable[[Step], bool]) -> Step:
    found = next((step for step in book.steps if fits(step)), None)
    if found is None:
        raise CannotScoreError(f"the runbook {book.id} has no {what.removeprefix('a ')}")
    return found

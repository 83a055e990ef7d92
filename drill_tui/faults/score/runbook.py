"""A runbook with the step that scores it put behind its checks, as text: the journal keeps what was run."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ruamel.yaml import YAML

from drill_tui.faults.score.action import CRITERION, SPEC
from drill_tui.runbook.load import LoadedRunbook, parse_text
from drill_tui.runbook.model import Runbook, Step
from drill_tui.runbook.settings import with_objectives

STEP_ID: Final = "mutation_score"
LINE_CHARS: Final = 4096


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
    yaml = YAML(typ="rt")
    yaml.width = LINE_CHARS
    yaml.preserve_quotes = True
    data: Any = yaml.load(loaded.text)
    last = max(n for n, step in enumerate(book.steps) if step.connect == target.id)
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
    out = io.StringIO()
    yaml.dump(data, out)
    text = out.getvalue()
    return replace(
        loaded,
        runbook=with_objectives(parse_text(text, str(loaded.path)), loaded.objectives),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _has_backup(step: Step) -> bool:
    return step.uses == "backup.latest" or "backup" in step.outputs


def _step(book: Runbook, what: str, fits: Callable[[Step], bool]) -> Step:
    found = next((step for step in book.steps if fits(step)), None)
    if found is None:
        raise CannotScoreError(f"the runbook {book.id} has no {what.removeprefix('a ')}")
    return found

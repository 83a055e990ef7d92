"""The command of a step that has not run yet, as far as it is known: people read it before they agree."""

from __future__ import annotations

import re
import shlex
from typing import Final

from drill_tui.runbook.model import Action, Scalar, Step
from drill_tui.verdict.quantity import filled
from drill_tui.verdict.state import DrillState

_IN_FRONT: Final = re.compile(r"""(?:[A-Za-z_]\w*=(?:[^\s'"\\]|'[^']*'|"[^"]*"|\\.)*\s+)+(?=\S)""")
"""Assignments, as a shell reads them, before the program."""


def without_variables(command: str) -> str:
    """The verb and what it works on; who it connects as, and where, stands in front of it and hides it.

    >>> without_variables("DB_HOST=/tmp/s DB_NAME='my db' scripts/restore.sh --jobs=2")
    'scripts/restore.sh --jobs=2'
    """
    return _IN_FRONT.sub("", command, count=1) if _IN_FRONT.match(command) else command


def planned_command(state: DrillState, action: Action) -> str:
    """As the engine will write it, with its environment in front; what is not known yet stays `${…}`."""
    if action.uses is not None:
        arguments = [f"{name}={_known(value, state)}" for name, value in action.arguments.items()]
        return " ".join([action.uses, *arguments])
    if isinstance(action, Step) and action.sql is not None:
        return f"sql: {action.sql.query}"
    if action.run is None:
        return ""
    opened = state.steps.get(action.connect or "")
    variables = {
        name: text
        for name, text in (opened.env if opened else {}).items()
        if name.startswith(("DB_", "PGPASSFILE"))
    }
    variables |= {name: _known(value, state) for name, value in action.env.items()}
    front = [f"{name}={text}" for name, text in variables.items()]
    if isinstance(action.run, str):
        return " ".join([*front, action.run])
    return " ".join([*front, *(_known(part, state) for part in action.run)])


def _known(value: Scalar, state: DrillState) -> str:
    try:
        return shlex.quote(filled(value, state))
    except ValueError:
        return str(value)

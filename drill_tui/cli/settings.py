"""The source that a project's drill.toml names, put where a source is looked for: into the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drill_tui.cli.exits import UserError
from drill_tui.engine.processes.process_group import RUN_MARK
from drill_tui.runbook.project import SETTINGS_NAME, project_above

if TYPE_CHECKING:
    from drill_tui.runbook.settings import Source

VARIABLES: Final = {
    "host": "DB_HOST",
    "port": "DB_PORT",
    "dbname": "DB_NAME",
    "user": "DB_USER",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "sslmode": "PGSSLMODE",
}
HOW: Final = ("passfile", "sslmode")
"""These do not say where; the environment's own win one by one."""
ALONE: Final = "DB_PASSWORD"
"""Names no source by itself: it goes with the one of drill.toml."""


def adopt_source(project_dir: Path, environment: MutableMapping[str, str] = os.environ) -> None:
    """Let the project's source be the one that is drilled where the environment names none.

    Only for commands that read a source: never for those that write into a database, and never within a step,
    whose connection was taken away on purpose.  Raises UserError for a file that cannot be read.
    """
    if RUN_MARK in environment or not (project_dir / SETTINGS_NAME).exists():
        return
    from drill_tui.runbook.problems import RunbookError
    from drill_tui.runbook.settings import read_settings

    try:
        source = read_settings(project_dir).source
    except RunbookError as error:
        raise UserError(str(error)) from None
    for name, value in _defaults(source, project_dir, environment).items():
        environment.setdefault(name, value)


def adopt_source_here() -> None:
    """The same for a command that has no other use for a project."""
    project_dir = project_above(Path.cwd())
    if project_dir is not None:
        adopt_source(project_dir)


def _defaults(source: Source, project_dir: Path, environment: Mapping[str, str]) -> dict[str, str]:
    from drill_tui.postgres.client.source import SETTINGS_ORIGIN, is_configured

    given = {name: str(value) for name, value in source if value not in ("", None)}
    goes_along = ALONE if "service" not in given else None
    named = {name: value for name, value in environment.items() if name != goes_along}
    if not given.keys() - set(HOW) or is_configured(named):
        return {}
    if "passfile" in given:
        given["passfile"] = str(project_dir / Path(given["passfile"]).expanduser())
    return {VARIABLES[name]: value for name, value in given.items()} | {SETTINGS_ORIGIN: SETTINGS_NAME}

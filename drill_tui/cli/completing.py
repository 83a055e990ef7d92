"""What a shell offers behind a command: the runbooks and the runs of the project at hand."""

from __future__ import annotations

from contextlib import suppress


def runbook_names(incomplete: str) -> list[str]:
    """Runbooks by name.  A shell that completes is told nothing of what is wrong."""
    from drill_tui.cli.exits import UserError
    from drill_tui.cli.places import find_places

    with suppress(UserError, OSError):
        return [path.stem for path in find_places().runbooks() if path.stem.startswith(incomplete)]
    return []


def run_names(incomplete: str) -> list[str]:
    """Runs by id, the newest first: a part of it is enough, so a part is completed too."""
    from drill_tui.cli.exits import UserError
    from drill_tui.cli.places import find_places

    with suppress(UserError, OSError):
        return [run.name for run in reversed(find_places().runs()) if incomplete in run.name]
    return []

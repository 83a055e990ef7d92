"""`drill-tui runbook check|show|new|schema`."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.places import find_places
from drill_tui.cli.root import load_runbook
from drill_tui.runbook.model import ID_PATTERN
from drill_tui.runbook.project import RUNBOOKS, project_above


def check(name: str, project: Path | None) -> Exit:
    """Load a runbook and say that it is sound.  Raises UserError with every problem."""
    places = find_places(project)
    path = places.find_runbook(name)
    runbook = load_runbook(path, places).runbook
    sys.stdout.write(
        f"{path}: sound: {len(runbook.steps)} steps, {len(runbook.cleanup)} cleanup steps, "
        f"{len(runbook.criteria)} criteria\n"
    )
    return Exit.PASSED


def show(name: str, project: Path | None, *, paper: bool = False) -> Exit:
    """Print a runbook as Markdown: whole, or as an agenda and one page for each role."""
    from drill_tui.runbook.paper import to_paper
    from drill_tui.runbook.show import to_markdown

    places = find_places(project)
    write = to_paper if paper else to_markdown
    sys.stdout.write(write(load_runbook(places.find_runbook(name), places).runbook))
    return Exit.PASSED


def new(name: str, project: Path | None) -> Exit:
    """Write a runbook that runs as it is.  Raises UserError for a name that cannot be one, or is taken."""
    if re.fullmatch(ID_PATTERN, name) is None:
        raise UserError(
            f"{name!r} cannot name a runbook",
            advice="Take lower-case letters, digits, - and _, with a letter first; at most 64 characters.",
        )
    root = find_places(project).project_dir if project else project_above(Path.cwd())
    if root is None:
        raise UserError(f"{Path.cwd()} is in no project", advice="Make one there: drill-tui init")
    path = root / RUNBOOKS / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text_of_new(name))
    except FileExistsError:
        raise UserError(f"{path} is there already", advice="Take another name.") from None
    sys.stdout.write(f"wrote {path}\n")
    where = f" --project {shlex.quote(str(project))}" if project else ""
    sys.stdout.write(f"It runs as it is: drill-tui --auto -r {name}{where}\n")
    sys.stdout.write(f"After each change: drill-tui runbook check {name}{where}\n")
    return Exit.PASSED


def text_of_new(name: str) -> str:
    """What a new runbook begins with."""
    template = Path(__file__).parent / "new_project" / "runbook.yaml"
    text = template.read_text(encoding="utf-8")
    return text.replace("@NAME@", name).replace("@TITLE@", f"Drill {name}")


def schema() -> Exit:
    """Print the JSON Schema that editors complete and check runbooks with."""
    from drill_tui.runbook.schema import json_schema

    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
    return Exit.PASSED

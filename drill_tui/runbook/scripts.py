"""The programs that a runbook starts: a script of the project must be there and be executable."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from drill_tui.runbook.model import Runbook
from drill_tui.runbook.problems import Fault, YamlPath, nearest


def script_faults(runbook: Runbook, find: Callable[[str], Path]) -> list[Fault]:
    """Programs named by a path are looked at, where `find` says; those of PATH differ between machines."""
    found: list[Fault] = []
    for section in ("steps", "cleanup"):
        for index, step in enumerate(getattr(runbook, section)):
            argv = step.run if isinstance(step.run, tuple) else ()
            if argv and "/" in argv[0] and "${" not in argv[0]:
                found += _program_faults(find(argv[0]), argv[0], (section, index, "run", 0))
    return found


def _program_faults(program: Path, name: str, at: YamlPath) -> list[Fault]:
    if not program.exists():
        siblings = program.parent.iterdir() if program.parent.is_dir() else ()
        near = nearest(program.name, [p.name for p in siblings], else_all=False)
        return [Fault(at, f"the script {name} does not exist in {program.parent}", near)]
    if not program.is_file():
        return [Fault(at, f"{name} is not a file")]
    if not os.access(program, os.X_OK):
        return [Fault(at, f"the script {name} has no run bit", f"chmod +x {name}")]
    return []

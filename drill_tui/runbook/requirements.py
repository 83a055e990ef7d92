"""What a runbook requires and this machine lacks, known before anything is started."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from drill_tui.runbook.load import LoadedRunbook
from drill_tui.runbook.place import is_url
from drill_tui.runbook.values import ParamError, resolve_params


@dataclass(frozen=True, slots=True)
class Lacking:
    """`what` is a program, or the parameter that names a path; `why` says the rest."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


def lacking(
    loaded: LoadedRunbook, given: Mapping[str, str], environment: Mapping[str, str]
) -> tuple[Lacking, ...]:
    """Each thing that is not there; nothing where the drill can start.

    `given` are parameters, as on the command line.  Where one cannot be used, nothing is said of paths:
    whoever asked for its value says what is wrong.
    """
    return (*_missing_programs(loaded, environment), *_missing_paths(loaded, given, environment))


def _missing_programs(loaded: LoadedRunbook, environment: Mapping[str, str]) -> Iterator[Lacking]:
    for program in loaded.runbook.requires.programs:
        if shutil.which(program, path=environment.get("PATH")) is None:
            yield Lacking(program, "the program is not installed")


def _missing_paths(
    loaded: LoadedRunbook, given: Mapping[str, str], environment: Mapping[str, str]
) -> Iterator[Lacking]:
    if not loaded.runbook.requires.paths:
        return
    try:
        values = resolve_params(loaded.runbook, given, environment, {"project": str(loaded.project_dir)})
    except ParamError:
        return
    for name in loaded.runbook.requires.paths:
        if loaded.runbook.params[name].type == "place" and is_url(values[name].value):
            continue  # whoever reads it says what is wrong there
        path = loaded.project_dir / Path(values[name].value).expanduser()
        if not path.exists():
            yield Lacking(name, f"there is no {path}")

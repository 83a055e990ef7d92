"""`fleet.toml`: the databases of a fleet, what a drill of each needs, and the hosts that drill them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, StringConstraints

from drill_tui.fleet.keeper import PLAIN_FOLDER, Keeper
from drill_tui.fleet.ledger import Ledger
from drill_tui.fleet.mirror import Mirror, cached_mirror
from drill_tui.fleet.window import Window, parse_window
from drill_tui.programme.forecast import parse_size
from drill_tui.runbook.model import Duration, Scalar, Strict
from drill_tui.runbook.place import is_url, scheme_of, url_fault
from drill_tui.runbook.problems import Problem, RunbookError
from drill_tui.runbook.toml_file import line_of, read_toml

FLEET_NAME: Final = "fleet.toml"
MONTH_S: Final = 31 * 86_400.0
LEASE_S: Final = 600.0
SHORTEST_LEASE_S: Final = 5.0
EVIDENCE: Final = "artifacts/fleet"
WRITTEN: Final = "s3"
"""The one kind of store that can hold a fleet's evidence."""


def _size(value: object) -> int:
    return parse_size(value if isinstance(value, str) else "")


Size = Annotated[int, BeforeValidator(_size)]
Day = Annotated[Any, BeforeValidator(parse_window)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Service = Annotated[str, StringConstraints(pattern=r"^[^\s\[\]=]+$")]
Labels = tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$")], ...]


class Needs(Strict):
    """What may stand under `[defaults]` and under each database; the database's own wins."""

    runbook: str | None = Field(default=None, min_length=1)
    params: Mapping[str, Scalar] = Field(default_factory=dict)
    cadence: Duration | None = Field(default=None, gt=0)
    again_after: Duration | None = Field(default=None, gt=0)
    window: Day | None = None
    labels: Labels | None = None
    disk: Size | None = None
    cores: int | None = Field(default=None, ge=1)
    owner: str | None = None


class Member(Needs):
    service: Service
    source: Service | None = None


class Machine(Strict):
    labels: Labels = ()
    cores: int | None = Field(default=None, ge=1)
    disk: Size | None = None
    drills: int = Field(default=1, ge=1)


class Whole(Strict):
    evidence: str = Field(default=EVIDENCE, min_length=1)
    control: Service | None = None
    lease: Duration = Field(default=LEASE_S, ge=SHORTEST_LEASE_S)


class FleetFile(Strict):
    fleet: Whole = Whole()
    defaults: Needs = Needs()
    databases: dict[Name, Member] = Field(min_length=1)
    hosts: dict[Name, Machine] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database of the fleet, defaults filled in."""

    name: str
    service: str
    source: str
    """Drills of the same source never run at once."""
    runbook: str
    params: Mapping[str, str]
    cadence_s: float
    again_s: float
    """How long after a drill that did not pass the next one is made: never at once, until one passes."""
    window: Window | None
    labels: frozenset[str]
    disk_bytes: int | None
    cores: int
    owner: str

    @property
    def param_words(self) -> list[str]:
        """Its parameters as `drill-tui --auto` takes them."""
        return [word for name, value in self.params.items() for word in ("--param", f"{name}={value}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSpec:
    name: str
    labels: frozenset[str] = frozenset()
    cores: int | None = None
    disk_bytes: int | None = None
    drills: int = 1
    """How many it runs at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    path: Path
    evidence_dir: Path
    control: str
    """The service of the control database; empty where the file names none."""
    lease_s: float
    databases: tuple[Database, ...]
    hosts: tuple[HostSpec, ...]
    evidence_url: str = ""
    """The place in a store of which `evidence_dir` is a copy; empty where the evidence is that folder."""
    keeper: Keeper = field(default=PLAIN_FOLDER, compare=False, repr=False)

    def mirrored_in(self, folder: Path) -> Fleet:
        """The same with the copy of a store's evidence in this folder; itself where no store has it."""
        if not self.evidence_url:
            return self
        return replace(self, evidence_dir=folder, keeper=Mirror(folder, self.evidence_url))

    def refresh(self, database: str | None = None) -> None:
        """Have the evidence here as it is by now, of all databases or of one.  Blocks; raises OSError."""
        self.keeper.refresh(self.folder_of(database) if database else self.evidence_dir)

    def ledger_of(self, database: str) -> Ledger:
        return Ledger(self.folder_of(database), self.keeper)

    def folder_of(self, database: str) -> Path:
        """The evidence of one database: a folder as every drill leaves it."""
        return self.evidence_dir / database

    def named(self, name: str) -> Database | None:
        return next((database for database in self.databases if database.name == name), None)


def read_fleet(path: Path, default_runbook: str) -> Fleet:
    """The fleet of a file.  Raises RunbookError with each problem and its place, FileNotFoundError."""
    file = read_toml(path, FleetFile)
    same = list(_refused(file, path))
    if same:
        raise RunbookError(same)
    evidence = file.fleet.evidence
    fleet = Fleet(
        path=path.absolute(),
        evidence_dir=path.absolute().parent / Path(evidence).expanduser(),
        evidence_url=evidence.rstrip("/") if is_url(evidence) else "",
        control=file.fleet.control or "",
        lease_s=file.fleet.lease,
        databases=tuple(
            _database(name, m, file.defaults, default_runbook) for name, m in file.databases.items()
        ),
        hosts=tuple(
            HostSpec(name=name, labels=frozenset(m.labels), cores=m.cores, disk_bytes=m.disk, drills=m.drills)
            for name, m in file.hosts.items()
        ),
    )
    return fleet.mirrored_in(cached_mirror(fleet.evidence_url))


def _refused(file: FleetFile, path: Path) -> Iterator[Problem]:
    """A control database that is itself drilled would be stopped by what it controls."""
    if fault := _place_fault(file.fleet.evidence):
        line = line_of(path.read_text(encoding="utf-8"), ["fleet"], "evidence")
        yield Problem(str(path), line, 1, f"`evidence` is not taken: {fault}")
    drilled = {member.service: name for name, member in file.databases.items()}
    if file.fleet.control in drilled:
        line = line_of(path.read_text(encoding="utf-8"), ["fleet"], "control")
        said = f"`control` is the service of {drilled[file.fleet.control]!r}, which is drilled; name another"
        yield Problem(str(path), line, 1, said)


def _place_fault(evidence: str) -> str:
    """Why this place is not taken, without quoting it; empty for a folder, and for a good URL."""
    if not is_url(evidence):
        return ""
    if fault := url_fault(evidence):
        return fault
    if scheme_of(evidence) != WRITTEN:
        return (
            f"what became of a drill is written once, by whoever comes first, and only {WRITTEN}:// is known "
            "to keep that; name a bucket of S3's protocol, or a folder"
        )
    return ""


def _database(name: str, member: Member, defaults: Needs, default_runbook: str) -> Database:
    def chosen(field: str, otherwise: Any) -> Any:
        own, common = getattr(member, field), getattr(defaults, field)
        return own if own is not None else common if common is not None else otherwise

    cadence_s = chosen("cadence", MONTH_S)
    params = {**defaults.params, **member.params}
    return Database(
        name=name,
        service=member.service,
        source=member.source or member.service,
        runbook=chosen("runbook", default_runbook),
        params={key: _text(value) for key, value in params.items()},
        cadence_s=cadence_s,
        again_s=chosen("again_after", cadence_s),
        window=chosen("window", None),
        labels=frozenset(chosen("labels", ())),
        disk_bytes=chosen("disk", None),
        cores=chosen("cores", 1),
        owner=chosen("owner", ""),
    )


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Every kind of target held against one need, as `drill-tui fit` and `doctor` tell it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.client.connect import ConnectError, DatabaseError
from drill_tui.postgres.client.errors import RestoreError
from drill_tui.postgres.client.source import SourceError, is_configured, resolve
from drill_tui.postgres.cluster.binaries import choose_server, find_servers
from drill_tui.postgres.doctor import DoctorCheck
from drill_tui.postgres.fit.comparison import Answer, Fit
from drill_tui.postgres.fit.finding import Finding
from drill_tui.postgres.fit.from_backup import need_of_backup
from drill_tui.postgres.fit.need import Need
from drill_tui.targets import external
from drill_tui.targets.choice import choose, fits_of, taken
from drill_tui.targets.fit import does_not_say, need_of_source
from drill_tui.targets.registry import AUTO, UNASKED


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target; `findings` are in the order in which they were compared."""

    target: str
    name: str
    place: str
    version: int
    answer: Answer
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class FitReport:
    """`chosen` is empty where no target fits; `why` then says what to do."""

    origin: str
    needs: str
    need: Need | None
    targets: tuple[TargetRow, ...]
    chosen: str
    why: str

    def as_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


async def make_report(backup: str | None, kind: str, environment: Mapping[str, str]) -> FitReport:
    """Compare the backup, or the configured source, with every target of a kind; `auto` means all kinds.

    Without a source a drill makes its demo, which needs nothing special.  Raises ActionError.
    """
    need = await _read_need(backup, environment)
    kinds = [*UNASKED] if kind == AUTO else [kind]
    if kind == AUTO and _names_external(environment):
        kinds.append("external")
    rows = [fit for one in kinds for fit in await fits_of(need, one, environment)]
    try:
        choice = await choose(need, kind, environment) if kind == AUTO else taken(need, kind, rows)
    except ActionError as problem:
        chosen, why = "", str(problem)
    else:
        chosen, why = f"{choice.kind}, {choice.fit.offer.name}", choice.why
    return FitReport(need.origin, in_words(need), need, tuple(map(_row, rows)), chosen, why)


def checks(environment: Mapping[str, str]) -> list[DoctorCheck]:
    """For `doctor`: every kind of target, and whether a drill would find one that fits the source."""
    try:
        report = asyncio.run(make_report(None, AUTO, environment))
    except ActionError as problem:
        advice = "Make the source reachable; `drill-tui fit BACKUP` asks a backup instead."
        return [DoctorCheck("target that fits", "warn", f"not known: {problem}", advice)]
    found = [_check(row) for row in report.targets]
    if report.chosen:
        return [*found, DoctorCheck("target that fits", "ok", f"{report.chosen}: {report.why}")]
    return [*found, DoctorCheck("target that fits", "fail", "none", report.why)]


def _check(row: TargetRow) -> DoctorCheck:
    name = f"fit of a {row.target} target"
    deciding = [finding for finding in row.findings if finding.status == row.answer]
    said = "; ".join(finding.sentence for finding in deciding) or f"{row.name} fits"
    advice = " ".join(dict.fromkeys(finding.remedy for finding in deciding if finding.remedy))
    return DoctorCheck(name, "ok" if row.answer == "fits" else "warn", said, advice)


def in_words(need: Need) -> str:
    """What is needed, in one line; only what not every PostgreSQL has."""
    parts = [f"PostgreSQL {need.major} or newer"] if need.major else []
    parts += [f"{e.name} {e.version}".strip() for e in need.extensions if e.name != "plpgsql"]
    for what, names in (
        ("locale", need.locales),
        ("ICU for", need.icu),
        ("libxml for", need.xml_columns),
        ("lz4 for", need.lz4_columns),
        ("language", need.languages),
        ("library", need.libraries),
        ("tablespace", need.tablespaces),
    ):
        parts += [f"{what} {name}" for name in names[:5]]
    if need.roles:
        parts.append(f"{len(need.roles)} roles")
    if need.relations:
        parts.append(f"locks for {need.relations:,} relations")
    return ", ".join(parts)


async def _read_need(backup: str | None, environment: Mapping[str, str]) -> Need:
    try:
        if backup:
            return await need_of_backup(backup, environment)
        if not is_configured(environment):
            newest = choose_server(find_servers(environment), major=None)
            return Need(origin="the demo database", major=newest.major)
        return await need_of_source(resolve(environment))
    except RestoreError as problem:
        raise ActionError(f"{problem}. {problem.advice}".strip()) from None
    except (SourceError, ConnectError) as problem:
        raise ActionError(str(problem)) from None
    except DatabaseError as problem:
        raise does_not_say(problem) from None


def _names_external(environment: Mapping[str, str]) -> bool:
    return bool(environment.get(external.URL)) or any(environment.get(name) for name in external.GROUP)


def _row(fit: Fit) -> TargetRow:
    offer = fit.offer
    return TargetRow(offer.target, offer.name, offer.place, offer.major, fit.answer, fit.findings)

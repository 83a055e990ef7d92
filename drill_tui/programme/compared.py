"""What changed between two drills of one runbook: verdict, times, size, versions, what was proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from drill_tui.programme.report_facts import BrokenReportError, Facts, ReportFacts, whole_number
from drill_tui.programme.shelf import read_shelf
from drill_tui.verdict.report import Report

_VERSIONS = {
    "server_version": "PostgreSQL of the source",
    "client_version": "client programs",
    "drill-tui": "drill-tui",
}
_FINGERPRINTS = {
    "procedure_sha256": "files of the backup procedure",
    "schema_sha256": "the source's schema",
}


class CriterionFacts(Facts, frozen=True):
    id: str
    title: str
    result: str


class ComparedFacts(ReportFacts, frozen=True, kw_only=True):
    """A report as far as two drills are compared."""

    criteria: tuple[CriterionFacts, ...] = ()

    @property
    def rto_s(self) -> float | None:
        return self.rto.wall_s if self.rto.is_recovery_time else None

    @property
    def size_bytes(self) -> int | None:
        try:
            return whole_number(self.source.size_bytes) or whole_number(self.backup.source_size_bytes)
        except BrokenReportError:
            return None


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after` are empty where only the fact is known that it changed."""

    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A drill beside the one before it."""

    last: ComparedFacts
    now: ComparedFacts

    @property
    def criteria(self) -> tuple[Change, ...]:
        """Those whose result changed, in this drill's order; then those that are asked no more."""
        old = {criterion.id: criterion for criterion in self.last.criteria}
        new = {criterion.id: criterion for criterion in self.now.criteria}
        changed = [
            Change(criterion.title, old[key].result if key in old else "", criterion.result)
            for key, criterion in new.items()
            if key not in old or old[key].result != criterion.result
        ]
        return (*changed, *(Change(c.title, c.result) for key, c in old.items() if key not in new))

    @property
    def versions(self) -> tuple[Change, ...]:
        """Of what both drills recorded."""
        return tuple(_versions(self.last.tools.fingerprints(), self.now.tools.fingerprints()))


def _versions(last: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    both = last.keys() & now.keys()
    for name, word in _VERSIONS.items():
        if name in both and last[name] != now[name]:
            yield Change(word, last[name], now[name])
    for name, word in _FINGERPRINTS.items():
        if name in both and last[name] != now[name]:
            yield Change(word)


def with_the_last(report: Report, artifacts_dir: Path) -> Compared | None:
    """The drill before this one in a folder of reports, training left out; None where there is none to read.

    Reads every report of the folder: a second for thousands.
    """
    try:
        now = _compared(report.model_dump_json().encode())
        before = [
            drill
            for drill in read_shelf(artifacts_dir).of(report.runbook.id)
            if drill.counts and drill.run_id != report.run_id and drill.at < now.timestamp.timestamp()
        ]
        return Compared(last=_compared(before[-1].path.read_bytes()), now=now) if before else None
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
        return None


def _compared(text: bytes) -> ComparedFacts:
    return msgspec.json.decode(text, type=ComparedFacts)

"""The parts that a recovery is forecast by: its steps, and the restore by phase where drills told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drill_tui.programme.shelf import PastDrill


def parts_of(drill: PastDrill, *, by_phase: bool) -> Mapping[str, float]:
    """Seconds by part; a phase has its share of the restore's time, whatever ran beside it."""
    parts = dict(drill.recovery_s)
    busy = drill.phases.busy_s
    total_s = sum(busy.values())
    if by_phase and drill.restored_by in parts and total_s > 0.0:
        whole_s = parts.pop(drill.restored_by)
        parts |= {f"{drill.restored_by}: {name}": whole_s * s / total_s for name, s in busy.items()}
    return parts


def told_phases(drills: Sequence[PastDrill]) -> bool:
    return all(drill.phases.busy_s for drill in drills)


@dataclass(frozen=True, slots=True)
class TableShare:
    """One of the slowest tables of the last drill."""

    table: str
    busy_s: float
    share: float
    """Of all the workers' busy time."""


def slowest_tables(drill: PastDrill) -> list[TableShare]:
    total_s = sum(drill.phases.busy_s.values()) or 1.0
    return [TableShare(name, busy_s, busy_s / total_s) for name, busy_s in drill.phases.tables]


def what_would_help(drill: PastDrill) -> list[str]:
    """What makes the restore as long as it is, in sentences; only what the last drill's numbers show."""
    phases, found = drill.phases, []
    total_s = sum(phases.busy_s.values())
    tables = slowest_tables(drill)
    if not total_s:
        return []
    even_s = total_s / max(1, phases.jobs)
    if tables and phases.jobs > 1 and tables[0].busy_s > even_s:
        found.append(
            f"{tables[0].table} alone keeps one worker busy for {tables[0].busy_s:.1f} s, more than a fair "
            f"share ({even_s:.1f} s): a split (partitioned) table would be restored by several"
        )
    if drill.cores and phases.jobs < drill.cores:
        found.append(f"{phases.jobs} jobs ran on {drill.cores} cores: more jobs (param jobs) may be faster")
    for name, advice in (
        ("indexes", "an index that nobody needs costs this at every restore"),
        ("constraints", "foreign keys are checked row by row, and need their indexes first"),
        ("analyze", "statistics could be gathered after the service is back"),
    ):
        share = phases.busy_s.get(name, 0.0) / total_s
        if share >= 0.3:
            found.append(f"{name} take {share:.0%} of the busy time: {advice}")
    return found

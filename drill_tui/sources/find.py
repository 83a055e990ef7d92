"""`physical.find`: the backup to drill, and all about it that can be known before the disk is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.engine.record.events import Finding
from drill_tui.postgres.archive.witness import lsn_text
from drill_tui.postgres.cluster import binaries, workplace
from drill_tui.postgres.physical.segments import DEFAULT_SEGMENT_BYTES
from drill_tui.sources.choose import ChosenWitness, choose_backup, choose_witness, sorted_by_end, target_of
from drill_tui.sources.port import Backup, BackupFaultError, Segment
from drill_tui.sources.registry import kind_of, order_of
from drill_tui.sources.wal import Stretch, unbroken

FOUND: Final = "backup_found"
WAL: Final = "wal_complete"
WITNESSES: Final = "witnesses"

OUTPUTS: Final = {
    "backup": "the backup's label",
    "backup_kind": "full, differential or incremental",
    "stopped_at": "when it ended",
    "size_bytes": "of the restored data directory",
    "server_major": "major version of the server that it is of",
    "system_identifier": "of that server",
    "start_lsn": "where the backup begins",
    "stop_lsn": "where a copy of it is consistent",
    "timeline": "of the backup",
    "archive": "where its WAL lies",
    "wal_end": "behind the last archived WAL before any gap",
    "wal_missing": "the first missing segment",
    "witness": "path of the witness to compare with; empty where none fits",
    "no_witness": "why there is none",
    "snapshot_age_s": "age of the backup's end",
}


@dataclass(frozen=True, slots=True)
class Plan:
    backup: Backup
    stretch: Stretch
    witness: ChosenWitness


async def find(context: ActionContext) -> ActionResult:
    """Raises BackupFaultError, with evidence against the backup, and ActionError."""
    kind, order = kind_of(context.arguments), order_of(context)
    target = target_of(context.arguments.get("to", ""))
    try:
        backups = sorted_by_end(await kind.find(order, context.log))
        backup = choose_backup(backups, order.wanted, target)
        if backup.problem:
            context.log(f"The tool says of {backup.label}: {backup.problem}")
        segments = await kind.segments(order, backup, context.log)
    except BackupFaultError as fault:
        context.evidence(FOUND, Finding.MISSED, str(fault))
        raise
    stretch = unbroken([s.name for s in segments], backup.timeline, backup.start_lsn, DEFAULT_SEGMENT_BYTES)
    folder = Path(context.arguments.get("witnesses") or WITNESSES)
    witness = choose_witness(context.arguments.get("witness", ""), folder, backup, target, stretch.end)
    plan = Plan(backup, stretch, witness)
    _preflight(context, backup, segments)
    context.evidence(FOUND, Finding.MET, _said(backup), " ".join(kind.cannot_hold))
    _judge_wal(context, plan, target.setting)
    context.log(f"Witness: {witness.path}" if witness.path else f"No witness: {witness.why}")
    return ActionResult(outputs=_outputs(plan))


def _preflight(context: ActionContext, backup: Backup, segments: Sequence[Segment]) -> None:
    """Room and a server of the backup's own major version: a physical copy runs under no other."""
    servers = binaries.find_servers(context.environment)
    if not any(server.major == backup.server_major for server in servers):
        known = ", ".join(server.version for server in servers) or "none"
        raise ActionError(
            f"the backup is of PostgreSQL {backup.server_major}, and a physical copy runs under no other "
            f"version (here: {known}); install postgresql-{backup.server_major}"
        )
    needed = backup.size_bytes + len(segments) * DEFAULT_SEGMENT_BYTES
    workplace.refuse_small_disk(workplace.choose(context.environment, "copy").parent, needed)


def _judge_wal(context: ActionContext, plan: Plan, setting: str) -> None:
    """A gap is a fault where the drill goes to the end; before the backup's own end it is the end of it."""
    backup, stretch = plan.backup, plan.stretch
    if not stretch.names or stretch.end <= backup.stop_lsn:
        sentence = (
            f"WAL segment {stretch.missing} is missing, and backup {backup.label} needs it to become "
            "consistent: no recovery from it is possible"
        )
        context.evidence(WAL, Finding.MISSED, sentence)
        raise BackupFaultError(sentence)
    have = f"{len(stretch.names)} segments without a gap from {stretch.names[0]} to {stretch.names[-1]}"
    if stretch.missing:
        gap = (
            f"WAL segment {stretch.missing} is missing and {stretch.after_gap} later ones cannot be used: a "
            "recovery ends there, opens the database by itself, and says no error"
        )
        reach = f" before it: {have}"
        result = Finding.MISSED if not setting else Finding.MET
        context.evidence(WAL, result, gap + reach if not setting else f"{have}; behind them {gap}")
        context.log(gap)
        return
    context.evidence(
        WAL, Finding.MET, have, "Names of the archived segments; their content when they are read."
    )


def _said(backup: Backup) -> str:
    ended = f"ended {backup.stopped_at:%Y-%m-%d %H:%M:%S} UTC" if backup.stopped_at else "end unknown"
    chain = f", on {' → '.join(backup.chain[:-1])}" if len(backup.chain) > 1 else ""
    return (
        f"{backup.label} ({backup.kind}{chain}), {ended}, PostgreSQL {backup.server_major}, "
        f"{backup.size_bytes / 1e6:,.1f} MB"
    )


def _outputs(plan: Plan) -> dict[str, str]:
    backup = plan.backup
    age = (datetime.now(UTC) - backup.stopped_at).total_seconds() if backup.stopped_at else 0.0
    return {
        "backup": backup.label,
        "backup_kind": backup.kind,
        "stopped_at": backup.stopped_at.isoformat() if backup.stopped_at else "",
        "size_bytes": str(backup.size_bytes),
        "server_major": str(backup.server_major),
        "system_identifier": backup.system_identifier,
        "start_lsn": lsn_text(backup.start_lsn),
        "stop_lsn": lsn_text(backup.stop_lsn),
        "timeline": str(backup.timeline),
        "archive": backup.archive,
        "wal_end": lsn_text(plan.stretch.end),
        "wal_missing": plan.stretch.missing,
        "witness": str(plan.witness.path or ""),
        "no_witness": plan.witness.why,
        "snapshot_age_s": f"{age:.0f}",
    }

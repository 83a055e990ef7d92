"""`copy.compare` and `copy.recover`: the prepared copy at the witness's points, then at its end, opened."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.engine.record.events import Finding
from drill_tui.postgres.archive import witness_file
from drill_tui.postgres.archive.witness import DatabaseWitness, Witness, lsn_number, lsn_text
from drill_tui.postgres.cluster import binaries, owned, server, workplace
from drill_tui.postgres.cluster.account import server_account
from drill_tui.postgres.physical import recover
from drill_tui.postgres.physical.compare import compare_at_point
from drill_tui.postgres.physical.separating import InseparableError, committed_of, position_of
from drill_tui.postgres.physical.settings import Target, promoted_settings, recovery_settings
from drill_tui.postgres.probe import isolation
from drill_tui.postgres.probe.described import target_outputs
from drill_tui.postgres.verify.report import CriterionFinding
from drill_tui.sources.choose import target_of

LOG_NAME: Final = "copy-server.log"
OF_THE_WITNESS: Final = ("required_tables", "data_integrity", "schema")
REACHED: Final = "point_reached"


def copy_of(context: ActionContext) -> tuple[server.Cluster, dict[str, str], dict[str, int]]:
    """The prepared copy, how to connect to it, and the settings that it needs at least as large."""
    made = context.outputs_of(context.arguments.get("copy", "restore"))
    home = Path(made["home"])
    if not workplace.is_marked(home, context.run_id):
        raise ActionError(f"{home} does not carry the mark of run {context.run_id}; start the drill anew")
    logs = context.run_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    cluster = server.Cluster(
        home=home,
        binaries=binaries.ServerBinaries(
            bin_dir=Path(made["bin_dir"]),
            major=int(made["server_version"].partition(".")[0]),
            version=made["server_version"],
        ),
        account=server_account(context.environment),
        log=logs / LOG_NAME,
        passfile=context.private_dir / "unused",
        settings={},
        hide=tuple(
            value
            for name in ("DB_HOST", "PGHOST")
            if (value := context.environment.get(name, "")).startswith("/")
        ),
        listens=False,
    )
    floors = {name: int(value) for name, _, value in (p.partition("=") for p in made["floors"].split())}
    witness = witness_of(context)
    if witness is not None:
        floors = {name: max(value, witness.floors.get(name, 0)) for name, value in floors.items()}
    env = {
        "DB_HOST": str(cluster.socket_dir),
        "DB_PORT": str(server.PREFERRED_PORT),
        "DB_USER": (witness.superuser if witness else "")
        or context.arguments.get("user")
        or server.SUPERUSER,
        "DB_NAME": "postgres",
        "DRILL_PG_BINDIR": str(cluster.binaries.bin_dir),
    }
    return cluster, env, floors


def witness_of(context: ActionContext) -> Witness | None:
    path = context.arguments.get("witness", "")
    return witness_file.read(Path(path)) if path else None


async def compare(context: ActionContext) -> ActionResult:
    """Recover to each of the witness's points and compare there.  Raises ActionError."""
    witness = witness_of(context)
    if witness is None:
        why = context.arguments.get("no_witness") or "there is no witness"
        _unproven(context, f"nothing to compare with: {why}")
        return ActionResult()
    cluster, env, floors = copy_of(context)
    points = await points_of(context, cluster, witness)
    standing = ""
    try:
        for lsn, wanted in points:
            if lsn != standing:
                target = Target("lsn", lsn, inclusive=False, action="pause")
                await _stand_at(context, cluster, env, floors, target)
                standing = lsn
            if wanted.snapshot is not None and (stray := await committed_of(env, wanted.snapshot)):
                _unproven(context, f"{wanted.database.name}: {stray}")
                continue
            findings = await compare_at_point(
                env,
                witness,
                wanted,
                required=_required(context),
                jobs=jobs_of(context),
                progress=lambda done, total: context.progress("compare", done, total, "bytes"),
            )
            record(context, wanted.database.name, findings)
    except recover.RecoveryFailedError as failed:
        context.evidence("data_integrity", Finding.MISSED, str(failed))
        raise
    finally:
        await recover.halt(cluster)
    return ActionResult(outputs={"compared": str(len(points)), "witness_id": witness.witness_id})


async def points_of(
    context: ActionContext, cluster: server.Cluster, witness: Witness
) -> list[tuple[str, DatabaseWitness]]:
    """The databases by their points, the earliest first; one whose point is nowhere is left unproven.

    Raises ActionError.
    """
    found = []
    for wanted in witness.databases:
        lsn = wanted.lsn or ""
        if wanted.snapshot is not None:
            try:
                lsn = await position_of(wanted.snapshot, cluster.home / "wal", cluster.binaries.bin_dir)
            except InseparableError as problem:
                _unproven(context, f"{wanted.database.name}: {problem}")
                continue
            context.log(f"{wanted.database.name}: the witness saw what was committed before {lsn}.")
        found.append((lsn, wanted))
    return sorted(found, key=lambda point: lsn_number(point[0] or "0/0"))


def _unproven(context: ActionContext, why: str) -> None:
    for criterion in OF_THE_WITNESS:
        context.evidence(criterion, Finding.UNPROVEN, why)


async def _stand_at(
    context: ActionContext,
    cluster: server.Cluster,
    env: dict[str, str],
    floors: Mapping[str, int],
    target: Target,
) -> None:
    await recover.halt(cluster)
    settings = recovery_settings(
        _profile(context), target, wal_dir=cluster.home / "wal", conf_dir=cluster.home / "conf", floors=floors
    )
    running = await recover.run_to(replace(cluster, settings=settings), env, target, outlive=False)
    env["DB_PORT"] = str(running.port)
    context.log(f"The copy stands at {target.value}, paused. {running.level_detail}")


async def recover_copy(context: ActionContext) -> ActionResult:
    """Recover to the point that was asked for, open the copy, and tell how much came back.

    Raises ActionError; where the WAL does not lead there, with evidence.
    """
    cluster, env, floors = copy_of(context)
    target = target_of(context.arguments.get("to", ""))
    settings = recovery_settings(
        _profile(context), target, wal_dir=cluster.home / "wal", conf_dir=cluster.home / "conf", floors=floors
    )
    await recover.halt(cluster)
    try:
        running = await recover.run_to(replace(cluster, settings=settings), env, target, outlive=False)
        env["DB_PORT"] = str(running.port)
        where = await recover.reached(env, cluster.data_dir)
    except recover.RecoveryFailedError as failed:
        context.evidence(REACHED, Finding.MISSED, str(failed))
        raise
    finally:
        await recover.halt(cluster)
    _judge_end(context, target, where)
    result = await _open(context, cluster, env, floors)
    came_back = where.as_of or _time(context.arguments.get("stopped_at", ""))
    age = (datetime.now(UTC) - came_back).total_seconds() if came_back else None
    context.log(f"Last commit that came back: {where.last_commit or 'none after the backup'}")
    return ActionResult(
        outputs={
            **result.outputs,
            "reached_lsn": lsn_text(where.lsn),
            "timeline": str(where.timeline),
            "last_commit_at": where.last_commit.isoformat() if where.last_commit else "",
            **({"data_age_s": f"{age:.1f}"} if age is not None else {}),
        },
        env=result.env,
    )


def _judge_end(context: ActionContext, target: Target, where: recover.Reached) -> None:
    """Whether the end that was reached is the end that there should be."""
    end = lsn_number(context.arguments.get("wal_end") or "0/0")
    missing = context.arguments.get("wal_missing", "")
    commit = (
        f"last commit {where.last_commit:%Y-%m-%d %H:%M:%S} UTC" if where.last_commit else "no later commit"
    )
    reached = f"recovered to {lsn_text(where.lsn)} on timeline {where.timeline - 1}, {commit}"
    segment = int(context.arguments.get("segment_bytes") or 16 * 1024 * 1024)
    if target.setting:
        context.evidence(REACHED, Finding.MET, f"{target.sentence} reached: {reached}")
    elif missing:
        context.evidence(
            REACHED,
            Finding.MISSED,
            f"the copy opened itself at a gap, before {missing}: {reached}; what came later is lost",
        )
    elif where.lsn + segment < end:
        context.evidence(
            REACHED,
            Finding.MISSED,
            f"the copy opened itself at {lsn_text(where.lsn)}, although the archive goes on to "
            f"{lsn_text(end)}: the WAL in between cannot be replayed",
        )
    else:
        context.evidence(REACHED, Finding.MET, f"all archived WAL replayed: {reached}")


async def _open(
    context: ActionContext, cluster: server.Cluster, env: dict[str, str], floors: Mapping[str, int]
) -> ActionResult:
    """Start the promoted copy under the settings of any target, and mark it as this run's."""
    settings = promoted_settings(_profile(context), conf_dir=cluster.home / "conf", floors=floors)
    cluster = replace(cluster, settings=settings)
    running = await server.start(cluster, isolate=True, outlive=context.keep)
    owned.claim_process(context, running)
    env["DB_PORT"] = str(running.port)
    env["DRILL_TARGET_NONCE"] = env.get("DRILL_TARGET_NONCE") or secrets.token_hex(16)
    try:
        who = await isolation.identity(env, env["DRILL_TARGET_NONCE"])
        if who.data_directory != str(cluster.data_dir):
            raise ActionError(f"the server that answered keeps its data in {who.data_directory}")
        if not who.has_nonce:
            await isolation.write_nonce(env, context.run_id, env["DRILL_TARGET_NONCE"])
        outputs = await target_outputs(_profile(context), cluster, running, env, who)
    except isolation.TargetError as problem:
        raise ActionError(f"the copy does not answer: {problem}") from problem
    context.log(running.level_detail)
    return ActionResult(outputs=outputs, env=env)


async def revive(context: ActionContext) -> ActionResult:
    """On resume: start the promoted copy again, on the same data."""
    before, env = context.outputs_of(context.step), dict(context.env_of(context.step))
    cluster, _, floors = copy_of(context)
    await recover.halt(cluster)
    result = await _open(context, cluster, env, floors)
    return ActionResult(outputs={**before, **result.outputs}, env=result.env)


def record(context: ActionContext, database: str, findings: list[CriterionFinding]) -> None:
    for found in findings:
        context.evidence(found.id, Finding(found.result), f"{database}: {found.detail}", found.coverage)


def _profile(context: ActionContext) -> str:
    return context.arguments.get("profile") or "durable"


def _required(context: ActionContext) -> tuple[str, ...]:
    """Tables that must exist: `database.schema.name` is asked for in that database only."""
    given = context.arguments.get("required_tables", "")
    return tuple(name for name in given.split(",") if name)


def jobs_of(context: ActionContext) -> int:
    return int(context.arguments.get("jobs") or 0) or len(os.sched_getaffinity(0))


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

"""The built-in actions of targets, and how what they made is removed after a crash."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from drill_tui.engine.ports import (
    ActionContext,
    ActionResult,
    ActionSpec,
    Claim,
    Disposer,
)
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.client.untriggered import untriggered
from drill_tui.postgres.cluster import processes, workplace
from drill_tui.runbook.plays import Plays
from drill_tui.targets import fit, hand_over, inert, proof
from drill_tui.targets.backup_need import need_of
from drill_tui.targets.choice import choose
from drill_tui.targets.registry import AUTO, kind_named

START_OUTPUTS = {
    "kind": "local, compose, external or a package's own",
    "host": "host name, address or socket directory",
    "port": "TCP port, or the number of the unix socket",
    "user": "a superuser, where the target is ours",
    "dbname": "postgres",
    "server_version": "of the target",
    "server_version_num": "as a number, such as 150018",
    "server_log": "path of the server's log",
    "isolation": "network-namespace, loopback-only, container-without-network or external",
    "isolation_detail": "what the target was cut off from, as a sentence",
    "profile": "durable or fast",
    "settings": "name=value of every setting that the profile makes",
    "data_dir": "of a local target",
    "system_identifier": "of the target",
    "bin_dir": "where client programs of the target's own major version are",
    "pid": "of a local target's postmaster",
    "image": "of a compose target",
    "container": "of a compose target",
    "server_host": "where the server of a compose target listens, inside",
    "server_port": "and its port",
    "server_bin_dir": "and its programs",
    "passfile": "path of the file with the password for `user`",
    "database": "name of the database to be restored",
}


async def start(context: ActionContext) -> ActionResult:
    return await _with_way_in(context, await kind_named(await _kind(context)).start(context))


def subject(arguments: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """What somebody is about to confirm; empty where nobody need.  Raises ActionError."""
    kind = arguments.get("kind", AUTO)
    return "" if kind == AUTO else kind_named(kind).subject(arguments, environment)


async def revive(context: ActionContext) -> ActionResult:
    """Bring a target back on resume: the local one died with its run, containers may have stopped."""
    kind = kind_named(context.outputs_of(context.step)["kind"])
    return await _with_way_in(context, await kind.revive(context))


async def gone(outputs: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """Why the target is there no more; empty while it is, and of a server that somebody else keeps."""
    kind = outputs.get("kind")
    return await kind_named(kind).gone(outputs, environment) if kind else ""


async def stop(context: ActionContext) -> ActionResult:
    """Remove the target after making sure, once more, that it is this run's.  Raises ActionError."""
    step = context.arguments.get("target", "start_target")
    outputs, env = context.outputs_of(step), context.env_of(step)
    if not outputs.get("kind"):
        context.log("The target did not come up; what there is of it is removed by its marks.")
        return ActionResult()
    kind = kind_named(outputs["kind"])
    if await kind.destroys(context, env):
        await proof.refuse_to_destroy(context)
    await kind.stop(context, outputs, env)
    return ActionResult()


async def dispose_directory(claim: Claim, log: Callable[[str], None]) -> None:
    """Remove a marked working directory, and whatever still runs in it."""
    await workplace.remove(Path(claim.ref), claim.run_id)
    log(f"{claim.ref} is gone.")


async def dispose_process(claim: Claim, log: Callable[[str], None]) -> None:
    """End a process if it is still the one that was claimed."""
    pid, ticks = int(claim.ref), int(claim.details.get("start_ticks") or 0)
    if processes.is_alive(pid, ticks):
        await processes.end({pid: ticks}, [(signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)])
        log(f"Process {pid} is ended.")


async def dispose_compose(claim: Claim, log: Callable[[str], None]) -> None:
    """Remove the containers, volumes and networks that are labelled with the run."""
    from drill_tui.targets import compose

    await compose.dispose(claim, log)


async def _with_way_in(context: ActionContext, result: ActionResult) -> ActionResult:
    """What a person needs besides host, port and user to look into a target that is kept.

    Whatever looks at it, checks of the user's own too, fires no event trigger of what was restored.
    """
    inherited = {"PGOPTIONS": context.environment.get("PGOPTIONS", "")}
    silent = await untriggered(resolve({**inherited, **result.env}))
    options = silent.variables.get("PGOPTIONS")
    way_in = {
        "passfile": result.env.get("PGPASSFILE", ""),
        "database": context.arguments.get("database", ""),
    }
    env = {**result.env, "PGOPTIONS": options} if options else result.env
    return replace(result, outputs={**result.outputs, **way_in}, env=env)


async def _kind(context: ActionContext) -> str:
    """`auto` is settled by what the backup needs, as `target.fit` settles it.  Raises ActionError."""
    kind = context.arguments["kind"]
    if kind != AUTO:
        return kind
    need = await need_of(context)
    if need is None:
        return "local"
    choice = await choose(need, AUTO, context.environment)
    context.log(f"Target: {choice.kind}, {choice.fit.offer.name}: {choice.why}.")
    return choice.kind


_WHICH = {"source": "the step that opened the source", "target": "the step that started the target"}

ACTIONS: tuple[ActionSpec, ...] = (
    fit.SPEC,
    ActionSpec(
        name="target.start",
        plays=Plays.TARGET,
        summary="Start an isolated PostgreSQL server.",
        run=start,
        subject=subject,
        gone=gone,
        revive=revive,
        parameters={
            "kind": "auto, local, compose, external or a package's own; auto takes what fits",
            "profile": "durable or fast",
            "backup": "a backup, whose server version and locale the target takes",
            "source": "the step that opened the source (open_source)",
            "database": "the database to be restored; its name must be typed for an external target",
            "disk_percent": "a local target's databases get a disk of their own, which holds this much of "
            "the backup's database: for practice",
        },
        required=frozenset({"kind"}),
        outputs=START_OUTPUTS,
    ),
    ActionSpec(
        name="target.prove",
        plays=Plays.PROOF,
        summary="Prove that the target is this run's, is not the source, and cannot reach it.",
        run=proof.prove,
        parameters={**_WHICH, "backup": "the backup that is about to be restored"},
        outputs={
            "isolation": "the level reached",
            "isolation_proof": "each fact as a sentence",
            "source_unreached": "where the source was tried from inside the target, in vain",
        },
    ),
    ActionSpec(
        name="target.inert",
        summary="Name what in the restored database could act on the outside, and what holds it.",
        run=inert.report,
        parameters={"target": _WHICH["target"], "database": "the restored database; all of them if empty"},
        outputs={"actors": "how many", "inert": "each as a sentence"},
    ),
    hand_over.SPEC,
    ActionSpec(
        name="target.stop",
        summary="Stop and remove the target, if it is still this run's; proves that nothing is left.",
        run=stop,
        parameters={**_WHICH, "proof": "the step that proved its isolation (prove_isolation)"},
    ),
)

DISPOSERS: dict[str, Disposer] = {
    "directory": dispose_directory,
    "process": dispose_process,
    "compose": dispose_compose,
}

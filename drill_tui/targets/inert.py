"""Says what in the restored databases could act on the outside, and what holds it."""

from __future__ import annotations

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.postgres.probe import inert
from drill_tui.postgres.probe.isolation import TargetError


async def report(context: ActionContext) -> ActionResult:
    """Log every actor; raises ActionError for one that acts on its own accord."""
    env = context.env_of(context.arguments.get("target", "start_target"))
    wanted = context.arguments.get("database", "")
    sentences, active = [], []
    try:
        for database in [wanted] if wanted else await inert.databases(env):
            for actor in await inert.actors(env, database):
                sentence = f"{actor.kind} {actor.name} in {database}: {actor.state}."
                sentences.append(sentence)
                active += [sentence] if actor.state in ("enabled", "pg_cron is loaded") else []
    except TargetError as problem:
        raise ActionError(f"cannot look into the restored database: {problem}") from None
    for sentence in sentences:
        context.log(sentence)
    if active:
        raise ActionError("Something in the restored database acts on its own: " + " ".join(active))
    summary = " ".join(sentences) or "Nothing in the restored database could act on the outside."
    return ActionResult(outputs={"actors": str(len(sentences)), "inert": summary})

"""The action `target.fit`: is there a target that can take this backup?  Asked before anything is dumped."""

from __future__ import annotations

from collections.abc import Mapping

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec
from drill_tui.postgres.client.connect import ConnectError, DatabaseError, in_utf8, open_connection
from drill_tui.postgres.client.errors import RestoreError
from drill_tui.postgres.client.source import Connection, SourceError, resolve
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.fit.from_backup import need_of_backup
from drill_tui.postgres.fit.from_source import read_need
from drill_tui.postgres.fit.need import Need
from drill_tui.runbook.plays import Plays
from drill_tui.targets.choice import choose
from drill_tui.targets.registry import AUTO


async def fit(context: ActionContext) -> ActionResult:
    """Hold what is needed against what targets offer.  Raises ActionError where none fits."""
    need = await _need(context)
    choice = await choose(need, context.arguments.get("kind", AUTO), context.environment)
    offer = choice.fit.offer
    context.log(f"Target: {offer.target}, {offer.name} ({offer.place}): {choice.why}.")
    for note in choice.fit.notes:
        context.log(f"Note: {note}.")
    return ActionResult(
        outputs={
            "kind": offer.target,
            "place": offer.place,
            "name": offer.name,
            "version": str(offer.major or ""),
            "why": choice.why,
            "notes": "; ".join(choice.fit.notes),
        }
    )


async def _need(context: ActionContext) -> Need:
    if backup := context.arguments.get("backup"):
        try:
            return await need_of_backup(backup, context.environment)
        except (RestoreError, OSError) as problem:
            raise ActionError(f"what the backup needs cannot be read: {problem}") from None
    step = context.arguments.get("source", "open_source")
    try:
        source = resolve({**_without_connections(context.environment), **context.env_of(step)})
        return await need_of_source(source)
    except (SourceError, ConnectError) as problem:
        raise ActionError(str(problem)) from None
    except DatabaseError as problem:
        raise does_not_say(problem) from None


def does_not_say(problem: Exception) -> ActionError:
    """For a source that refuses to tell what its restore needs."""
    words = clean(str(problem))
    return ActionError(f"the source does not say what it needs: {words} {in_utf8(words)}".strip())


async def need_of_source(source: Connection) -> Need:
    """Ask a source.  Raises ConnectError and DatabaseError."""
    async with await open_connection(source) as connection:
        return await read_need(connection, f"database {connection.info.dbname}")


def _without_connections(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if name != "DATABASE_URL" and not name.startswith(("DB_", "PG"))
    }


SPEC = ActionSpec(
    name="target.fit",
    plays=Plays.FIT,
    summary="Say, before anything is dumped or restored, which target can take the backup.",
    run=fit,
    parameters={
        "kind": "auto, local, compose, external or a package's own; auto takes the first that fits",
        "source": "the step that opened the source (open_source), where no backup is named",
        "backup": "a backup that is there already, instead of a source",
    },
    outputs={
        "kind": "local, compose, external or a package's own",
        "place": "the folder of its programs, its image or its address",
        "name": "which server, in words",
        "version": "its major version; empty where it is not known",
        "why": "why this one, as a sentence",
        "notes": "what is worth knowing about it, as sentences",
    },
)

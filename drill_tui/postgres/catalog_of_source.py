"""`source.catalog`: what the running source defines and holds, for a backup without a witness."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import psycopg

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec
from drill_tui.postgres.archive.forms import archive_dbname, recognise
from drill_tui.postgres.archive.latest import of_its_source
from drill_tui.postgres.client.connect import ConnectError
from drill_tui.postgres.client.errors import RestoreError, first_of
from drill_tui.postgres.client.source import SourceError, is_configured, resolve
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.content.source_today import NOT_CONFIGURED
from drill_tui.postgres.verify.source_catalog import read_catalog
from drill_tui.runbook.plays import Plays

FILE_NAME: Final = "source_catalog.json"
WANTED: Final = "source"


async def catalog_of_source(context: ActionContext) -> ActionResult:
    """Read it where `ground` asks for it and the backup does not tell of itself.  Raises ActionError."""
    backup = Path(context.arguments["backup"])
    if context.arguments["ground"] != WANTED:
        context.log("The source is not asked (ground).")
        return ActionResult(outputs={"catalog": ""})
    if await asyncio.to_thread(of_its_source, backup):
        context.log(f"The source need not be asked: {backup.name} has a manifest or a witness.")
        return ActionResult(outputs={"catalog": ""})
    if not is_configured(context.environment):
        raise ActionError(NOT_CONFIGURED)
    try:
        source = resolve(context.environment)
        found = await read_catalog(source, len(os.sched_getaffinity(0)))
    except (SourceError, ConnectError) as error:
        raise ActionError(str(error)) from None
    except RestoreError as error:
        raise ActionError(f"{error} {error.advice}".strip()) from None
    except (psycopg.Error, ExceptionGroup) as error:
        said = clean(" ".join(str(first_of(error)).split()), [source.password or ""])
        raise ActionError(f"the source's catalog could not be read: {said}") from None
    wanted = context.arguments.get("database") or await asyncio.to_thread(_named, backup)
    if wanted and wanted != found.database:
        raise ActionError(
            f"the backup is of the database {wanted!a}, and the source that is configured is "
            f"{found.database!a}: set DB_NAME"
        )
    path = context.run_dir / FILE_NAME
    await asyncio.to_thread(path.write_text, found.model_dump_json(indent=1) + "\n", "utf-8")
    rows = sum(table.rows or 0 for table in found.held.tables)
    context.log(
        f"{found.database} on {found.host}:{found.port} at {found.at:%Y-%m-%d %H:%M:%S} UTC: "
        f"{len(found.held.tables):,} tables and views, {rows:,} rows, "
        f"{len(found.held.definitions):,} definitions"
    )
    return ActionResult(outputs={"catalog": str(path)})


def _named(backup: Path) -> str:
    try:
        form = recognise(backup)
        return archive_dbname(backup, form) if form else ""
    except (OSError, RestoreError):
        return ""


SPEC: Final = ActionSpec(
    name="source.catalog",
    plays=Plays.SOURCE,
    summary="Read the source's catalog and count its rows, for a backup that does not tell of itself.",
    run=catalog_of_source,
    parameters={
        "backup": "the backup that is judged; one with a manifest or a witness needs no source",
        "ground": "source reads it; anything else does not",
        "database": "of which database the backup is, where it does not say; the source must be that one",
    },
    required=frozenset({"backup", "ground"}),
    outputs={"catalog": "path of what was read; empty where it was not"},
)

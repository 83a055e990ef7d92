"""`copy.check` and `copy.stop`: the opened copy is checked, and removed whatever happened."""

from __future__ import annotations

from pathlib import Path

from drill_tui.engine.ports import ActionContext, ActionResult
from drill_tui.engine.record.events import Finding
from drill_tui.postgres.cluster import workplace
from drill_tui.postgres.physical.check import check_database, databases_of
from drill_tui.sources.steps import jobs_of, record, witness_of


async def check(context: ActionContext) -> ActionResult:
    """Foreign keys, indexes and pages of every database of the promoted copy.  Raises ActionError."""
    env = context.env_of(context.arguments.get("opened", "recover"))
    names = await databases_of(env)
    for name in names:
        findings = await check_database(
            env,
            name,
            jobs=jobs_of(context),
            progress=lambda done, total: context.progress("check", done, total, "bytes"),
        )
        record(context, name, findings)
    witness = witness_of(context)
    known = {found.database.name for found in witness.databases} if witness else set(names)
    for name in sorted(set(names) - known):
        context.evidence(
            "data_integrity", Finding.UNPROVEN, f"{name}: the witness does not know this database"
        )
    return ActionResult(outputs={"databases": ",".join(names)})


async def stop(context: ActionContext) -> ActionResult:
    """End the copy's server and remove its folder; proves both."""
    step = context.arguments.get("copy", "restore")
    try:
        home = Path(context.outputs_of(step)["home"])
    except KeyError:
        context.log("No copy was prepared; what there is of it is removed by its marks.")
        return ActionResult()
    await workplace.remove(home, context.run_id)
    try:
        context.release("process", context.outputs_of(context.arguments.get("opened", "recover"))["pid"])
    except KeyError:
        context.log("The copy was never opened.")
    context.release("directory", str(home))
    context.log(f"The copy is down and {home} is gone.")
    return ActionResult()

"""The Docker target: `compose.restore.yml`, started, watched and removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, Claim


async def start(context: ActionContext) -> ActionResult:
    raise ActionError("the compose target is not built yet; choose --param target=local")


async def stop(context: ActionContext, outputs: Mapping[str, str]) -> None:
    raise ActionError("the compose target is not built yet")


async def dispose(claim: Claim, log: Callable[[str], None]) -> None:
    raise ActionError("the compose target is not built yet")

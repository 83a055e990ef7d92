"""The kinds of targets that come with drill-tui, each by the module that does its work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionResult
from drill_tui.postgres.cluster.binaries import find_servers
from drill_tui.postgres.fit.from_binaries import offer_of_binaries
from drill_tui.postgres.fit.from_server import offer_of_server
from drill_tui.postgres.fit.need import Need
from drill_tui.postgres.fit.offer import Offer
from drill_tui.targets import external, local


class Local:
    """A throw-away cluster on this machine."""

    name = "local"

    async def offers(self, need: Need, environment: Mapping[str, str]) -> Sequence[Offer]:
        servers = await asyncio.to_thread(find_servers, environment)
        return await asyncio.to_thread(lambda: [offer_of_binaries(one) for one in servers])

    def subject(self, arguments: Mapping[str, str], environment: Mapping[str, str]) -> str:
        return ""

    async def start(self, context: ActionContext) -> ActionResult:
        return await local.start(context)

    async def revive(self, context: ActionContext) -> ActionResult:
        return await local.revive(context)

    async def gone(self, outputs: Mapping[str, str], environment: Mapping[str, str]) -> str:
        return local.gone(outputs)

    async def destroys(self, context: ActionContext, env: Mapping[str, str]) -> bool:
        return True

    async def stop(self, context: ActionContext, outputs: Mapping[str, str], env: Mapping[str, str]) -> None:
        await local.stop(context, outputs)


class Compose:
    """Containers of compose.restore.yml.  Docker's library is loaded by the first use."""

    name = "compose"

    async def offers(self, need: Need, environment: Mapping[str, str]) -> Sequence[Offer]:
        from drill_tui.targets.image import offer_of_image

        return [await asyncio.to_thread(offer_of_image, need, environment)]

    def subject(self, arguments: Mapping[str, str], environment: Mapping[str, str]) -> str:
        return ""

    async def start(self, context: ActionContext) -> ActionResult:
        from drill_tui.targets import compose

        return await compose.start(context)

    async def revive(self, context: ActionContext) -> ActionResult:
        from drill_tui.targets import compose

        return await compose.revive(context)

    async def gone(self, outputs: Mapping[str, str], environment: Mapping[str, str]) -> str:
        from drill_tui.targets import compose_watch

        return await asyncio.to_thread(compose_watch.gone, environment, outputs.get("container", ""))

    async def destroys(self, context: ActionContext, env: Mapping[str, str]) -> bool:
        """After a reboot what answers there may be anybody's: containers go by their labels alone."""
        from drill_tui.targets import compose

        return await compose.has_gate(context, env["DB_PORT"])

    async def stop(self, context: ActionContext, outputs: Mapping[str, str], env: Mapping[str, str]) -> None:
        from drill_tui.targets import compose

        await compose.stop(context, outputs)


class External:
    """A server that somebody prepared, and a person confirmed."""

    name = "external"

    async def offers(self, need: Need, environment: Mapping[str, str]) -> Sequence[Offer]:
        return [await offer_of_server(external.named(environment))]

    def subject(self, arguments: Mapping[str, str], environment: Mapping[str, str]) -> str:
        return external.subject(arguments, environment)

    async def start(self, context: ActionContext) -> ActionResult:
        return await external.start(context)

    async def revive(self, context: ActionContext) -> ActionResult:
        return ActionResult(outputs=context.outputs_of(context.step), env=context.env_of(context.step))

    async def gone(self, outputs: Mapping[str, str], environment: Mapping[str, str]) -> str:
        return ""

    async def destroys(self, context: ActionContext, env: Mapping[str, str]) -> bool:
        return False

    async def stop(self, context: ActionContext, outputs: Mapping[str, str], env: Mapping[str, str]) -> None:
        await external.stop(context, env)


LOCAL: Final = Local()
COMPOSE: Final = Compose()
EXTERNAL: Final = External()

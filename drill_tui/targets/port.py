"""What a kind of target must be able to do.

A new kind is one class and one entry in `registry.py`, or an entry point of another package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from drill_tui.engine.ports import ActionContext, ActionResult
from drill_tui.postgres.fit.need import Need
from drill_tui.postgres.fit.offer import Offer


@runtime_checkable
class TargetKind(Protocol):
    """A way to come by an isolated server."""

    name: str
    """What a runbook gives in `kind:`; the output `kind` of `start` is the same."""

    async def offers(self, need: Need, environment: Mapping[str, str]) -> Sequence[Offer]:
        """The servers of this kind that could be had, asked without making or changing anything.

        One that cannot be had is an offer with an obstacle.  Raises ActionError.
        """

    def subject(self, arguments: Mapping[str, str], environment: Mapping[str, str]) -> str:
        """The server and database that somebody is about to confirm; empty where nobody need.

        Raises ActionError where none is named.
        """

    async def start(self, context: ActionContext) -> ActionResult:
        """Bring a server up, and write the run's nonce into it.

        The result exports the connection; its outputs are those of `actions.START_OUTPUTS`.  Whatever is made
        is claimed before.  Raises ActionError.
        """

    async def revive(self, context: ActionContext) -> ActionResult:
        """Bring the server of a crashed run back, with its data and its nonce.  Raises ActionError."""

    async def gone(self, outputs: Mapping[str, str], environment: Mapping[str, str]) -> str:
        """Why the server is there no more, as a sentence; empty while it is, or where others keep it."""

    async def destroys(self, context: ActionContext, env: Mapping[str, str]) -> bool:
        """Whether `stop` destroys what answers there; then that is proven once more to be this run's."""

    async def stop(self, context: ActionContext, outputs: Mapping[str, str], env: Mapping[str, str]) -> None:
        """End what `start` made and release its claims, or leave what others keep.  Raises ActionError."""

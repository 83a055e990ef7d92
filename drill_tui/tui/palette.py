"""The command palette, from the same registry as keys and help."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Provider

from drill_tui.tui.commands import EVERYWHERE, Command, commands, keys_shown


class CommandsOfScreen(Provider):
    """What can be done on the screen that is open now."""

    async def discover(self) -> AsyncIterator[DiscoveryHit]:
        for command in self._possible():
            yield DiscoveryHit(command.label, self._run(command), help=self._help(command))

    async def search(self, query: str) -> AsyncIterator[Hit]:
        matcher = self.matcher(query)
        for command in self._possible():
            score = max(matcher.match(command.label), 0.8 * matcher.match(command.help))
            if score > 0:
                yield Hit(
                    score, matcher.highlight(command.label), self._run(command), help=self._help(command)
                )

    def _possible(self) -> list[Command]:
        ids = {binding.id for binding in getattr(self.screen, "BINDINGS", ()) if hasattr(binding, "id")}
        here = [c for c in commands_of(ids) if self.screen.check_action(c.action, ()) is True]
        return here + [c for c in commands(EVERYWHERE) if c.id not in ("palette", "interrupt")]

    def _run(self, command: Command) -> Callable[[], Awaitable[object]]:
        node = self.app if command.where == EVERYWHERE else self.screen
        return partial(node.run_action, command.action)

    def _help(self, command: Command) -> str:
        keys = keys_shown(command, self.app.settings.keys)  # type: ignore[attr-defined]
        return f"{command.help}  [{keys}]".replace("[", "\\[")


def commands_of(ids: set[str | None]) -> list[Command]:
    """The registered commands with these ids."""
    from drill_tui.tui.commands import WHERE_TITLES

    return [c for c in commands(*WHERE_TITLES) if c.id in ids and c.where != EVERYWHERE]

"""One thing that people can do, as the registry holds it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a person can do on one screen, or everywhere.

    `id` names it in the key configuration; the screen (or the app) implements `action_<action>`.
    """

    id: str
    where: str
    keys: str
    label: str
    help: str
    action: str
    footer: bool = True
    key_shown: str | None = None
    priority: bool = False

    def binding(self) -> Binding:
        return Binding(
            self.keys,
            self.action,
            self.label,
            id=self.id,
            tooltip=self.help,
            show=self.footer,
            key_display=self.key_shown,
            priority=self.priority,
        )

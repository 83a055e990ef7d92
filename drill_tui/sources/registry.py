"""Every kind of physical backup, by the name that a runbook gives in `kind:`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError
from drill_tui.sources.basebackup import BaseBackup
from drill_tui.sources.pgbackrest import PgBackRest
from drill_tui.sources.port import Order, PhysicalKind

KINDS: Final[Mapping[str, PhysicalKind]] = {kind.name: kind for kind in (PgBackRest(), BaseBackup())}
ARGUMENTS: Final[Mapping[str, str]] = {
    "kind": "which tool made the backup: " + ", ".join(KINDS),
    "place": "the tool's configuration file, or the folder that holds the backups",
    "name": "pgBackRest's stanza, Barman's server",
    "backup": "one backup by its label; empty takes the newest that fits",
    "wal": "the folder of archived WAL, where the backup does not bring its own",
    "repository": "the number of pgBackRest's repository; empty lets it choose",
    "account": "as root: the account that runs the tool (postgres)",
}


def kind_of(arguments: Mapping[str, str]) -> PhysicalKind:
    """Raises ActionError for a kind that nobody knows."""
    named = arguments.get("kind", "")
    if named not in KINDS:
        raise ActionError(f"there is no kind of backup {named!r}; choose {', '.join(KINDS)}")
    return KINDS[named]


def order_of(context: ActionContext) -> Order:
    """What the step's `with:` names."""
    given = context.arguments
    return Order(
        kind=given.get("kind", ""),
        place=given.get("place", ""),
        name=given.get("name", ""),
        wanted=given.get("backup", ""),
        wal=given.get("wal", ""),
        repository=given.get("repository", ""),
        account=given.get("account", ""),
        environment=context.environment,
    )

"""Every kind of physical backup, by the name that a runbook gives in `kind:`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError
from drill_tui.kinds import KindError, Kinds
from drill_tui.sources.port import Order, PhysicalKind

KINDS: Final[Kinds[PhysicalKind]] = Kinds(
    "drill_tui.backups",
    "kind of backup",
    PhysicalKind,  # type: ignore[type-abstract]  # a protocol: what a kind must be able to do
    {
        "pgbackrest": "drill_tui.sources.pgbackrest:KIND",
        "barman": "drill_tui.sources.barman:KIND",
        "basebackup": "drill_tui.sources.basebackup:KIND",
        "walg": "drill_tui.sources.walg:KIND",
    },
)
ARGUMENTS: Final[Mapping[str, str]] = {
    "kind": "which tool made it: pgbackrest, barman, basebackup, walg, or a kind of an installed package",
    "place": "the tool's configuration file, or the folder that holds the backups",
    "name": "pgBackRest's stanza, Barman's server",
    "backup": "one backup by its label; empty takes the newest that fits",
    "wal": "the folder of archived WAL, where the backup does not bring its own",
    "repository": "the number of pgBackRest's repository; empty lets it choose",
    "account": "as root: the account that runs the tool (postgres)",
}


def kind_of(arguments: Mapping[str, str]) -> PhysicalKind:
    """Raises ActionError for a kind that nobody knows."""
    try:
        return KINDS.named(arguments.get("kind", ""))
    except KindError as problem:
        raise ActionError(str(problem)) from None


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

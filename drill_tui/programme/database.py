"""Which database a drill was of: a drill of another one proves nothing about this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from drill_tui.verdict.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database as a drill was told of it; what it was not told of is empty."""

    host: str = ""
    """Host name, address or socket directory; a list where libpq was given several."""
    port: str = ""
    dbname: str = ""
    system_identifier: str = ""
    """Of its cluster: a standby has the same."""

    @property
    def known(self) -> bool:
        return bool(self.dbname and (self.host or self.system_identifier))

    @property
    def is_local(self) -> bool:
        """Whether its host names no more than the machine that asks."""
        return self.host in ("localhost", "::1") or self.host.startswith(("/", "127.")) or not self.host

    def is_another(self, than: Database) -> bool:
        """Whether they differ for all that is known: by name in the same cluster, or by address.

        The same address is the same database even where its cluster was made anew, as `pg_upgrade` does;
        but on local addresses, which every machine has, the cluster decides.  The unknown differs from none.
        """
        if not (self.known and than.known):
            return False
        if self.dbname != than.dbname:
            return True
        both = self.system_identifier and than.system_identifier
        if both and self.system_identifier == than.system_identifier:
            return False
        if both and (self.is_local or than.is_local):
            return True
        hosts, others = set(self.host.split(",")), set(than.host.split(","))
        ports, other_ports = set(self.port.split(",")), set(than.port.split(","))
        same_host = hosts & others or (self.is_local and than.is_local)
        return not (same_host and (ports & other_ports or not self.port or not than.port))

    def __str__(self) -> str:
        """`shop on db.example:5432`."""
        where = f"{self.host}:{self.port}" if self.host and self.port else self.host
        return f"{self.dbname} on {where}" if where else self.dbname


UNKNOWN: Final = Database()


def drilled(report: Report) -> Database:
    """The source that was opened, or that the backup's manifest names."""
    return named_in(report.source, report.backup)


def named_in(source: Mapping[str, str], backup: Mapping[str, str]) -> Database:
    """From the outputs of the steps that opened the source and found the backup."""
    names, prefix = (source, "") if source.get("dbname") else (backup, "source_")
    return Database(
        **{name: names.get(f"{prefix}{name}", "") for name in ("host", "port", "dbname", "system_identifier")}
    )


def configured(environment: Mapping[str, str]) -> Database:
    """The database that the environment names; unknown where it names none, or in a service file."""
    from drill_tui.postgres.client.source import SourceError, is_configured, resolve

    try:
        source = resolve(environment) if is_configured(environment) else None
    except SourceError:
        return UNKNOWN
    if source is None or "PGSERVICE" in source.variables:
        return UNKNOWN
    return Database(host=source.host, port=source.port, dbname=source.dbname)

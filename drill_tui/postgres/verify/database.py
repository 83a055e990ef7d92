"""The database as a whole: encoding, locale, owner, grants, settings, and the roles that it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg.rows import class_row

from drill_tui.postgres.archive.manifest import IndexStatistics, Manifest, RoleSettings
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted, listed, printable, shown
from drill_tui.postgres.verify.work import Connection

LOCALE_PROVIDERS = {"c": "libc", "i": "ICU", "b": "builtin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredDatabase:
    encoding: str
    collate: str
    ctype: str
    locale_provider: str
    locale: str | None
    collation_version: str | None
    owner: str
    acl: list[str]
    comment: str | None
    settings: list[str]
    role_settings: list[dict[str, Any]]
    """`role` and `settings` of each role that has some in this database."""
    roles: list[str]
    """Every role of the cluster."""
    extensions: list[str]
    """`name version`."""


async def read_database(connection: Connection) -> RestoredDatabase:
    async with connection.cursor(row_factory=class_row(RestoredDatabase)) as cursor:
        await cursor.execute(query("verify/database"))
        found = await cursor.fetchone()
    if found is None:
        raise LookupError("the database that this session is connected to is not in pg_database")
    return found


def compare_with_witness(manifest: Manifest, found: RestoredDatabase, criterion: Criterion) -> None:
    """What a dump alone brings back of it: pg_dump holds no roles, and the database's own properties only for
    `pg_restore --create`."""
    _compare_roles(manifest.roles, found.roles, criterion)
    _compare_versions(manifest, found, criterion)
    criterion.proved(f"{counted(len(manifest.roles), 'role')} named as in the source")
    named = listed(list(manifest.roles), 5)
    criterion.leaves_out(
        f"the roles themselves ({printable(named)}), which pg_dump does not hold and the drill made by name "
        "(pg_dumpall --globals-only holds them)"
    )
    criterion.leaves_out("the database's own settings, grants and comment, which a restore here does not set")


def compare_database(manifest: Manifest, found: RestoredDatabase, criterion: Criterion) -> None:
    """Report what pg_dump leaves out without --create: properties, settings, grants, roles."""
    wanted = manifest.database
    pairs = (
        ("encoding", wanted.encoding, found.encoding),
        ("LC_COLLATE", wanted.collate, found.collate),
        ("LC_CTYPE", wanted.ctype, found.ctype),
        (
            "locale provider",
            LOCALE_PROVIDERS.get(wanted.locale_provider, wanted.locale_provider),
            LOCALE_PROVIDERS.get(found.locale_provider, found.locale_provider),
        ),
        ("locale", wanted.locale or "", found.locale or ""),
        ("owner", wanted.owner, found.owner),
    )
    for what, before, after in pairs:
        if before != after:
            criterion.fault("database", f"{what} is {after or 'not set'}, and was {before or 'not set'}")
    if (wanted.comment or "") != (found.comment or ""):
        criterion.fault("database", "its comment is not as in the backup")
    _compare_settings("database setting", wanted.settings, found.settings, criterion)
    if wanted.role_settings is not None:
        _compare_role_settings(wanted.role_settings, found.role_settings, criterion)
    _compare_grants(wanted.acl, wanted.owner, found.acl, criterion)
    _compare_roles(manifest.roles, found.roles, criterion)
    _compare_versions(manifest, found, criterion)
    criterion.proved(f"database settings and {counted(len(manifest.roles), 'role')} as in the source")


def _compare_settings(kind: str, wanted: Iterable[str], found: Iterable[str], criterion: Criterion) -> None:
    """Names only: a setting's value may be a secret of an application."""
    before, after = dict(_pair(line) for line in wanted), dict(_pair(line) for line in found)
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            criterion.fault(f"{kind} {name}", "is in the backup, and not in the restored database")
        elif name not in before:
            criterion.fault(f"{kind} {name}", "is in the restored database, and not in the backup")
        elif before[name] != after[name]:
            criterion.fault(f"{kind} {name}", "has another value than in the backup")


def _compare_role_settings(
    wanted: Iterable[RoleSettings], found: Iterable[dict[str, Any]], criterion: Criterion
) -> None:
    """ALTER ROLE … IN DATABASE … SET."""
    before = {entry.role: entry.settings for entry in wanted}
    after = {entry["role"]: entry["settings"] for entry in found}
    for role in sorted(before.keys() | after.keys()):
        kind = f"setting of role {role} in this database"
        _compare_settings(kind, before.get(role, ()), after.get(role, ()), criterion)


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name, value


def _compare_grants(wanted: tuple[str, ...], owner: str, found: list[str], criterion: Criterion) -> None:
    """No ACL stands for the default one: everything for the owner, CONNECT and TEMPORARY for everybody."""
    before = set(wanted) or {f"=Tc/{_acl_name(owner)}", f"{_acl_name(owner)}=CTc/{_acl_name(owner)}"}
    if before != set(found):
        changed = listed(sorted(before ^ set(found)))
        criterion.fault("database", f"its grants are not as in the backup ({printable(changed)})")


def _acl_name(role: str) -> str:
    """A role as aclitem writes it: quoted unless made of ASCII letters, digits and underscores."""
    simple = role.isascii() and role.replace("_", "a").isalnum()
    return role if simple else '"' + role.replace('"', '""') + '"'


def _compare_roles(wanted: tuple[str, ...], found: list[str], criterion: Criterion) -> None:
    for role in sorted(set(wanted) - set(found)):
        criterion.fault(f"role {role}", "is named by the backup, and not in the restored cluster")


def _compare_versions(manifest: Manifest, found: RestoredDatabase, criterion: Criterion) -> None:
    """Another version of an extension or of a locale's rules is no fault of the backup, and worth knowing."""
    there = dict(entry.rsplit(" ", 1) for entry in found.extensions)
    for extension in manifest.extensions:
        if extension.name not in there:
            criterion.fault(f"extension {extension.name}", "is not in the restored database")
        elif there[extension.name] != extension.version:
            sentence = f"is {there[extension.name]}, and was {extension.version}"
            if extension.version_required:
                criterion.fault(
                    f"extension {extension.name}", f"{sentence}: its data needs the version that wrote it"
                )
            else:
                criterion.caution(f"extension {extension.name} {sentence}")
    before, after = manifest.database.collation_version, found.collation_version
    if before and after and before != after:
        criterion.caution(f"the locale's sorting rules are of version {after}, and were of {before}")
    if manifest.tablespaces:
        named = listed(list(manifest.tablespaces))
        criterion.leaves_out(f"the directories, owners and grants of tablespaces ({named})")


def other_versions(manifest: Manifest, found: RestoredDatabase) -> frozenset[str]:
    """Extensions that are there, in another version than in the source."""
    there = dict(entry.rsplit(" ", 1) for entry in found.extensions)
    return frozenset(
        extension.name
        for extension in manifest.extensions
        if there.get(extension.name, extension.version) != extension.version
    )


def compare_index_statistics(
    wanted: Iterable[IndexStatistics] | None, found: Iterable[IndexStatistics], criterion: Criterion
) -> None:
    """By the catalog: an older pg_dump leaves out those of exclusion constraints, on both sides alike."""
    if wanted is None:
        criterion.leaves_out("statistics targets of indexes, which the manifest does not know")
        return
    before = {(entry.schema_name, entry.index_name, entry.column): entry.target for entry in wanted}
    after = {(entry.schema_name, entry.index_name, entry.column): entry.target for entry in found}
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            now, then = after.get(key, "the default"), before.get(key, "the default")
            criterion.fault(
                f"index {shown(key[0], key[1])}",
                f"the statistics target of its column {key[2]} is {now}, and was {then}",
            )

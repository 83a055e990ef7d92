"""The roles that the database needs: what they may do, and of what they are members.

`globals.sql` of the backup says what they were.  Passwords are not in it, and a role's own settings may be
unknown to another server, so those are no faults.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.rows import class_row

from drill_tui.postgres.archive.globals import MAX_SIZE_BYTES, parse_globals
from drill_tui.postgres.archive.integrity import read_text
from drill_tui.postgres.archive.manifest import GLOBALS_NAME, Manifest
from drill_tui.postgres.archive.statements import GlobalStatement, Membership, RoleAttributes, RoleSetting
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted
from drill_tui.postgres.verify.work import Connection

NO_LIMIT = -1


@dataclass(slots=True, kw_only=True)
class Role:
    """`flags` are those that are set, in the words of ALTER ROLE; `member_of` tells who may grant on."""

    name: str
    bootstrap: bool = False
    flags: list[str] = field(default_factory=list)
    connection_limit: int = NO_LIMIT
    valid_until: str | None = None
    settings: list[str] = field(default_factory=list)
    member_of: dict[str, bool] = field(default_factory=dict)


async def compare_roles(
    connection: Connection, backup: Path | None, manifest: Manifest, criterion: Criterion
) -> None:
    """Report roles whose attributes or memberships are not those of the source.  Raises psycopg.Error."""
    try:
        statements = parse_globals(read_text(Path(backup or "") / GLOBALS_NAME, MAX_SIZE_BYTES))
    except (BackupBadError, CouldNotTellError) as error:
        criterion.could_not(f"what roles may do was not compared: {error}")
        return
    wanted = roles_of(statements)
    names = [name for name in manifest.roles if name in wanted]
    found = await _read_roles(connection, names)
    moments = await _moments(connection, [wanted[name].valid_until for name in names])
    for name, valid_until in zip(names, moments, strict=True):
        wanted[name].valid_until = valid_until
        if name in found:
            _compare(wanted[name], found[name], criterion)
    criterion.proved(f"attributes and memberships of {counted(len(names), 'role')} as in the source")
    criterion.leaves_out("passwords of roles, which a backup does not hold")


def roles_of(statements: Iterable[GlobalStatement]) -> dict[str, Role]:
    """The roles that `globals.sql` describes, by name."""
    roles: dict[str, Role] = {}
    for statement in statements:
        match statement:
            case RoleAttributes(name, flags, limit, until):
                role = roles.setdefault(name, Role(name=name))
                role.flags = [flag for flag in flags if not flag.startswith("no")]
                role.connection_limit = NO_LIMIT if limit is None else limit
                role.valid_until = until
            case RoleSetting(name, parameter, database=None):
                roles.setdefault(name, Role(name=name)).settings.append(parameter)
            case Membership(granted, member, options):
                may_grant = ("admin", "option") in options or ("admin", "true") in options
                member_of = roles.setdefault(member, Role(name=member)).member_of
                member_of[granted] = member_of.get(granted, False) or may_grant
            case _:
                pass
    return roles


async def _read_roles(connection: Connection, names: list[str]) -> Mapping[str, Role]:
    async with connection.cursor(row_factory=class_row(Role)) as cursor:
        await cursor.execute(query("verify/roles"), {"names": names})
        return {role.name: role for role in await cursor.fetchall()}


async def _moments(connection: Connection, texts: list[str | None]) -> list[str | None]:
    """Points in time as this session writes them, so that equal ones are equal texts."""
    cursor = await connection.execute(
        "SELECT moment::timestamptz::text FROM unnest(%s::text[]) WITH ORDINALITY"
        " AS t (moment, n) ORDER BY n",
        [texts],
    )
    return [row[0] for row in await cursor.fetchall()]


def _compare(wanted: Role, found: Role, criterion: Criterion) -> None:
    """The target's own first superuser is what it is; of every other role a difference is a fault."""
    for problem in (*_attributes(wanted, found), *_memberships(wanted, found)):
        if found.bootstrap:
            criterion.caution(f"role {wanted.name}, the first superuser of this server, {problem}")
        else:
            criterion.fault(f"role {wanted.name}", problem)
    for parameter in sorted(set(wanted.settings) - set(found.settings)):
        criterion.caution(f"role {wanted.name} has no setting {parameter}, and had one")


def _attributes(wanted: Role, found: Role) -> list[str]:
    before, after = set(wanted.flags), set(found.flags)
    problems = [f"is not {flag.upper()}, and was" for flag in sorted(before - after)]
    problems += [f"is {flag.upper()}, and was not" for flag in sorted(after - before)]
    if wanted.connection_limit != found.connection_limit:
        now, then = _limit(found.connection_limit), _limit(wanted.connection_limit)
        problems.append(f"may have {now}, and might have {then}")
    if wanted.valid_until != found.valid_until:
        now, then = found.valid_until or "never", wanted.valid_until or "never"
        problems.append(f"expires {now}, and expired {then}")
    return problems


def _limit(connections: int) -> str:
    return "any number of connections" if connections == NO_LIMIT else counted(connections, "connection")


def _memberships(wanted: Role, found: Role) -> list[str]:
    before, after = wanted.member_of, found.member_of
    problems = [f"is not a member of {role}, and was" for role in sorted(before.keys() - after.keys())]
    problems += [f"is a member of {role}, and was not" for role in sorted(after.keys() - before.keys())]
    for role in sorted(before.keys() & after.keys()):
        if before[role] != after[role]:
            now, then = ("may", "might not") if after[role] else ("may not", "might")
            problems.append(f"{now} grant {role} to others, and {then}")
    return problems

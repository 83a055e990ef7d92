"""Makes the roles of a backup on the target, from what `globals.py` read; existing roles stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from drill_tui.postgres.archive.statements import (
    CreateRole,
    GlobalStatement,
    LeftOut,
    Membership,
    ParameterGrant,
    RoleAttributes,
    RoleComment,
    RoleSetting,
)
from drill_tui.postgres.client.errors import BackupBadError
from drill_tui.postgres.client.spawn import clean


@dataclass(slots=True)
class RolesDone:
    """What became of the roles."""

    created: list[str] = field(default_factory=list)
    existing: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """What was not taken over, each as a sentence with its reason."""


async def create_roles(
    connection: AsyncConnection[Any], wanted: Iterable[GlobalStatement], needed: Iterable[str]
) -> RolesDone:
    """Make the roles, all or none.

    `needed` are the roles that the database refers to.  Raises BackupBadError where one of them is neither
    in the backup nor on the target, or where a statement is refused by the server.
    """
    done = RolesDone()
    async with connection.transaction():
        there = await _roles(connection)
        for statement in wanted:
            await _apply(connection, statement, there, done)
        missing = sorted(
            role for role in set(needed) - there - set(done.created) if not role.startswith("pg_")
        )
        if missing:
            shown = ", ".join(repr(role) for role in missing[:5])
            raise BackupBadError(
                f"the database needs roles that neither globals.sql nor the target has: {shown}",
                advice="Take the backup as a role that may read all roles, or create them on the target.",
            )
    return done


async def _roles(connection: AsyncConnection[Any]) -> set[str]:
    rows = await (await connection.execute("SELECT rolname FROM pg_catalog.pg_roles")).fetchall()
    return {str(row[0]) for row in rows}


async def _apply(
    connection: AsyncConnection[Any], statement: GlobalStatement, there: set[str], done: RolesDone
) -> None:
    match statement:
        case LeftOut(what, reason):
            done.left_out.append(f"{what}: {reason}")
        case CreateRole(name) if name in there:
            done.existing.append(name)
        case CreateRole(name):
            await _run(connection, sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)), name)
            done.created.append(name)
        case RoleAttributes() if statement.name in done.created:
            await _run(connection, _attributes(statement), statement.name)
        case RoleSetting(database=None) if statement.name in done.created:
            done.left_out += await set_for_role(connection, statement)
        case RoleComment(name, comment) if name in done.created:
            text = sql.SQL("COMMENT ON ROLE {} IS {}").format(sql.Identifier(name), sql.Literal(comment))
            await _run(connection, text, name)
        case Membership() if statement.role in done.created or statement.member in done.created:
            await _membership(connection, statement, done)
        case ParameterGrant() if statement.role in done.created:
            await _run(connection, _parameter_grant(statement), statement.role)
        case _:
            pass


def _attributes(role: RoleAttributes) -> sql.Composed:
    parts: list[sql.Composable] = [sql.SQL(flag.upper()) for flag in role.flags]
    if role.connection_limit is not None:
        parts.append(sql.SQL("CONNECTION LIMIT {}").format(sql.Literal(role.connection_limit)))
    if role.valid_until is not None:
        parts.append(sql.SQL("VALID UNTIL {}").format(sql.Literal(role.valid_until)))
    return sql.SQL("ALTER ROLE {} WITH {}").format(sql.Identifier(role.name), sql.SQL(" ").join(parts))


async def set_for_role(
    connection: AsyncConnection[Any], setting: RoleSetting, database: str | None = None
) -> list[str]:
    """Apply a role's setting, in one database or in all; what could not be set, in a sentence.

    It may name what this server does not know (a later version, an extension): said, not fatal.
    """
    where = sql.SQL(" IN DATABASE {}").format(sql.Identifier(database)) if database else sql.SQL("")
    text = sql.SQL("ALTER ROLE {}{} SET {} TO {}").format(
        sql.Identifier(setting.name),
        where,
        sql.Identifier(setting.parameter),
        sql.SQL(", ").join(sql.Literal(value) for value in setting.values),
    )
    try:
        async with connection.transaction():
            await connection.execute(text)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        return [f"setting {setting.parameter} of role {setting.name}: {clean(str(error))}"]
    return []


async def _membership(connection: AsyncConnection[Any], wanted: Membership, done: RolesDone) -> None:
    """From PostgreSQL 16 a grantor needs the admin option; older sources name grantors without it."""
    try:
        async with connection.transaction():
            await connection.execute(_grant(wanted, wanted.grantor))
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        if wanted.grantor is None:
            raise BackupBadError(
                f"the role {wanted.member!a} cannot be granted: {clean(str(error))}"
            ) from None
        await _run(connection, _grant(wanted, None), wanted.member)
        done.left_out.append(
            f"{wanted.member} is a member of {wanted.role} by grant of the target's superuser, "
            f"not of {wanted.grantor}, whom the target does not accept as grantor"
        )


def _grant(wanted: Membership, grantor: str | None) -> sql.Composed:
    text = sql.SQL("GRANT {} TO {}").format(sql.Identifier(wanted.role), sql.Identifier(wanted.member))
    if wanted.options:
        pairs = (sql.SQL(f"{name} {value}".upper()) for name, value in wanted.options)
        text += sql.SQL(" WITH {}").format(sql.SQL(", ").join(pairs))
    if grantor is not None:
        text += sql.SQL(" GRANTED BY {}").format(sql.Identifier(grantor))
    return text


def _parameter_grant(grant: ParameterGrant) -> sql.Composed:
    return sql.SQL("GRANT {} ON PARAMETER {} TO {}{}").format(
        sql.SQL(grant.privilege.upper()),
        sql.SQL(".").join(sql.Identifier(part) for part in grant.parameter.split(".")),
        sql.Identifier(grant.role),
        sql.SQL(" WITH GRANT OPTION" if grant.grantable else ""),
    )


async def _run(connection: AsyncConnection[Any], text: sql.Composed, role: str) -> None:
    try:
        await connection.execute(text)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise BackupBadError(f"the role {role!a} cannot be restored: {clean(str(error))}") from None

"""What `globals.sql` may hold: statements about roles, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CreateRole:
    name: str


@dataclass(frozen=True, slots=True)
class RoleAttributes:
    """`flags` are keywords of ALTER ROLE, all from a fixed list."""

    name: str
    flags: tuple[str, ...]
    connection_limit: int | None = None
    valid_until: str | None = None


@dataclass(frozen=True, slots=True)
class RoleSetting:
    """`database` is set for a setting that holds in one database only."""

    name: str
    parameter: str
    values: tuple[str, ...]
    database: str | None = None


@dataclass(frozen=True, slots=True)
class RoleComment:
    name: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class Membership:
    """`options` are pairs such as ("admin", "option"); from PostgreSQL 16 also inherit and set."""

    role: str
    member: str
    options: tuple[tuple[str, str], ...] = ()
    grantor: str | None = None


@dataclass(frozen=True, slots=True)
class ParameterGrant:
    """GRANT SET | ALTER SYSTEM ON PARAMETER, from PostgreSQL 15."""

    privilege: str
    parameter: str
    role: str
    grantable: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A statement that is legitimate in the file and is not run on a drill's target."""

    what: str
    reason: str


GlobalStatement = (
    CreateRole | RoleAttributes | RoleSetting | RoleComment | Membership | ParameterGrant | LeftOut
)

"""Faults in who may do what: policies, grants, owners, settings of the database, roles of the server."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from drill_tui.faults.catalogue.backup import ROLES_APART
from drill_tui.faults.catalogue.data import DATA
from drill_tui.faults.catalogue.structure import BUILD_AGAIN, DRIFT, IGNORED_ERRORS, SCHEMA
from drill_tui.faults.fault import Fault, InDatabase, Often, Place, fault

NO_ACL: Final = "PostgreSQL manual, pg_restore --no-privileges and --no-owner"
WITHOUT_CREATE: Final = "PostgreSQL manual, pg_dump: database properties are dumped only with --create"
ROLES_AGAIN: Final = "psql -f globals.sql before the restore, and again where a role is still another."


_fault = partial(fault, difficulty=3, undone=BUILD_AGAIN, noticed_by=(SCHEMA,))


def _role(fault_id: str, breaks: str, variant: str, shows: str, *, often: Often, difficulty: int) -> Fault:
    return _fault(
        fault_id,
        breaks,
        InDatabase("role", variant, cluster_wide=True),
        shows,
        source=ROLES_APART,
        undone=ROLES_AGAIN,
        often=often,
        difficulty=difficulty,
        place=Place.SERVER,
    )


FAULTS: Final = (
    _fault(
        "policy-dropped",
        "A row-level security policy is missing.",
        InDatabase("row-security", "policy"),
        "Somebody sees no rows, or other people's.",
        source=IGNORED_ERRORS,
        difficulty=4,
    ),
    _fault(
        "row-security-off",
        "Row-level security is switched off for a table.",
        InDatabase("row-security", "off"),
        "Everybody who may read the table reads all of it.",
        source=IGNORED_ERRORS,
        difficulty=4,
    ),
    _fault(
        "grant-revoked",
        "A role lost a privilege on a table.",
        InDatabase("grant-revoked"),
        "The application starts, and is refused.",
        often=Often.COMMON,
        source=NO_ACL,
        difficulty=2,
        undone="GRANT it again, as the archive has it.",
    ),
    _fault(
        "granted-to-everybody",
        "Everybody may read a table.",
        InDatabase("granted-to-everybody"),
        "Nothing fails; that is the trouble.",
        source=NO_ACL,
        difficulty=4,
        undone="REVOKE it from PUBLIC.",
    ),
    _fault(
        "owner-changed",
        "A table belongs to another role.",
        InDatabase("owner-changed"),
        "Migrations fail: must be owner of the table.",
        often=Often.COMMON,
        source=NO_ACL,
        difficulty=2,
        undone="ALTER TABLE … OWNER TO.",
    ),
    _fault(
        "function-runs-as-its-owner",
        "A function runs with its owner's rights.",
        InDatabase("function", "definer"),
        "Nothing fails; whoever calls it may do what its owner may.",
        often=Often.RARE,
        source=DRIFT,
        difficulty=5,
    ),
    _fault(
        "setting-lost",
        "The settings of the database are gone.",
        InDatabase("setting-lost"),
        "Another time zone, another search_path, another time-out than before.",
        often=Often.COMMON,
        source=WITHOUT_CREATE,
        undone="ALTER DATABASE … SET, as the manifest has it.",
    ),
    _fault(
        "database-grant-lost",
        "A role may not connect to the database any more.",
        InDatabase("database-grant-lost"),
        "Permission denied for database, and every table is right.",
        source=WITHOUT_CREATE,
        difficulty=2,
        undone="GRANT CONNECT ON DATABASE, as the manifest has it.",
    ),
    replace(
        _role(
            "role-missing",
            "A role that owns or may use something is missing.",
            "missing",
            "The application cannot log in.",
            often=Often.COMMON,
            difficulty=1,
        ),
        noticed_by=(SCHEMA, DATA),
    ),
    _role(
        "role-superuser",
        "A role may do everything.",
        "superuser",
        "Nothing fails; that is the trouble.",
        often=Often.OCCASIONAL,
        difficulty=4,
    ),
    _role(
        "role-without-login",
        "A role may not log in any more.",
        "login",
        "The application cannot log in, and the role is there.",
        often=Often.OCCASIONAL,
        difficulty=2,
    ),
    _role(
        "role-membership-lost",
        "A role is not a member of another one any more.",
        "membership",
        "The application logs in and is refused.",
        often=Often.COMMON,
        difficulty=3,
    ),
)

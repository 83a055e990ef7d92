"""The roles that globals.sql describes."""

from __future__ import annotations

from drill_tui.postgres.archive.globals import parse_globals
from drill_tui.postgres.verify.roles import Role, roles_of

GLOBALS = """
SET default_transaction_read_only = off;
CREATE ROLE ann;
ALTER ROLE ann WITH NOSUPERUSER INHERIT NOCREATEROLE CREATEDB LOGIN NOREPLICATION NOBYPASSRLS
 CONNECTION LIMIT 3;
ALTER ROLE ann SET search_path TO 'sales', 'public';
ALTER ROLE ann IN DATABASE shop SET work_mem TO '5MB';
CREATE ROLE staff;
ALTER ROLE staff WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS
 VALID UNTIL '2040-01-01 00:00:00+00';
GRANT staff TO ann GRANTED BY postgres;
GRANT staff TO ann WITH ADMIN OPTION GRANTED BY bob;
GRANT readers TO ann WITH INHERIT FALSE, SET TRUE GRANTED BY bob;
"""


def test_attributes_settings_and_memberships() -> None:
    assert roles_of(parse_globals(GLOBALS)) == {
        "ann": Role(
            name="ann",
            flags=["inherit", "createdb", "login"],
            connection_limit=3,
            settings=["search_path"],
            member_of={"staff": True, "readers": False},
        ),
        "staff": Role(name="staff", valid_until="2040-01-01 00:00:00+00"),
    }

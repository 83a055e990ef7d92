"""`globals.sql` is read as data: roles pass, everything else is refused before a statement runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drill_tui.postgres.archive.globals import parse_globals, role_settings
from drill_tui.postgres.archive.statements import (
    CreateRole,
    LeftOut,
    Membership,
    ParameterGrant,
    RoleAttributes,
    RoleComment,
    RoleSetting,
)
from drill_tui.postgres.client.errors import BackupBadError

AS_WRITTEN = r"""--
-- PostgreSQL database cluster dump
--

\restrict MbEZs02YUXUiLLALtUTkxjaM7URfaMqgJ8paQuWjHxGaxdGhQU2xKCnzP90daOa

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

CREATE ROLE app;
ALTER ROLE app WITH NOSUPERUSER INHERIT NOCREATEROLE LOGIN CONNECTION LIMIT 5
    VALID UNTIL '2030-01-01 00:00:00+00';
COMMENT ON ROLE app IS 'it''s
--x';
CREATE ROLE "ro ""le; DROP";
ALTER ROLE app SET search_path TO 'a b', 'public';
ALTER ROLE app SET "my.setting" TO E'back\\slash';
GRANT app TO "ro ""le; DROP" WITH ADMIN OPTION, INHERIT TRUE, SET FALSE GRANTED BY postgres;
GRANT ALTER SYSTEM ON PARAMETER work_mem TO app WITH GRANT OPTION;
CREATE TABLESPACE fast OWNER app LOCATION '/disk';
GRANT ALL ON TABLESPACE fast TO app;

\unrestrict MbEZs02YUXUiLLALtUTkxjaM7URfaMqgJ8paQuWjHxGaxdGhQU2xKCnzP90daOa
"""


def test_what_pg_dumpall_writes_is_read_completely() -> None:
    tablespace = "its directory is the source's; where needed, a stand-in has its name"
    assert parse_globals(AS_WRITTEN) == (
        CreateRole("app"),
        RoleAttributes(
            "app", ("nosuperuser", "inherit", "nocreaterole", "login"), 5, "2030-01-01 00:00:00+00"
        ),
        RoleComment("app", "it's\n--x"),
        CreateRole('ro "le; DROP'),
        RoleSetting("app", "search_path", ("a b", "public")),
        RoleSetting("app", "my.setting", ("back\\slash",)),
        Membership(
            "app",
            'ro "le; DROP',
            (("admin", "option"), ("inherit", "true"), ("set", "false")),
            "postgres",
        ),
        ParameterGrant("alter system", "work_mem", "app", True),
        LeftOut("tablespace fast", tablespace),
        LeftOut("tablespace its privileges", tablespace),
    )


@pytest.mark.parametrize(
    "line",
    [
        "DROP DATABASE shop;",
        "DO $$ BEGIN PERFORM 1; END $$;",
        "SELECT pg_read_file('/etc/passwd');",
        "COPY t TO PROGRAM 'id';",
        "\\! id",
        "\\connect shop",
        "\\i /etc/passwd",
        "CREATE ROLE a; \\! id",
        "ALTER ROLE app WITH LOGIN PASSWORD 'SCRAM-SHA-256$x';",
        "ALTER ROLE app WITH LOGIN SYSTEM;",
        "ALTER SYSTEM SET archive_command TO 'id';",
        "ALTER DATABASE shop SET search_path TO 'x';",
        "CREATE ROLE a /* comment */;",
        "CREATE ROLE U&'a';",
        "CREATE ROLE E'a';",
        "COMMENT ON ROLE a IS E'\\x41';",
        "COMMENT ON ROLE a IS 'cut off",
        "GRANT SELECT ON TABLE t TO app;",
        "GRANT a TO b WITH NONSENSE OPTION;",
        "GRANT a TO b c;",
        "SET session_replication_role = replica;",
        "SET standard_conforming_strings = off;",
        "CREATE ROLE a",
        "CREATE EXTENSION plpython3u;",
        "ALTER ROLE a SET work_mem TO (select 1);",
    ],
)
def test_anything_else_is_refused_with_its_own_words(line: str) -> None:
    with pytest.raises(BackupBadError, match=r"globals\.sql holds more than roles: "):
        parse_globals(f"CREATE ROLE fine;\n{line}\n")


def test_the_line_of_a_foreign_character_is_named() -> None:
    with pytest.raises(BackupBadError, match="line 3"):
        parse_globals("CREATE ROLE a;\n\n$x$\n")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_ends_in_anything_but_statements_or_a_refusal(text: str) -> None:
    refused = ""
    try:
        parse_globals(text)
    except BackupBadError as error:
        refused = str(error)
    assert refused.startswith("globals.sql holds more than roles") or not refused


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1))
def test_every_name_survives_quoting(name: str) -> None:
    quoted = name.replace('"', '""')
    assert parse_globals(f'CREATE ROLE "{quoted}";') == (CreateRole(name),)


def test_settings_of_roles_in_one_database_are_found_among_its_properties() -> None:
    text = """
ALTER DATABASE shop SET search_path TO 'public', 'x y';
ALTER DATABASE shop CONNECTION LIMIT = 5;
ALTER ROLE app IN DATABASE shop SET work_mem TO '9MB';
ALTER ROLE app SET work_mem TO '1MB';
"""
    assert role_settings(text) == (RoleSetting("app", "work_mem", ("9MB",), "shop"),)

"""A pg_dumpall script taken apart: only its own words part it, whatever its rows and functions say."""

from __future__ import annotations

import gzip
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drill_tui.postgres.archive.candidate import Candidate
from drill_tui.postgres.archive.cluster_dump import GLOBALS_SUFFIX, sections, sign, take_out
from drill_tui.postgres.archive.forms import is_cluster_dump, recognise
from drill_tui.postgres.archive.globals import parse_globals
from drill_tui.postgres.archive.one_database import of_database
from drill_tui.postgres.archive.statements import CreateRole, LeftOut, RoleAttributes
from drill_tui.postgres.client.errors import BackupBadError
from drill_tui.postgres.restore.script import restricted

HEAD = """\
--
-- PostgreSQL database cluster dump
--

\\restrict HEADKEY

SET client_encoding = 'UTF8';

--
-- Roles
--

DROP ROLE IF EXISTS keeper;
CREATE ROLE keeper;
ALTER ROLE keeper WITH NOSUPERUSER LOGIN PASSWORD 'SCRAM-SHA-256$4096:it''s$x:y=' VALID UNTIL 'infinity';

\\unrestrict HEADKEY

--
-- Databases
--
"""
SHOP = """\
--
-- Database "shop" dump
--

--
-- PostgreSQL database dump
--

\\restrict SHOPKEY

-- Dumped from database version 15.20

SET client_encoding = 'UTF8';

--
-- Name: shop; Type: DATABASE; Schema: -; Owner: postgres
--

CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8';


\\unrestrict SHOPKEY
\\encoding SQL_ASCII
\\connect shop
\\restrict SHOPKEY

SET client_encoding = 'UTF8';

--
-- Name: DATABASE shop; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON DATABASE shop IS 'x';


--
-- Name: shop; Type: DATABASE PROPERTIES; Schema: -; Owner: postgres
--

ALTER DATABASE shop SET work_mem TO '5MB';


\\unrestrict SHOPKEY
\\connect shop
\\restrict SHOPKEY

SET client_encoding = 'UTF8';

--
-- Name: f(); Type: FUNCTION; Schema: public; Owner: keeper
--

CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$ select '
\\connect crm
-- Database "crm" dump
\\encoding LATIN1
' $$;

--
-- Name: t; Type: TABLE; Schema: public; Owner: keeper
--

CREATE TABLE public.t (note text);

--
-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: keeper
--

COPY public.t (note) FROM stdin;
-- Database "crm" dump
-- Name: DATABASE shop; Type: ACL; Schema: -; Owner: x
\\\\connect crm
-- PostgreSQL database dump complete
\\.

--
-- Name: DATABASE shop; Type: ACL; Schema: -; Owner: postgres
--

GRANT CONNECT ON DATABASE shop TO keeper;


--
-- PostgreSQL database dump complete
--

\\unrestrict SHOPKEY

"""
EMPTY = """\
--
-- Database "od"d" dump
--

\\connect -reuse-previous=on "dbname='od""d'"

--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';

--
-- PostgreSQL database dump complete
--

"""
END = "--\n-- PostgreSQL database cluster dump complete\n--\n\n"
WHOLE = HEAD + SHOP + EMPTY + END
GO_ON = threading.Event()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "all.sql.gz"
    path.write_bytes(gzip.compress(WHOLE.encode()))
    return path


def test_it_is_known_by_its_content(script: Path, tmp_path: Path) -> None:
    assert is_cluster_dump(script)
    other = tmp_path / "shop.sql"
    other.write_text(SHOP)
    assert not is_cluster_dump(other)
    assert not is_cluster_dump(tmp_path)


def test_databases_are_told_with_how_much_is_in_them(script: Path) -> None:
    found = sections(script, GO_ON)
    assert [(one.name, one.entries) for one in found] == [("shop", 3), ('od"d', 0)]


def test_a_part_is_a_script_of_its_own_and_sets_nothing_of_the_database_itself(
    script: Path, tmp_path: Path
) -> None:
    part = tmp_path / "part.sql"
    take_out(script, "shop", part, GO_ON)
    assert recognise(part) == "sql"
    text = part.read_text()
    assert text.startswith("--\n-- PostgreSQL database dump\n--\n\n\\restrict SHOPKEY\n\n-- Dumped from")
    assert text.endswith("-- PostgreSQL database dump complete\n--\n\n\\unrestrict SHOPKEY\n")
    for word in ("CREATE DATABASE", "ALTER DATABASE", "COMMENT ON DATABASE", "GRANT CONNECT"):
        assert word not in text
    body = SHOP[
        SHOP.index("CREATE FUNCTION") : SHOP.index("--\n-- Name: DATABASE shop; Type: ACL; Schema: -; O")
    ]
    assert body.rstrip() in text
    assert text.count("SET client_encoding") == 1
    assert b"".join(restricted(iter(part.read_bytes().splitlines(keepends=True)), b"k")).count(b"k\n") == 2


def test_roles_come_along_without_their_passwords(script: Path, tmp_path: Path) -> None:
    part = tmp_path / "part.sql"
    take_out(script, "shop", part, GO_ON)
    text = (tmp_path / f"part.sql{GLOBALS_SUFFIX}").read_text()
    assert "SCRAM" not in text
    assert parse_globals(text) == (
        CreateRole("keeper"),
        RoleAttributes("keeper", ("nosuperuser", "login"), None, "infinity"),
    )
    assert not [one for one in parse_globals(text) if isinstance(one, LeftOut)]


@pytest.mark.parametrize("cut", [WHOLE[: WHOLE.index("\\.\n")], HEAD + SHOP + EMPTY, HEAD + SHOP[:-200]])
def test_a_script_that_broke_off_is_bad_whatever_is_asked_for(cut: str, tmp_path: Path) -> None:
    path = tmp_path / "all.sql"
    path.write_text(cut)
    with pytest.raises(BackupBadError, match="cut off"):
        take_out(path, "shop", tmp_path / "part.sql", GO_ON)


def test_a_part_without_an_end_is_bad_in_a_script_that_has_one(tmp_path: Path) -> None:
    path = tmp_path / "all.sql"
    path.write_text(HEAD + SHOP.replace("--\n-- PostgreSQL database dump complete\n--\n", "") + END)
    with pytest.raises(BackupBadError, match="the part of 'shop' has no end"):
        take_out(path, "shop", tmp_path / "part.sql", GO_ON)


def test_reading_ends_when_it_is_told_to(script: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert sections(script, stop) == ()


def test_the_checksum_of_a_part_is_one_that_sha256sum_reads(tmp_path: Path) -> None:
    part = tmp_path / "part.sql"
    part.write_text("x\n")
    sign(part)
    digest, name = (tmp_path / "part.sql.sha256").read_text().split()
    assert (len(digest), name) == (64, "part.sql")


@pytest.mark.parametrize(
    ("name", "database"),
    [
        ("shop.sql", "shop"),
        ("shop_2026-11-28.sql.gz", "shop"),
        ("shop-2026-11-28T03:00:00Z.sql", "shop"),
        ("shop_archive_20261128.sql.zst", "shop_archive"),
        ("crm2_1.sql", "crm2"),
    ],
)
def test_a_script_names_its_database_by_its_own_name(name: str, database: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(SHOP)
    assert of_database(Candidate(path, "sql", datetime.now(UTC), "file")) == database

"""Databases whose encoding is not UTF-8: drilled whole, onto a target of the same encoding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import run_drill
from tests.servers import Server, binaries, start_cluster

pytestmark = pytest.mark.e2e
ANY_BYTES = (
    "CREATE TABLE t (id int PRIMARY KEY, a text, b text[], n name)",
    r"INSERT INTO t VALUES (1, E'caf\351', ARRAY[E'\377\376'], E'\200')",
    "CREATE TABLE c (t int REFERENCES t, v varchar(5) CHECK (v IN ('a', 'b')))",
    "INSERT INTO c VALUES (1, 'a')",
    "SELECT lo_from_bytea(7, 'x')",
)
JAPANESE = (
    'CREATE TABLE "日本" ("漢字" text PRIMARY KEY, j json)',
    """INSERT INTO "日本" VALUES ('日本語', '{"鍵": "値"}')""",
    """CREATE VIEW "見る" AS SELECT "漢字" FROM "日本" WHERE "漢字" <> 'ア'""",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


def made(server: Server, encoding: str, *statements: str) -> dict[str, str]:
    name = f"in_{encoding.lower()}_{len(statements)}"
    server.create_database(name, f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    server.sql(name, "SET client_encoding = 'UTF8'", *statements)
    return server.environment(name)


@pytest.mark.parametrize(("encoding", "statements"), [("SQL_ASCII", ANY_BYTES), ("EUC_JP", JAPANESE)])
def test_it_is_drilled_whole(
    encoding: str, statements: tuple[str, ...], server: Server, tmp_path: Path
) -> None:
    drill = run_drill(tmp_path, "--param", "target=local", env=made(server, encoding, *statements))
    assert drill.code == 0, drill.story()
    assert {found["result"] for found in drill.report["criteria"]} == {"met"}


def test_a_definition_that_cannot_be_read_is_named_for_what_it_is(server: Server, tmp_path: Path) -> None:
    broken = r"DO $$ BEGIN EXECUTE E'CREATE TABLE t (a text DEFAULT ''\351 x'')'; END $$"
    drill = run_drill(tmp_path, "--param", "target=local", env=made(server, "SQL_ASCII", broken))
    assert drill.code == 3, drill.story()
    assert "write the one with these bytes anew" in " ".join(drill.stdout.split())

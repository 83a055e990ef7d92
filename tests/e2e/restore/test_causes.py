"""A restore that fails for a known cause says it, on real servers that have the fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.corpus.restored_database import load, run_script
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("restore_causes")]
DATABASE = "faulty"


@dataclass(frozen=True)
class Case:
    source_major: int
    statements: str
    said: str


CASES = {
    "orphan-of-the-source": Case(
        15,
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int CONSTRAINT c_p REFERENCES p);"
        "SET session_replication_role = replica; INSERT INTO c VALUES (7);",
        "The source holds the orphan too: its own rows break the key c_p",
    ),
    "function-by-search-path": Case(
        15,
        "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';"
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN g(); END $$;"
        "CREATE MATERIALIZED VIEW m AS SELECT f();",
        "A function behind the materialized view finds this by a search_path",
    ),
    "name-of-a-not-null": Case(
        15,
        "CREATE TABLE t (i int NOT NULL); ALTER TABLE t ADD CONSTRAINT t_i_not_null CHECK (i > 0) NOT VALID;",
        "the source uses t_i_not_null for another constraint of t",
    ),
    "operators-that-contradict-each-other": Case(
        15,
        "CREATE FUNCTION g(int, int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT false';"
        "CREATE OPERATOR <# (FUNCTION = g, LEFTARG = int, RIGHTARG = int, NEGATOR = >=#);"
        "CREATE OPERATOR >=# (FUNCTION = g, LEFTARG = int, RIGHTARG = int, NEGATOR = <#);"
        "CREATE OPERATOR ># (FUNCTION = g, LEFTARG = int, RIGHTARG = int);"
        # What a server made before 15.20 refused it.
        "SET allow_system_table_mods = on;"
        "UPDATE pg_operator SET oprnegate = '>=#(int, int)'::regoperator"
        " WHERE oid = '>#(int, int)'::regoperator;",
        "more than one operator names >=# as its negator",
    ),
    "rule-that-nobody-reads": Case(
        18,
        'CREATE TABLE s (a int); CREATE RULE r AS ON UPDATE TO s DO INSTEAD UPDATE s AS "set" SET a = 2;',
        "PostgreSQL 18.6 writes some views and rules in words that no PostgreSQL reads",
    ),
}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    with (
        start_cluster(binaries(15)) as old,
        start_cluster(binaries(18)) as new,
        start_cluster(binaries(18)) as target,
    ):
        yield {"15": old, "18": new, "target": target}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_failed_restore_names_the_cause(case: Case, servers: dict[str, Server], tmp_path: Path) -> None:
    source, target = servers[str(case.source_major)], servers["target"]
    if case.source_major == 18 and source.sql("postgres", "SHOW server_version_num")[0][0] >= "180007":
        pytest.skip("this PostgreSQL 18 writes its views in words that it reads")
    source.drop_database(DATABASE)
    target.drop_database(DATABASE)
    source.create_database(DATABASE)
    load(source, DATABASE, case.statements)
    taken = run_script("backup", source.environment(DATABASE), "--output", str(tmp_path))
    assert taken.returncode == 0, taken.stderr
    (backup,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    restored = run_script("restore", target.environment(DATABASE), "--input", str(backup))
    assert restored.returncode == 1, restored.stderr
    assert case.said in restored.stderr

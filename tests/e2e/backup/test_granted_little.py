"""A role that may read rows, and neither call nor look up what is the user's own: pg_dump needs no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.corpus.restored_database import load, run_script
from tests.servers import Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("backup")]
HARDENED = """
CREATE ROLE dumper LOGIN PASSWORD 'corpus-password';
CREATE SCHEMA ext;
CREATE EXTENSION citext SCHEMA ext;
CREATE TYPE ext.mood AS ENUM ('glad');
CREATE TYPE ext.pair AS (a int, b ext.citext);
CREATE DOMAIN ext.mail AS ext.citext;
CREATE DOMAIN ext.how AS ext.mood;
CREATE DOMAIN ext.two AS ext.pair;
CREATE DOMAIN ext.price AS numeric(8, 2);
CREATE TABLE t (
    id int, c ext.citext, m ext.mail, h ext.how, two ext.two, pair ext.pair, l ext.citext[], p ext.price
);
INSERT INTO t VALUES
    (1, 'A', 'b', 'glad', '(1,)', '(,)', '{a}', 1.5), (2, '', NULL, NULL, '(,)', NULL, '{}', NULL);
GRANT SELECT ON t TO dumper;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ext FROM PUBLIC;
"""


def digest(server: Server, folder: Path, user: str) -> str:
    environment = {**server.environment("hardened"), "DB_USER": user}
    done = run_script("backup", environment, "--output", str(folder / user), "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    (manifest,) = (folder / user).glob("*/manifest.json")
    (table,) = json.loads(manifest.read_text())["tables"]
    assert table["rows"] == 2
    return str(table["digest"])


def test_its_backup_is_digested_as_a_superusers_is(fifteen: Server, tmp_path: Path) -> None:
    fifteen.create_database("hardened")
    try:
        load(fifteen, "hardened", HARDENED)
        assert digest(fifteen, tmp_path, "dumper") == digest(fifteen, tmp_path, "postgres")
    finally:
        fifteen.drop_database("hardened")
        fifteen.sql("postgres", "DROP ROLE dumper")

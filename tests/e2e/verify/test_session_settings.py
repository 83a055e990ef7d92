"""Whatever a database or a role sets for its sessions, a drill's own sessions do their work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.restored_database import Restored, back_up_and_restore, load, shortfalls
from tests.servers import binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("restored_broken")]
SETTINGS = (
    "default_transaction_read_only = on",
    "statement_timeout = 500",
    "idle_in_transaction_session_timeout = 500",
    "idle_session_timeout = 500",
    "lock_timeout = 500",
    "row_security = off",
    'search_path = nowhere, "Odd, name"',
    "extra_float_digits = -10",
    "default_transaction_isolation = serializable",
)
WORDED = """
CREATE TABLE statuses (s varchar(10) CHECK (s IN ('a', 'b')), f float8);
INSERT INTO statuses SELECT 'a', random() FROM generate_series(1, 20000);
CREATE INDEX ON statuses (f);
"""
"""The CHECK is worded differently after a restore, so that a scratch database has to tell."""


@pytest.mark.parametrize("scope", ["DATABASE strict", "ROLE postgres", "ROLE postgres IN DATABASE strict"])
def test_settings_that_would_stop_any_session_stop_no_drill(scope: str, tmp_path: Path) -> None:
    with start_cluster(binaries(15)) as source, start_cluster(binaries(15)) as target:
        source.create_database("strict")
        load(source, "strict", WORDED)
        with source.connect() as connection:
            connection.execute("SET statement_timeout = 0")
            for setting in SETTINGS:
                connection.execute(f"ALTER {scope} SET {setting}")
        backup = back_up_and_restore(source, "strict", target, "strict", tmp_path)
        report = Restored(source, target, backup, tmp_path / "artifacts").verify("strict")
        assert shortfalls(report) == {}
        again = back_up_and_restore(source, "strict", target, "second", tmp_path)
        assert again != backup


def test_names_of_the_users_own_in_front_of_the_systems_are_not_taken_for_them(tmp_path: Path) -> None:
    with start_cluster(binaries(15)) as source, start_cluster(binaries(15)) as target:
        source.create_database("shadowed")
        load(
            source,
            "shadowed",
            "CREATE TABLE t (n bigint); INSERT INTO t VALUES (-5); CREATE TYPE public.text AS (a int);"
            "CREATE DOMAIN public.int8 AS pg_catalog.int4; CREATE TABLE public.pg_class (a int);"
            "ALTER DATABASE shadowed SET search_path = public, pg_catalog",
        )
        backup = back_up_and_restore(source, "shadowed", target, "shadowed", tmp_path)
        report = Restored(source, target, backup, tmp_path / "artifacts").verify("shadowed")
        assert shortfalls(report) == {}

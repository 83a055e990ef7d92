"""What a database sets for its sessions is theirs: a good backup passes, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import SHOP, run_drill
from tests.servers import Server, binaries, start_cluster

pytestmark = pytest.mark.e2e
SETTINGS = (
    "array_nulls = off",
    "bytea_output = escape",
    "client_encoding = latin1",
    "default_tablespace = nowhere",
    "default_transaction_isolation = serializable",
    "default_transaction_read_only = on",
    "exit_on_error = on",
    "extra_float_digits = -3",
    "idle_in_transaction_session_timeout = '100ms'",
    "lock_timeout = '50ms'",
    "quote_all_identifiers = on",
    "restrict_nonsystem_relation_kind = 'view, foreign-table'",
    'search_path = nowhere, "x, y"',
    "session_replication_role = replica",
    "standard_conforming_strings = off",
    'temp_tablespaces = nowhere, "and not here"',
    "transform_null_equals = on",
    "work_mem = '64kB'",
    "xmloption = document",
)
MORE = (
    "CREATE ROLE back_slash VALID UNTIL 'infinity'",
    "COMMENT ON ROLE back_slash IS 'one \\ of them'",
    "CREATE TABLE mixed (id int, a int[], b bytea, f float8, t text)",
    r"INSERT INTO mixed VALUES (1, '{1,NULL,3}', '\x00ff', 0.1 + 0.2, 'a\b')",
    "CREATE VIEW none AS SELECT * FROM mixed WHERE t IS NULL",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_cluster(binaries(18)) as server:
        yield server


def test_all_of_them_at_once(server: Server, tmp_path: Path) -> None:
    server.create_database("set")
    server.sql("set", *SHOP, *MORE, *(f"ALTER DATABASE set SET {setting}" for setting in SETTINGS))
    drill = run_drill(tmp_path, "--param", "target=local", env=server.environment("set"))
    assert drill.code == 0, drill.story()

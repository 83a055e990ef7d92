"""An event trigger that writes at every login (PostgreSQL 17): what looks at a copy must not change it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import SHOP, drill_tui, keep_backup, run_drill
from tests.servers import Server, binaries, start_cluster

pytestmark = pytest.mark.e2e
AUDIT = (
    "CREATE TABLE login_audit (id bigserial PRIMARY KEY, who text NOT NULL, at timestamptz DEFAULT now())",
    "CREATE FUNCTION note_login() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER"
    " SET search_path = public AS $$ BEGIN INSERT INTO login_audit (who) VALUES (session_user); END $$",
    "CREATE EVENT TRIGGER on_login ON login EXECUTE FUNCTION note_login()",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_cluster(binaries(18)) as server:
        yield server


@pytest.fixture
def audited(server: Server) -> Iterator[dict[str, str]]:
    server.create_database("audited")
    server.sql("audited", *SHOP, *AUDIT)
    yield server.environment("audited")
    server.drop_database("audited")


def test_a_database_that_notes_logins_is_verified_as_it_was_backed_up(
    audited: dict[str, str], tmp_path: Path
) -> None:
    drill = run_drill(tmp_path, "--param", "target=local", env=audited)
    assert drill.code == 0, drill.story()
    assert drill.criterion("data_integrity")["result"] == "met"


def test_the_same_by_hand_and_twice(audited: dict[str, str], server: Server, tmp_path: Path) -> None:
    """`restore.sh` and `verify.sh` into a server that somebody else keeps."""
    (backup,) = keep_backup(tmp_path, env=audited).glob("audited_*")
    with start_cluster(binaries(18)) as target:
        there = {**target.environment("postgres"), "DB_NAME": "copy"}
        for command in ("restore", "verify", "verify"):
            done = drill_tui(command, *(["--input", str(backup)] if command == "restore" else []), env=there)
            assert done.returncode == 0, done.stdout + done.stderr
        (row,) = target.sql("copy", "SELECT count(*) FROM login_audit WHERE at > now() - interval '1 hour'")
        assert row[0] > 0

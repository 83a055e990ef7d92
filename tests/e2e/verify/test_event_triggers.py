"""Event triggers that fire in every session (ENABLE ALWAYS): a verification's own DDL does not wake them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.restored_database import RESTORED, Restored, back_up_and_restore, load, shortfalls
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("verify")]
NOTES = """
CREATE TABLE audit (n serial PRIMARY KEY, tag text);
INSERT INTO audit (tag) VALUES ('CREATE TABLE');
CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO public.audit (tag) VALUES (tg_tag); END $$;
CREATE EVENT TRIGGER "Notes all" ON ddl_command_end EXECUTE FUNCTION note();
ALTER EVENT TRIGGER "Notes all" ENABLE ALWAYS;
"""
REFUSES = """
CREATE TABLE t (n int PRIMARY KEY);
INSERT INTO t VALUES (1);
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'no changes here'; END $$;
CREATE EVENT TRIGGER refuses ON ddl_command_start EXECUTE FUNCTION refuse();
ALTER EVENT TRIGGER refuses ENABLE ALWAYS;
"""


@pytest.fixture(scope="module", params=[15, 18])
def servers(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    with start_cluster(binaries(request.param)) as source, start_cluster(binaries(request.param)) as target:
        yield source, target


@pytest.mark.parametrize("statements", [NOTES, REFUSES], ids=["notes", "refuses"])
def test_they_are_silent_for_the_verification_and_as_they_were_after_it(
    statements: str, servers: tuple[Server, Server], tmp_path: Path
) -> None:
    source, target = servers
    source.create_database("watched")
    load(source, "watched", statements)
    backup = back_up_and_restore(source, "watched", target, RESTORED, tmp_path)
    restored = Restored(source, target, backup, tmp_path / "artifacts")
    for _ in range(2):
        assert shortfalls(restored.verify()) == {}
    state = "SELECT evtname, evtenabled FROM pg_event_trigger"
    assert target.sql(RESTORED, state) == source.sql("watched", state)
    source.drop_database("watched")
    target.drop_database(RESTORED)

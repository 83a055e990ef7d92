"""A standby before the minor releases of November 2026: no snapshot of it may be shared."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.errors import CouldNotTellError
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.content import standby as standbys
from drill_tui.postgres.content.facts import read_server
from tests import servers
from tests.e2e.backup.conftest import BackUp, restore_by_hand
from tests.standby import comes_true, standby_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("backup")]
DATABASE = "behind"
SUBTRANSACTIONS = 70
"""More than the 64 that a backend's own list holds (PGPROC_MAX_CACHED_SUBXIDS)."""


@pytest.fixture
def standby(eighteen: servers.Server) -> Iterator[servers.Server]:
    """Made before any such transaction: with one, hot standby would not begin."""
    eighteen.drop_database(DATABASE)
    eighteen.create_database(DATABASE)
    eighteen.sql(DATABASE, "create table t as select generate_series(1, 200) as i")
    with standby_of(eighteen) as copy:
        if copy.sql("postgres", "show server_version_num")[0][0] >= "180007":
            pytest.skip("this PostgreSQL 18 shares snapshots of standbys soundly")
        yield copy
    eighteen.drop_database(DATABASE)


@pytest.fixture
def open_transaction(eighteen: servers.Server, standby: servers.Server) -> Iterator[psycopg.Connection]:
    """A transaction with so many subtransactions, still open: rows are deleted in it, and new ones are in."""
    with eighteen.connect(DATABASE, autocommit=False) as connection:
        for number in range(SUBTRANSACTIONS):
            connection.execute(f"savepoint s{number}")
            connection.execute("insert into t values (%s)", [1000 + number])
            connection.execute("delete from t where i = %s", [1 + number])
        # A later transaction: only those before it can be taken for dead.
        eighteen.sql(DATABASE, "insert into t values (5000)", "checkpoint")
        ((written,),) = eighteen.sql("postgres", "select pg_current_wal_insert_lsn()::text")
        comes_true(standby, f"select pg_last_wal_replay_lsn() >= '{written}'")
        yield connection


def test_it_is_refused_while_it_replays_and_backed_up_while_it_does_not(
    eighteen: servers.Server,
    standby: servers.Server,
    open_transaction: psycopg.Connection,
    back_up: BackUp,
) -> None:
    refused = back_up(standby.environment(DATABASE))
    assert refused.code == 3
    assert "loses rows when several sessions share a snapshot of a standby (fixed in 18.7)" in refused.stderr
    assert "pg_wal_replay_pause()" in refused.stderr
    assert list(refused.output.iterdir()) == []

    standby.sql("postgres", "select pg_wal_replay_pause()")
    comes_true(standby, "select pg_get_wal_replay_pause_state() = 'paused'")
    open_transaction.commit()
    taken = back_up(standby.environment(DATABASE), "--jobs", "4")
    assert taken.code == 0, taken.stderr
    assert taken.manifest.dump.jobs == 1
    assert any("replay stood still at" in sentence for sentence in taken.manifest.coverage)
    (table,) = taken.manifest.tables
    assert table.rows == 201
    restore_by_hand(taken, eighteen, "copy_of_behind")
    assert eighteen.sql("copy_of_behind", "select count(*), sum(i) from t") == [(201, 25100)]
    eighteen.drop_database("copy_of_behind")

    standby.sql("postgres", "select pg_wal_replay_resume()")
    ((written,),) = eighteen.sql("postgres", "select pg_current_wal_insert_lsn()::text")
    comes_true(standby, f"select pg_last_wal_replay_lsn() >= '{written}'")
    # An imported snapshot would have marked the rows dead on the standby's own pages.
    assert standby.sql(DATABASE, "select sum(i) from t") == eighteen.sql(DATABASE, "select sum(i) from t")


async def test_replay_that_went_on_during_the_backup_is_noticed(
    eighteen: servers.Server, standby: servers.Server
) -> None:
    standby.sql("postgres", "select pg_wal_replay_pause()")
    comes_true(standby, "select pg_get_wal_replay_pause_state() = 'paused'")
    ((lsn,),) = standby.sql("postgres", "select pg_last_wal_replay_lsn()::text")
    eighteen.sql(DATABASE, "insert into t values (0)")
    ((written,),) = eighteen.sql("postgres", "select pg_current_wal_insert_lsn()::text")
    async with await open_connection(resolve(standby.environment(DATABASE))) as leader:
        await standbys.require_pause(leader, await read_server(leader))
        await standbys.refuse_moved(leader, lsn)
        standby.sql("postgres", "select pg_wal_replay_resume()")
        comes_true(standby, f"select pg_last_wal_replay_lsn() >= '{written}'")
        standby.sql("postgres", "select pg_wal_replay_pause()")
        comes_true(standby, "select pg_get_wal_replay_pause_state() = 'paused'")
        with pytest.raises(CouldNotTellError, match="replay went on during the backup"):
            await standbys.refuse_moved(leader, lsn)

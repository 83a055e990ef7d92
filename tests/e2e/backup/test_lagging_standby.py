"""A standby that lags: its backup is as old as its data, however new the snapshot is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest

from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.content import standby as standbys
from drill_tui.postgres.content.facts import read_server
from tests import servers
from tests.e2e.backup.conftest import BackUp
from tests.e2e.drill.running import wait_until
from tests.standby import comes_true, standby_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("backup")]
DATABASE = "lagging"
PAUSED = "select pg_get_wal_replay_pause_state() = 'paused'"


@pytest.fixture
def standby(eighteen: servers.Server) -> Iterator[servers.Server]:
    eighteen.drop_database(DATABASE)
    eighteen.create_database(DATABASE)
    eighteen.sql(DATABASE, "create table t as select 1 as i")
    with standby_of(eighteen) as copy:
        yield copy
    eighteen.drop_database(DATABASE)


@pytest.fixture
def moment(eighteen: servers.Server, standby: servers.Server) -> datetime:
    """A time after the standby replayed a commit; since then it replays nothing."""
    eighteen.sql(DATABASE, "insert into t values (2)")
    comes_true(standby, f"select pg_last_wal_replay_lsn() >= '{written_by(eighteen)}'")
    standby.sql("postgres", "select pg_wal_replay_pause()")
    comes_true(standby, PAUSED)
    ((moment,),) = eighteen.sql("postgres", "select clock_timestamp()")
    assert isinstance(moment, datetime)
    return moment


def test_one_that_has_all_there_is_does_not_lag(eighteen: servers.Server, standby: servers.Server) -> None:
    """However long ago the last commit was: what keeps it up to date is that it hears of none."""
    eighteen.sql(DATABASE, "insert into t values (2)")
    wait_until(lambda: asyncio.run(data_as_of(standby)) is None, "a standby that has all there is")


def test_one_that_lags_is_as_old_as_the_last_commit_that_it_replayed(
    eighteen: servers.Server, standby: servers.Server, moment: datetime, back_up: BackUp
) -> None:
    falls_behind(eighteen, standby)
    taken = back_up(standby.environment(DATABASE))
    assert taken.code == 0, taken.stderr
    assert taken.manifest.tables[0].rows == 2
    assert taken.manifest.snapshot_at < moment <= taken.manifest.started_at
    ((replayed,),) = standby.sql("postgres", "select pg_last_xact_replay_timestamp()")
    assert taken.manifest.snapshot_at == replayed
    (told,) = warnings_of(taken.manifest.coverage)
    assert f"Warning: {told}" in taken.stdout + taken.stderr


def test_without_a_commit_it_is_as_old_as_its_checkpoint(
    eighteen: servers.Server, standby: servers.Server, back_up: BackUp
) -> None:
    standby.sql("postgres", "select pg_wal_replay_pause()")
    comes_true(standby, PAUSED)
    assert standby.sql("postgres", "select pg_last_xact_replay_timestamp() is null") == [(True,)]
    falls_behind(eighteen, standby)
    ((checkpoint,),) = standby.sql("postgres", "select checkpoint_time from pg_control_checkpoint()")
    taken = back_up(standby.environment(DATABASE))
    assert taken.code == 0, taken.stderr
    assert taken.manifest.snapshot_at == checkpoint


def test_who_may_not_ask_for_the_checkpoint_is_told_what_to_do(
    eighteen: servers.Server, back_up: BackUp
) -> None:
    eighteen.drop_database(DATABASE)
    eighteen.create_database(DATABASE)
    eighteen.sql(
        DATABASE,
        "create table t as select 1 as i",
        "revoke execute on function pg_control_checkpoint() from public",
        "drop role if exists reader",
        f"create role reader login password '{servers.PASSWORD}' in role pg_read_all_data",
    )
    try:
        with standby_of(eighteen) as standby:
            standby.sql("postgres", "select pg_wal_replay_pause()")
            comes_true(standby, PAUSED)
            falls_behind(eighteen, standby)
            taken = back_up({**standby.environment(DATABASE), "DB_USER": "reader"})
    finally:
        eighteen.drop_database(DATABASE)
        eighteen.sql("postgres", "drop role reader")
    assert taken.code == 3, taken.stderr
    assert "How old the standby's data is cannot be told" in taken.stderr
    assert "GRANT EXECUTE ON FUNCTION pg_control_checkpoint()" in taken.stderr


async def data_as_of(standby: servers.Server) -> datetime | None:
    async with await open_connection(resolve(standby.environment(DATABASE))) as connection:
        return await standbys.data_as_of(connection, await read_server(connection))


def warnings_of(coverage: tuple[str, ...]) -> list[str]:
    return [sentence for sentence in coverage if sentence.startswith("The standby had not replayed")]


def falls_behind(primary: servers.Server, paused: servers.Server) -> None:
    primary.sql(DATABASE, "insert into t values (3)")
    comes_true(paused, f"select pg_last_wal_receive_lsn() >= '{written_by(primary)}'")


def written_by(primary: servers.Server) -> object:
    ((lsn,),) = primary.sql("postgres", "select pg_current_wal_insert_lsn()::text")
    return lsn

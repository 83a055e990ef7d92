"""Every error line is explained or fails the restore, whatever the exit code says."""

from __future__ import annotations

import pytest

from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError
from drill_tui.postgres.restore.causes import Versions
from drill_tui.postgres.restore.load import judge
from drill_tui.postgres.restore.stderr import Setting, Verdict

ERROR = 'pg_restore: error: could not execute query: ERROR:  relation "t" does not exist'


def verdict(*lines: str, exit_code: int = 0, newer_client: bool = False, foreign: bool = False) -> Verdict:
    found = Verdict(Setting(newer_client=newer_client, foreign=foreign))
    for line in lines:
        found.line(line)
    found.finish(exit_code)
    return found


def test_progress_lines_are_no_errors() -> None:
    found = verdict(
        'pg_restore: processing data for table "public.error"',
        'pg_restore: creating TABLE "public.my error: log"',
        "pg_restore: finished main parallel loop",
    )
    judge(found, "pg_restore")
    assert found.errors == 0


def test_workers_that_write_into_each_others_lines_make_no_error_and_hide_none() -> None:
    harmless = (
        "pg_restore:pg_restore: creating TABLE",
        ' processing data for table "public.error: ERROR: x"',
    )
    assert not verdict(*harmless).unexplained
    with pytest.raises(BackupBadError, match="nothing explains"):
        judge(verdict("pg_restore:pg_restore: creating TABLE", " error: COPY failed"), "pg_restore")


def test_an_error_with_exit_code_zero_still_fails() -> None:
    with pytest.raises(BackupBadError, match='relation "t" does not exist'):
        judge(verdict(ERROR), "pg_restore")


def test_the_entry_of_the_archive_is_named_with_the_error() -> None:
    found = verdict("pg_restore: from TOC entry 214; 1259 16388 TABLE a app", ERROR, exit_code=1)
    assert found.unexplained == [f"{ERROR} (at 214; 1259 16388 TABLE a app)"]


@pytest.mark.parametrize(("major", "known"), [(17, True), (18, False)])
def test_an_exclusion_that_17_makes_and_does_not_attach_is_named(major: int, known: bool) -> None:
    found = Verdict(Setting(versions=Versions(source=170010, target_major=major)))
    refused = 'cannot attach index "p1" as a partition of index "p"'
    found.line(f"pg_restore: error: could not execute query: ERROR:  {refused}")
    found.finish(1)
    with pytest.raises(BackupBadError) as raised:
        judge(found, "pg_restore")
    assert ("If p is an exclusion constraint of a partitioned table" in raised.value.advice) == known


def test_an_exit_code_without_a_word_fails() -> None:
    with pytest.raises(BackupBadError, match="exit code 1 without saying why"):
        judge(verdict(exit_code=1), "pg_restore")


def test_errors_that_were_counted_but_not_shown_fail() -> None:
    with pytest.raises(BackupBadError, match="counted 2 errors and showed 0"):
        judge(verdict("pg_restore: warning: errors ignored on restore: 2", exit_code=1), "pg_restore")


def test_a_timeout_that_only_newer_servers_know_is_harmless_with_a_newer_client() -> None:
    line = 'pg_restore: error: ERROR:  unrecognized configuration parameter "transaction_timeout"'
    judge(verdict(line, exit_code=1, newer_client=True), "pg_restore")
    with pytest.raises(BackupBadError):
        judge(verdict(line, exit_code=1), "pg_restore")


def test_missing_roles_are_explained_only_for_a_dump_that_has_none() -> None:
    line = 'pg_restore: error: could not execute query: ERROR:  role "app" does not exist'
    found = verdict(line, exit_code=1, foreign=True)
    judge(found, "pg_restore")
    assert found.missing_roles == {"app"}
    with pytest.raises(BackupBadError):
        judge(verdict(line, exit_code=1), "pg_restore")


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("pg_restore: error: server closed the connection unexpectedly", "server went away"),
        ("pg_restore: error: COPY failed: ERROR:  could not extend file: No space left on device", "full"),
        ("pg_restore: error: ERROR:  out of shared memory", "fewer --jobs"),
    ],
)
def test_a_target_that_gives_out_says_nothing_about_the_backup(line: str, advice: str) -> None:
    with pytest.raises(CouldNotTellError, match="gave out") as caught:
        judge(verdict(line, ERROR, exit_code=1), "pg_restore")
    assert advice in caught.value.advice


def test_a_signal_says_nothing_about_the_backup() -> None:
    with pytest.raises(CouldNotTellError, match="signal 9"):
        judge(verdict(exit_code=-9), "pg_restore")


REMOTE = 'pg_restore: error: could not execute query: ERROR:  could not connect to server "s"'
BEHIND = 'pg_restore: error: could not execute query: ERROR:  materialized view "far" has not been populated'


def test_a_view_of_another_server_is_not_refreshed_and_says_so() -> None:
    found = Verdict(Setting(parallel=True, remote_views=frozenset({"far"})))
    for line in (REMOTE, BEHIND, "pg_restore: warning: errors ignored on restore: 4"):
        found.line(line)
    found.finish(1)
    judge(found, "pg_restore")
    assert list(found.explained) == [
        'a materialized view is not refreshed here: needs server "s"',
        "a materialized view is not refreshed here: it reads from far",
    ]


def test_a_view_of_this_server_that_is_not_populated_is_a_fault() -> None:
    found = Verdict(Setting(remote_views=frozenset({"other"})))
    found.line(BEHIND)
    found.finish(1)
    with pytest.raises(BackupBadError, match="nothing explains"):
        judge(found, "pg_restore")


@pytest.mark.parametrize(("parallel", "counted"), [(True, 3), (False, 2)])
def test_errors_that_were_not_shown_are_counted(parallel: bool, counted: int) -> None:
    found = Verdict(Setting(parallel=parallel))
    for line in (REMOTE, f"pg_restore: warning: errors ignored on restore: {counted}"):
        found.line(line)
    found.finish(1)
    with pytest.raises(BackupBadError, match="it counted"):
        judge(found, "pg_restore")

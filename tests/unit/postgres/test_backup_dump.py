"""What a failed pg_dump means, and how a compression is asked for."""

from __future__ import annotations

import pytest

from drill_tui.postgres.backup.dump import explain_failure, zlib_level
from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError
from drill_tui.postgres.client.spawn import Finished


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("pg_dump: error: could not write to file: No space left on device", "disk space"),
        ("pg_dump: error: connection to server at x failed: Connection refused", "running and reachable"),
        ("ERROR:  canceling statement due to lock timeout", "--lock-timeout"),
        ("FATAL:  terminating connection due to administrator command", "server's log"),
        ("pg_dump: error: a worker process died unexpectedly", "memory"),
    ],
)
def test_circumstances_are_no_verdict(words: str, advice: str) -> None:
    error = explain_failure(Finished("pg_dump", 1, b"", (words,)))
    assert isinstance(error, CouldNotTellError)
    assert advice in error.advice
    assert words.rpartition(": ")[2] in str(error)


def test_a_killed_program_is_no_verdict() -> None:
    assert isinstance(explain_failure(Finished("pg_dump", -9, b"", ())), CouldNotTellError)


def test_anything_else_is_a_verdict() -> None:
    words = "pg_dump: error: query failed: ERROR:  invalid page in block 7 of relation base/5/16384"
    assert isinstance(explain_failure(Finished("pg_dump", 1, b"", (words,))), BackupBadError)


@pytest.mark.parametrize(
    ("wanted", "major", "expected"),
    [
        ("gzip", 15, "6"),
        ("gzip:9", 15, "9"),
        ("gzip:level=2", 14, "2"),
        ("none", 15, "0"),
        ("4", 15, "4"),
        ("zstd:3,long", 18, "zstd:3,long"),
        ("gzip:3", 16, "gzip:3"),
    ],
)
def test_old_clients_know_levels_only(wanted: str, major: int, expected: str) -> None:
    assert zlib_level(wanted, major) == expected

"""What WAL-G's words are: evidence against the backup, or against the machine; and what its list tells."""

from __future__ import annotations

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.client.spawn import Finished
from drill_tui.sources.port import BackupFaultError
from drill_tui.sources.walg import backup_of, failure_of

ENTRY = {
    "backup_name": "base_000000020000000100000061_D_000000010000000000000046",
    "time": "2026-11-29T10:00:05Z",
    "wal_file_name": "000000020000000100000061",
    "storage_name": "default",
    "start_time": "2026-11-29T10:00:00.123456Z",
    "finish_time": "2026-11-29T10:00:05.123456Z",
    "pg_version": 170004,
    "start_lsn": 0x1_6100_0028,
    "finish_lsn": 0x1_6100_0158,
    "system_identifier": 7432109876543210987,
    "uncompressed_size": 31_000_000,
}


def test_an_entry_of_the_list_is_a_backup() -> None:
    backup = backup_of(ENTRY)
    assert (backup.kind, backup.timeline, backup.server_major) == ("incremental", 2, 17)
    assert (backup.start_lsn, backup.stop_lsn) == (0x1_6100_0028, 0x1_6100_0158)
    assert backup.system_identifier == "7432109876543210987"
    assert backup.stopped_at is not None
    assert backup.stopped_at.isoformat() == "2026-11-29T10:00:05.123456+00:00"


@pytest.mark.parametrize("lacking", ["backup_name", "start_lsn", "finish_lsn", "pg_version"])
def test_an_entry_that_says_too_little_is_told_so(lacking: str) -> None:
    entry = {name: value for name, value in ENTRY.items() if name != lacking}
    with pytest.raises(BackupFaultError, match="says too little of itself"):
        backup_of(entry)


@pytest.mark.parametrize(
    ("words", "is_damage"),
    [
        ("ERROR: 2026/11/29 10:00:00 Failed to fetch backup: part_001.tar.lz4: unexpected EOF", True),
        ("ERROR: 2026/11/29 10:00:00 Expect pg_control archive, but not found", True),
        ("ERROR: 2026/11/29 10:00:00 Failed to fetch backup: archive/tar: invalid tar header", True),
        ("ERROR: write /copy/base/1/1259: no space left on device", False),
        ("ERROR: AccessDenied: Access Denied, status code: 403", False),
        ("ERROR: dial tcp 10.0.0.1:443: connect: connection refused", False),
    ],
)
def test_a_backup_is_blamed_only_for_what_is_its_own_fault(words: str, is_damage: bool) -> None:
    found = failure_of(backup_of(ENTRY), Finished("wal-g", 1, b"", ("INFO: fetching", words)))
    assert isinstance(found, ActionError)
    assert isinstance(found, BackupFaultError) == is_damage
    assert words in str(found)

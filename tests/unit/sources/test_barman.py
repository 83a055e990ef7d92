"""What Barman's words are: evidence against the backup, or against the machine."""

from __future__ import annotations

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.client.spawn import Finished
from drill_tui.sources.barman import LISTED, failure_of
from drill_tui.sources.port import Backup, BackupFaultError

BACKUP = Backup(
    label="20261129T100000",
    kind="full",
    started_at=None,
    stopped_at=None,
    start_lsn=1,
    stop_lsn=2,
    timeline=1,
    size_bytes=3,
    server_major=15,
    system_identifier="7",
)


@pytest.mark.parametrize(
    ("words", "is_damage"),
    [
        ("gzip: stdin: unexpected end of file", True),
        ("tar: Unexpected EOF in archive", True),
        ("gzip: stdin: invalid compressed data--crc error", True),
        (
            'rsync: [sender] read errors mapping "/b/main/base/x/data/base/1/1259": Input/output error (5)',
            True,
        ),
        ("tar: base: Cannot write: No space left on device", False),
        ('rsync: [sender] change_dir "/b/main/base/x/data" failed: Permission denied (13)', False),
        ('rsync: [receiver] open "/copy/data/PG_VERSION" failed: No such file or directory (2)', False),
        ("ERROR: Unknown server 'main'", False),
    ],
)
def test_a_backup_is_blamed_only_for_what_is_its_own_fault(words: str, is_damage: bool) -> None:
    said = Finished("barman", 1, b"", (">f+++++++++ base/1/112", words, "See log file for more details."))
    found = failure_of(BACKUP, said)
    assert isinstance(found, ActionError)
    assert isinstance(found, BackupFaultError) == is_damage
    assert words in str(found)


def test_the_list_of_files_that_rsync_prints_is_told_from_its_words() -> None:
    assert LISTED.match(">f+++++++++ base/1/112")
    assert LISTED.match(".d..t...... base/")
    assert not LISTED.match("rsync: [sender] change_dir failed")
    assert not LISTED.match("ERROR: Failure copying base backup")

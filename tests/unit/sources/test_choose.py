"""Which backup, which end: decided from what is known before the disk is touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.physical.recover import explain
from drill_tui.postgres.physical.settings import Target, recovery_settings
from drill_tui.sources.choose import choose_backup, choose_witness, target_of
from drill_tui.sources.port import Backup, BackupFaultError

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def backup(label: str, hour: int, stop_lsn: int) -> Backup:
    return Backup(
        label=label,
        kind="full",
        started_at=NOON + timedelta(hours=hour, minutes=-5),
        stopped_at=NOON + timedelta(hours=hour),
        start_lsn=stop_lsn - 100,
        stop_lsn=stop_lsn,
        timeline=1,
        size_bytes=1,
        server_major=15,
        system_identifier="7",
    )


BACKUPS = [backup("old", 0, 1000), backup("new", 2, 2000)]


@pytest.mark.parametrize(
    ("to", "label"),
    [("latest", "new"), ("2026-11-27 13:00", "old"), ("2026-11-27T15:00+01:00", "new"), ("0/3E9", "old")],
)
def test_the_newest_backup_from_which_the_point_can_be_reached(to: str, label: str) -> None:
    assert choose_backup(BACKUPS, "", target_of(to)).label == label


def test_a_point_before_the_oldest_backup_is_a_fault_that_names_it() -> None:
    with pytest.raises(BackupFaultError, match=r"the oldest, old, ended at 2026-11-27 12:00:00 UTC"):
        choose_backup(BACKUPS, "", target_of("2026-11-27 11:00"))


def test_a_named_backup_that_ended_after_the_point_is_refused() -> None:
    with pytest.raises(BackupFaultError, match="after the time"):
        choose_backup(BACKUPS, "new", target_of("2026-11-27 13:00"))


def test_a_time_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ActionError, match="write a time as"):
        target_of("2026-11-27 25:00")


def test_what_is_neither_time_nor_position_is_a_restore_point() -> None:
    assert target_of("before_upgrade") == Target("name", "before_upgrade")
    assert target_of("16/b374d848") == Target("lsn", "16/B374D848")


def test_without_a_witness_it_says_how_to_take_one(tmp_path: Path) -> None:
    chosen = choose_witness("latest", tmp_path, BACKUPS[1], Target(), 5000)
    assert chosen.path is None
    assert "drill-tui witness" in chosen.why


def test_empty_targets_come_before_the_wanted_one() -> None:
    """PostgreSQL refuses a second target, an empty one too, after one that is set (recovery_target_lsn)."""
    settings = recovery_settings(
        "fast",
        Target("lsn", "0/5", inclusive=False, action="pause"),
        wal_dir=Path("/w"),
        conf_dir=Path("/c"),
        floors={"max_wal_senders": 10},
    )
    names = list(settings)
    empty = [name for name in names if name.startswith("recovery_target") and settings[name] == ""]
    assert len(empty) == 4
    assert max(map(names.index, empty)) < names.index("recovery_target_lsn")
    assert settings["archive_mode"] == "off"
    assert settings["recovery_target_inclusive"] == "off"
    assert settings["max_wal_senders"] == "10"


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        (
            "LOG:  last completed transaction was at log time 2026-11-27 10:00:00+00\n"
            "FATAL:  recovery ended before configured recovery target was reached\n",
            "the WAL ends before time T; the last commit that came back is of 2026-11-27 10:00:00+00",
        ),
        ("PANIC:  could not locate required checkpoint record", "becoming|become consistent is missing"),
        ("FATAL:  WAL ends before end of online backup", "before the backup is consistent"),
        ("FATAL:  recovery aborted because of insufficient parameter settings", "larger settings"),
        ("FATAL:  something new", "did not start: FATAL: something new"),
    ],
)
def test_each_end_of_a_recovery_has_a_sentence(log: str, sentence: str) -> None:
    import re

    assert re.search(sentence.replace("+", r"\+"), explain(log, Target("time", "T")))

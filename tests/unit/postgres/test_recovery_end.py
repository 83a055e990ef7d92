"""A copy that says `paused`, or has promoted itself, away from its target: words of PostgreSQL 18.6."""

from __future__ import annotations

import pytest

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.physical.recover import RecoveryFailedError, refuse_other_end
from drill_tui.postgres.physical.settings import Target

TARGET = Target("lsn", "0/5000100", inclusive=False, action="pause")
RAISED = """WARNING:  hot standby is not possible because of insufficient parameter settings
DETAIL:  max_connections = 20 is a lower setting than on the primary server, where its value was 50.
LOG:  recovery has paused
DETAIL:  If recovery is unpaused, the server will shut down.
"""
STOPPED = 'LOG:  recovery stopping before WAL location (LSN) "0/5000100"\n'


def test_a_copy_that_pauses_at_its_target_is_there() -> None:
    refuse_other_end("paused", STOPPED + "LOG:  pausing at the end of recovery\n", TARGET)


def test_a_pause_at_a_raised_setting_is_no_target_and_no_fault_of_the_backup() -> None:
    with pytest.raises(ActionError, match="max_connections = 20") as raised:
        refuse_other_end("paused", RAISED, TARGET)
    assert not isinstance(raised.value, RecoveryFailedError)


def test_a_promotion_at_the_target_is_no_fault_of_the_backup() -> None:
    with pytest.raises(ActionError, match="more than 64 savepoints") as raised:
        refuse_other_end("promoted", STOPPED + "LOG:  selected new timeline ID: 2\n", TARGET)
    assert not isinstance(raised.value, RecoveryFailedError)


def test_a_promotion_without_a_target_is_the_end_of_the_wal() -> None:
    with pytest.raises(RecoveryFailedError, match="the WAL ends before it"):
        refuse_other_end("promoted", "LOG:  selected new timeline ID: 2\n", TARGET)

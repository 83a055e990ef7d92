"""Which position of the WAL belongs to a snapshot: from what pg_waldump prints."""

from __future__ import annotations

import pytest

from drill_tui.postgres.archive.witness import Seen
from drill_tui.postgres.physical.separating import Commit, InseparableError, commits_in, separating

SEEN = Seen(xmax=740, in_progress=(735, 738), begins="0/1000", ends="0/9000")
PRINTED = """\
rmgr: Transaction len (rec/tot):     34/    34, tx:        736, lsn: 0/0155B4D8, prev 0/0155B490, desc: COMMIT 2026-11-28 10:00:00.000000 UTC
rmgr: Transaction len (rec/tot):     34/    34, tx:        737, lsn: 0/0155B500, prev 0/0155B4D8, desc: ABORT 2026-11-28 10:00:00.000000 UTC
rmgr: Transaction len (rec/tot):     58/    58, tx:        739, lsn: 0/0155B528, prev 0/0155B500, desc: COMMIT 2026-11-28 10:00:00.000000 UTC; subxacts: 741 742
rmgr: Transaction len (rec/tot):     82/    82, tx:          0, lsn: 0/0155B568, prev 0/0155B528, desc: COMMIT_PREPARED 735: 2026-11-28 10:00:00.000000 UTC
rmgr: Transaction len (rec/tot):     82/    82, tx:        743, lsn: 0/0155B5C0, prev 0/0155B568, desc: PREPARE gid first: 2026-11-28 10:00:00.000000 UTC
first record is after 0/1000, at 0/1028, skipping over 40 bytes
"""  # noqa: E501


def test_commits_are_read_and_nothing_else() -> None:
    assert commits_in(PRINTED.splitlines()) == [
        Commit(736, "0/0155B4D8"),
        Commit(739, "0/0155B528"),
        Commit(735, "0/0155B568"),
    ]


def test_the_point_is_the_first_commit_that_is_not_seen() -> None:
    assert separating(SEEN, commits_in(PRINTED.splitlines())) == "0/0155B568"


def test_where_all_are_seen_it_is_the_end_of_the_stretch() -> None:
    assert separating(SEEN, [Commit(736, "0/2000"), Commit(739, "0/3000")]) == "0/9000"
    assert separating(SEEN, []) == "0/9000"


def test_one_that_is_seen_behind_one_that_is_not_has_no_point() -> None:
    with pytest.raises(InseparableError, match="transaction 736, which it sees, was committed behind"):
        separating(SEEN, [Commit(738, "0/2000"), Commit(736, "0/3000")])


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_the_32_bits_of_the_wal_are_taken_for_the_nearest_transaction(epoch: int) -> None:
    base = epoch << 32
    seen = Seen(xmax=base + 5, in_progress=(base + 3,), begins="0/0", ends="0/0")
    assert [xid for xid in range(8) if seen.sees(xid)] == [0, 1, 2, 4]
    if epoch:
        assert seen.sees(0xFFFFFFF0), "one of the epoch before"
    late = Seen(xmax=base + 0xFFFFFFF0, in_progress=(), begins="0/0", ends="0/0")
    assert not late.sees(7), "one of the epoch to come"

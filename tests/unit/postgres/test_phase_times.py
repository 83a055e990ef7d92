"""Where a restore's time goes, from the very lines that pg_restore 18 printed."""

from __future__ import annotations

from drill_tui.postgres.restore.phase_times import PhaseTimes

LINES = (
    (0.0, "pg_restore: launching item 3401 TABLE DATA orders"),
    (0.0, "pg_restore: launching item 3402 TABLE DATA events"),
    (1.0, "pg_restore: finished item 3402 TABLE DATA events"),
    (5.0, "pg_restore: finished item 3401 TABLE DATA orders"),
    (5.0, "pg_restore: launching item 3250 CONSTRAINT orders orders_pkey"),
    (7.0, "pg_restore: finished item 3250 CONSTRAINT orders orders_pkey"),
    (7.0, "pg_restore: launching item 3260 FK CONSTRAINT orders orders_event_fkey"),
    (7.5, "pg_restore: finished item 3260 FK CONSTRAINT orders orders_event_fkey"),
    (7.5, "pg_restore: launching item 3300 ACL TABLE orders"),
    (9.0, "pg_restore: finished item 3300 ACL TABLE orders"),
    (9.0, "pg_restore: finished item 9999 TABLE DATA never_launched"),
)


def test_busy_seconds_by_phase_and_table() -> None:
    now = [0.0]
    times = PhaseTimes(lambda: now[0])
    for at, line in LINES:
        now[0] = at
        times.line(line)
    told = times.told(2)
    assert told["busy_s"] == {"data": 6.0, "indexes": 2.0, "constraints": 0.5}
    assert told["tables"] == [["orders", 7.5], ["events", 1.0]]
    assert told["jobs"] == 2


def test_without_workers_nothing_is_told() -> None:
    times = PhaseTimes()
    times.line('pg_restore: processing data for table "public.orders"')
    assert times.told(1) == {}

"""Which drill a host takes next, and what keeps it from one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drill_tui.fleet.schedule import Backlog, Room, Want, why_not
from drill_tui.fleet.simulate import simulate
from drill_tui.fleet.window import Window, parse_window

HOUR_S = 3600.0
MIDNIGHT = 1_795_996_800.0 - 1_795_996_800.0 % 86_400.0
NIGHT = parse_window("22:00-06:00")
ROOM = Room(host="h", labels=frozenset({"eu"}), drills=2, cores=4, disk_bytes=100)


def want(name: str, **asked: object) -> Want:
    return Want(**{"database": name, "source": name, **asked})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hour", "left_h", "opens_in_h"), [(22.0, 8.0, 0.0), (3.0, 3.0, 0.0), (6.0, 0.0, 16.0), (21.0, 0.0, 1.0)]
)
def test_a_window_may_go_past_midnight(hour: float, left_h: float, opens_in_h: float) -> None:
    now = MIDNIGHT + hour * HOUR_S
    assert NIGHT.left_s(now) == left_h * HOUR_S
    assert NIGHT.next_opening(now) == now + opens_in_h * HOUR_S


@pytest.mark.parametrize("text", ["", "22-06", "24:00-06:00", "06:00-06:00", None, 7])
def test_what_is_no_window_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"UTC|whole day"):
        parse_window(text)


def test_overdue_goes_first_then_what_few_hosts_can_do_then_the_longest() -> None:
    wants = [
        want("short", takes_s=1.0),
        want("long", takes_s=9.0),
        want("special", takes_s=1.0, labels=frozenset({"eu"})),
        want("late", takes_s=1.0, overdue=True),
    ]
    backlog, order = Backlog(wants), []
    while (chosen := backlog.best_for(ROOM, (), MIDNIGHT)) is not None:
        backlog.remove(chosen)
        order.append(chosen.database)
    assert order == ["late", "special", "long", "short"]
    assert len(backlog) == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"labels": frozenset({"eu", "big"})}, "h has no label big"),
        ({"cores": 5}, "h has 4 cores free, and it needs 5"),
        ({"disk_bytes": 101}, "h has 100 bytes of disk free, and it needs 101 bytes"),
        ({"source": "busy"}, "another drill of source busy runs"),
        ({"window": NIGHT}, "its window 22:00-06:00 UTC is closed"),
        ({"window": Window(11 * HOUR_S, 2 * HOUR_S), "takes_s": 1.5 * HOUR_S}, "closes before"),
        ({"window": Window(11 * HOUR_S, 2 * HOUR_S), "takes_s": 3 * HOUR_S}, "is shorter: widen it"),
        ({}, ""),
    ],
)
def test_what_keeps_a_host_from_a_drill_is_said_and_done(asked: dict[str, object], said: str) -> None:
    noon = MIDNIGHT + 12 * HOUR_S
    drill = want("d", **asked)
    told = why_not(drill, ROOM, {"busy"}, noon)
    assert said in told
    assert bool(told) == (Backlog([drill]).best_for(ROOM, {"busy"}, noon) is None)


def test_a_host_that_is_full_takes_nothing() -> None:
    full = ROOM.without(want("a")).without(want("b"))
    assert Backlog([want("c")]).best_for(full, (), MIDNIGHT) is None
    assert why_not(want("c"), full, (), MIDNIGHT) == "h runs as many drills as it may"


def test_a_disk_that_is_full_takes_not_even_what_nobody_knows_the_size_of() -> None:
    full = replace(ROOM, disk_bytes=-1)
    assert Backlog([want("a")]).best_for(full, (), MIDNIGHT) is None
    assert "no disk left but what is kept" in why_not(want("a"), full, (), MIDNIGHT)


def test_drills_of_one_source_follow_each_other_and_others_run_beside_them() -> None:
    drills = [
        want("a", source="s", takes_s=10.0),
        want("b", source="s", takes_s=10.0),
        want("c", takes_s=5.0),
    ]
    turns, left = simulate([(0.0, drill) for drill in drills], [Room(host="h", drills=3)], 0.0)
    assert left == []
    assert {turn.want.database: turn.starts_at for turn in turns} == {"a": 0.0, "c": 0.0, "b": 10.0}


def test_what_is_due_later_starts_then_and_a_window_is_waited_for() -> None:
    drills = [(MIDNIGHT + HOUR_S, want("later")), (MIDNIGHT + 7 * HOUR_S, want("night", window=NIGHT))]
    turns, left = simulate(drills, [Room(host="h")], MIDNIGHT)
    assert left == []
    assert [(turn.want.database, (turn.starts_at - MIDNIGHT) / HOUR_S) for turn in turns] == [
        ("later", 1.0),
        ("night", 22.0),
    ]


def test_a_window_that_passes_while_the_host_is_busy_comes_again_the_next_day() -> None:
    noon = Window(12 * HOUR_S, HOUR_S)
    drills = [(0.0, want("long", takes_s=20 * HOUR_S)), (0.0, want("noon", window=noon))]
    turns, left = simulate([(MIDNIGHT, drill) for _, drill in drills], [Room(host="h")], MIDNIGHT)
    assert left == []
    assert turns[1].starts_at == MIDNIGHT + 36 * HOUR_S


def test_what_no_host_can_take_is_left_and_ends_the_simulation() -> None:
    drills = [want("big", cores=99), want("never", window=Window(0.0, 60.0), takes_s=HOUR_S), want("a")]
    turns, left = simulate([(0.0, drill) for drill in drills], [Room(host="h", cores=2)], 0.0)
    assert [turn.want.database for turn in turns] == ["a"]
    assert {drill.database for drill in left} == {"big", "never"}


def test_drills_that_look_alike_are_told_apart_when_one_is_taken() -> None:
    twins = [want(f"twin{number}") for number in range(3)]
    backlog = Backlog(twins[:2])
    backlog.add(twins[2])
    backlog.remove(twins[1])
    assert [drill.database for drill in backlog] == ["twin0", "twin2"]

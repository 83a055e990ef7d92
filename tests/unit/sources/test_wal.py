"""Names of WAL files, and gaps among them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drill_tui.postgres.physical.segments import DEFAULT_SEGMENT_BYTES as SIZE
from drill_tui.postgres.physical.segments import name_of, number_of
from drill_tui.sources.wal import unbroken

MIB = 1024 * 1024


@given(st.integers(1, 0xFFFF), st.integers(0, 1 << 33), st.sampled_from([MIB, 16 * MIB, 1024 * MIB]))
def test_a_name_is_its_number(timeline: int, number: int, size: int) -> None:
    assert number_of(name_of(timeline, number, size), size) == number


def test_names_are_those_of_the_server() -> None:
    assert name_of(1, 0x2FF, SIZE) == "0000000100000002000000FF"
    assert name_of(1, 0x300, SIZE) == "000000010000000300000000"
    assert number_of("000000010000000300000000", SIZE) == 0x300


def test_a_stretch_goes_on_to_its_end() -> None:
    names = [name_of(1, n, SIZE) for n in (3, 4, 5)]
    found = unbroken([*names, "00000002.history", f"{names[0]}.00000028.backup"], 1, 3 * SIZE + 40, SIZE)
    assert (list(found.names), found.end, found.missing) == (names, 6 * SIZE, "")


def test_a_gap_names_the_first_missing_segment() -> None:
    names = [name_of(1, n, SIZE) for n in (3, 4, 6, 7)]
    found = unbroken(names, 1, 3 * SIZE, SIZE)
    assert (found.missing, found.after_gap, found.end) == (name_of(1, 5, SIZE), 2, 5 * SIZE)


def test_without_the_first_segment_there_is_nothing() -> None:
    found = unbroken([name_of(1, 4, SIZE)], 1, 3 * SIZE, SIZE)
    assert (found.names, found.missing) == ((), name_of(1, 3, SIZE))


def test_another_timeline_takes_over() -> None:
    names = [name_of(1, 3, SIZE), name_of(1, 4, SIZE), name_of(2, 4, SIZE), name_of(2, 5, SIZE)]
    found = unbroken(names, 1, 3 * SIZE, SIZE)
    assert found.names == (names[0], names[2], names[3])


def test_segments_of_an_earlier_timeline_do_not_count() -> None:
    assert unbroken([name_of(1, 3, SIZE)], 2, 3 * SIZE, SIZE).names == ()

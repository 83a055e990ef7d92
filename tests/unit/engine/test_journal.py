"""The journal: exact, chained, and read with a clear error or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.codec import EVENT_TYPES, from_data, seconds, timestamp, to_data
from drill_tui.engine.record.journal import (
    GENESIS,
    Journal,
    JournalError,
    JournalReader,
    read_journal,
    read_with_tail,
)
from tests.unit.confinement import confined_to

RUN = "tiny_20261122T140102Z_3fa9"
EVENTS: tuple[ev.Event, ...] = (
    ev.StepStarted(step="a", phase=ev.Phase.STEPS),
    ev.NoteAdded(by="Ann", text='quotes " and \n lines, \u2028, \ud800 and é'),
    ev.GateAnswered(
        step="a",
        answer="approved",
        by=(ev.Signature(name="Bob", role="lead", at=1.5, via="tui", attested="same-terminal"),),
        values={"x": "1"},
        wait_s=2.25,
    ),
    ev.AttemptEnded(
        step="a", attempt=1, outcome=ev.Outcome.PASSED, exit_code=None, reason="", duration_s=0.1
    ),
    ev.DrillEnded(reason=ev.EndReason.COMPLETED),
)


def write(path: Path) -> list[ev.Record]:
    journal = Journal(path, RUN)
    records = [journal.append(event, 1_800_000_000.123456 + n) for n, event in enumerate(EVENTS)]
    journal.close()
    return records


def records_or_complaint(path: Path) -> list[ev.Record] | str:
    try:
        with confined_to(path.parent / "nowhere"):
            return read_journal(path)
    except JournalError as error:
        return str(error)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def test_what_is_written_is_read(path: Path) -> None:
    records = write(path)
    assert read_journal(path) == records
    assert [r.event for r in records[2:]] == list(EVENTS[2:])


def test_time_never_goes_back(path: Path) -> None:
    journal = Journal(path, RUN)
    journal.append(EVENTS[0], 2000.0)
    assert journal.append(EVENTS[1], 1000.0).at == 2000.0
    journal.close()


def test_a_journal_is_never_overwritten(path: Path) -> None:
    write(path)
    with pytest.raises(JournalError, match="File exists"):
        Journal(path, RUN)


def test_appending_after_a_torn_line_continues_the_chain(path: Path) -> None:
    write(path)
    with path.open("ab") as file:
        file.write(b'{"v":1,"seq":6,')
    _, tail = read_with_tail(path)
    journal = Journal(path, RUN, tail)
    journal.append(ev.NoteAdded(by="x", text="y"), 0.0)
    journal.close()
    assert [r.seq for r in read_journal(path)] == [1, 2, 3, 4, 5, 6]


def test_blocks_that_never_reached_the_disk_are_torn(path: Path) -> None:
    records = write(path)
    with path.open("ab") as file:
        file.write(b'{"v":1' + b"\0" * 100 + b"\n")
    assert read_journal(path) == records


def test_a_reader_goes_on_where_it_stopped(path: Path) -> None:
    journal = Journal(path, RUN)
    journal.append(EVENTS[0], 1.0)
    reader = JournalReader(path)
    assert [r.seq for r in reader] == [1]
    assert list(reader) == []
    journal.append(EVENTS[1], 2.0)
    assert [r.seq for r in reader] == [2]
    journal.close()


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda lines: [lines[0], lines[1].replace(b"Ann", b"Eve"), *lines[2:]], ":3: does not continue"),
        (lambda lines: [lines[0], *lines[2:]], ":2: has number 3; a line was removed"),
        (lambda lines: [lines[0], lines[0], *lines[1:]], ":2: has number 1"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], ":1: has number 2"),
        (lambda lines: [lines[0], b"{}\n", *lines[2:]], ":2: not a line of a journal"),
        (lambda lines: [lines[0], lines[1].replace(b'"v":1', b'"v":9'), *lines[2:]], ":2: format 9"),
        (lambda lines: [lines[0].replace(b"step.started", b"step.begun"), *lines[1:]], "unknown event type"),
    ],
)
def test_tampering_is_named_by_its_line(path: Path, alter, message: str) -> None:  # type: ignore[no-untyped-def]
    write(path)
    path.write_bytes(b"".join(alter(path.read_bytes().splitlines(keepends=True))))
    with pytest.raises(JournalError, match=message):
        read_journal(path)


def test_hostile_lines_are_refused(path: Path) -> None:
    for hostile in (b"[" * 200_000 + b"\n", b'{"v": 1, "seq": 1' + b"0" * 10_000 + b"}\n", b"\xff\xfe\n"):
        path.write_bytes(hostile)
        with pytest.raises(JournalError):
            read_journal(path)


def test_a_directory_and_a_missing_file_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="No such file"):
        read_journal(tmp_path / "events.jsonl")
    with pytest.raises(JournalError, match="Is a directory"):
        read_journal(tmp_path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_gives_the_records_before_it_or_a_clear_error(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "events.jsonl"
    path.unlink(missing_ok=True)
    records = write(path)
    original = bytearray(path.read_bytes())
    start = data.draw(st.integers(0, len(original) - 1))
    length = data.draw(st.integers(0, 60))
    original[start : start + length] = data.draw(st.binary(max_size=60))
    path.write_bytes(original)
    read = records_or_complaint(path)
    if isinstance(read, str):
        assert read.startswith(f"{path}:")
    else:
        assert read[:-1] == records[: len(read) - 1]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_any_bytes_are_no_traceback(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(content)
    read = records_or_complaint(path)
    assert read == [] or str(read).startswith(f"{path}:")


@settings(max_examples=200, deadline=None)
@given(at=st.floats(min_value=0, max_value=4e9))
def test_timestamps_are_exact_to_the_microsecond(at: float) -> None:
    text = timestamp(at)
    assert abs(seconds(text) - at) < 1e-6
    assert timestamp(seconds(text)) == text


def test_every_event_has_a_type_and_comes_back(path: Path) -> None:
    assert len(EVENT_TYPES) == len(set(EVENT_TYPES))
    for event in EVENTS:
        data = json.loads(json.dumps(to_data(event)))
        assert from_data(event.TYPE, data) == event
    assert GENESIS == "0" * 64

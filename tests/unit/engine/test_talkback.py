"""What a step's program writes to its three files is data, whatever it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drill_tui.engine.record.events import Finding
from drill_tui.engine.record.talkback import MAX_FILE_BYTES, MAX_LINE_BYTES, EvidenceLine, Talkback
from tests.unit.confinement import confined_to


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def talkback(tmp_path: Path, complaints: list[str]) -> Talkback:
    return Talkback(tmp_path / "a.1", "a", complaints.append)


def write(talkback: Talkback, name: str, content: bytes) -> None:
    with Path(talkback.environment[f"DRILL_{name}"]).open("ab") as file:
        file.write(content)


def test_outputs(talkback: Talkback, complaints: list[str]) -> None:
    write(talkback, "OUTPUT", b"a=1\nb=x=y\r\na=2\n bad\n1c=3\n\nlast=\x1b[1munfinished")
    assert talkback.outputs() == {"a": "2", "b": "x=y", "last": "unfinished"}
    assert len(complaints) == 2


def test_only_the_newest_progress_counts_and_never_half_a_line(talkback: Talkback) -> None:
    write(
        talkback, "PROGRESS", b'{"label": "a", "done": 1, "total": 9}\n{"label": "b", "done": 2}\n{"done": 3'
    )
    newest = talkback.progress()
    assert newest is not None
    assert (newest.label, newest.done, newest.total, newest.unit) == ("b", 2, 0, "items")
    assert talkback.progress() is None
    write(talkback, "PROGRESS", b', "eta_s": 5}\n')
    newest = talkback.progress()
    assert newest is not None
    assert (newest.done, newest.eta_s) == (3, 5)


@pytest.mark.parametrize(
    "line",
    [
        b"NaN",
        b'{"done": NaN}',
        b'{"done": 1e999}',
        b'{"done": "x"}',
        b"[" * 50_000,
        b"{}" * 9,
        b"\xff\xfe",
        b"[1]",
    ],
)
def test_progress_that_makes_no_sense_is_left_out(talkback: Talkback, line: bytes) -> None:
    write(talkback, "PROGRESS", line + b"\n")
    assert talkback.progress() is None


def test_a_flood_of_progress_is_skipped_to_its_end(talkback: Talkback) -> None:
    write(talkback, "PROGRESS", b"x" * (MAX_FILE_BYTES + 10))
    assert talkback.progress() is None
    write(talkback, "PROGRESS", b'\n{"done": 7}\n')
    newest = talkback.progress()
    assert newest is not None
    assert newest.done == 7


def test_evidence(talkback: Talkback, complaints: list[str]) -> None:
    good = {"criterion": "c", "result": "missed", "detail": "two\x1b[31m rows", "coverage": "all"}
    for bad in ({"criterion": "c"}, {**good, "result": "passed"}, ["c"], "text"):
        write(talkback, "EVIDENCE", json.dumps(bad).encode() + b"\n")
    write(talkback, "EVIDENCE", json.dumps(good).encode() + b"\n")
    assert talkback.evidence() == [EvidenceLine("c", Finding.MISSED, "two rows", "all")]
    assert len(complaints) == 4
    assert talkback.evidence() == []


def test_what_is_too_long_is_said_not_guessed(talkback: Talkback, complaints: list[str]) -> None:
    write(talkback, "OUTPUT", b"a=" + b"x" * MAX_LINE_BYTES + b"\nb=1\n")
    assert talkback.outputs() == {"b": "1"}
    write(talkback, "EVIDENCE", b"\n" * MAX_FILE_BYTES + b'{"criterion": "late"}\n')
    assert talkback.evidence() == []
    assert complaints == [
        f"a line of {MAX_LINE_BYTES + 2} bytes in $DRILL_OUTPUT was not read",
        "$DRILL_EVIDENCE is too long; only its first part was read",
    ]


def test_a_file_that_is_gone_is_said(talkback: Talkback, complaints: list[str]) -> None:
    Path(talkback.environment["DRILL_OUTPUT"]).unlink()
    assert talkback.outputs() == {}
    assert complaints == ["output: No such file or directory"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_any_bytes_are_no_traceback(tmp_path: Path, content: bytes) -> None:
    talkback = Talkback(tmp_path / "fuzz", "a", lambda text: None)
    for path in talkback.environment.values():
        Path(path).write_bytes(content)
    with confined_to(tmp_path):
        talkback.progress()
        talkback.outputs()
        talkback.evidence()

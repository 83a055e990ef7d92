"""A line is taken in pieces, and the file holds what it would hold had it been taken at once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drill_tui.engine.processes import log_stream
from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.processes.log_stream import PIECE_CHARS, LogStream
from drill_tui.engine.text.redact import MASK, Redactor
from drill_tui.engine.text.sanitise import strip_controls

SECRET = "s3cret-värde"
READ_BYTES = 64 * 1024
TOKENS = [
    SECRET.encode(),
    b"s3cret-\x1b[1mv\xc3\xa4rde",
    b" password=hunter2 ",
    b"\x1b[31m",
    b"\x1b]0;" + b"title " * 200 + b"\x07",
    b"\x1bP" + b"q" * 700 + b"\x1b\\",
    "漢字 \u202e".encode(),
    b"\xff\xfe\x80\xc3",
    "\x9b1m".encode(),
    b"10 %\r\n",
    b"\n",
]
PARTS = st.lists(
    st.one_of(st.sampled_from(TOKENS), st.integers(1, 900).map(lambda length: b"x" * length)), max_size=40
)
CUTS = st.lists(st.integers(1, 2_000), min_size=1, max_size=8)


def logged(pieces: Iterable[bytes]) -> tuple[str, list[str]]:
    """What is in the file, and the lines that the sinks were told."""
    told: list[str] = []

    async def feed(path: Path) -> None:
        log = StepLog(path, Redactor([SECRET]), told.extend)
        stream = LogStream(log)
        for piece in pieces:
            stream.feed(piece)
        stream.end()
        log.close()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        asyncio.run(feed(path))
        return path.read_bytes().decode("utf-8"), told


def cut_up(data: bytes, lengths: list[int]) -> list[bytes]:
    pieces = []
    while data:
        for length in lengths:
            pieces.append(data[:length])
            data = data[length:]
    return pieces


def at_once(data: bytes) -> str:
    text = Redactor([SECRET]).redact(strip_controls(data.decode("utf-8", "replace")))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.endswith("\n") or not text else f"{text}\n"


@settings(deadline=None)  # a busy machine is no fault
@given(parts=PARTS, lengths=CUTS)
@example(parts=[b"x" * 1_000, b"\x1bP" + b"q" * 3_000, b"\x1b\\", b"y" * 2_000], lengths=[500])
@example(parts=[b"x" * 2_000, b"\x1b[31m", b"y" * 2_000], lengths=[2_003])
@example(parts=[b"x" * 2_000, "\x9b31m".encode(), b"y" * 2_000], lengths=[2_003])
def test_wherever_it_is_cut_the_file_holds_the_same(parts: list[bytes], lengths: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_stream, "PIECE_CHARS", 1_024)
        data = b"".join([*parts, b"\n"])
        assert logged(cut_up(data, lengths))[0] == at_once(data)


@pytest.mark.parametrize("before", range(PIECE_CHARS - 16, PIECE_CHARS + 4))
def test_a_secret_across_the_border_of_two_pieces_is_masked(before: int) -> None:
    data = b"a" * before + SECRET.encode() + b"b" * 100_000 + b"\n"
    text, _ = logged(cut_up(data, [before + 5]))
    assert text == "a" * before + MASK + "b" * 100_000 + "\n"


def test_a_line_of_a_megabyte_is_one_line_and_never_handled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    handled: list[int] = []

    def noted(text: str) -> str:
        handled.append(len(text))
        return strip_controls(text)

    monkeypatch.setattr(log_stream, "strip_controls", noted)
    line = "password: hunter2 " + "x" * 1_000_000
    text, told = logged(cut_up(f"{line}\nnext\n".encode(), [READ_BYTES]))
    assert text == line.replace("hunter2", MASK) + "\nnext\n"
    assert [shown[:24] for shown in told] == [f"password: {MASK} xxxxxxx", "next"]
    assert max(handled) <= READ_BYTES + PIECE_CHARS


def test_a_line_that_never_ends_reaches_the_file_all_the_same() -> None:
    text, _ = logged([b"x" * READ_BYTES] * 40)
    assert text.replace("\n", "") == "x" * READ_BYTES * 40

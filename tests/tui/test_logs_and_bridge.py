"""Floods, hostile text and forgotten lines: the screen stays alive, memory stays bounded."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from drill_tui.engine.record.events import LogChunk, Progress
from drill_tui.tui.bridge import INTERVAL_S, TuiBridge
from drill_tui.tui.logs.buffer import Level, LineBuffer, level_of
from drill_tui.tui.logs.tail import FileTail, read_log
from drill_tui.tui.watched import WatchedDrill
from drill_tui.tui.widgets.log_pane import LogPane
from tests.tui.conftest import drilling, wait_for
from tests.tui.storyteller import Storyteller

HOSTILE = ("[/x] [bold]not bold[/", "[@click=app.quit]x[/]", "ünï\u202ecode", "tab\there", "x" * 4096, "")


def test_a_buffer_keeps_the_last_lines_and_their_numbers() -> None:
    buffer = LineBuffer(max_lines=100)
    for start in range(0, 1000, 10):
        buffer.extend([f"line {n}" for n in range(start, start + 10)])
    assert buffer.end == 1000
    assert 100 <= buffer.end - buffer.first <= 125
    assert buffer[999] == "line 999"
    assert buffer[buffer.first] == f"line {buffer.first}"
    with pytest.raises(IndexError):
        buffer[buffer.first - 1]


def test_a_buffer_is_bounded_in_characters_too() -> None:
    buffer = LineBuffer(max_lines=1000, max_chars=10_000)
    for n in range(100):
        buffer.extend([f"{n}" + "x" * 1000])
    assert sum(len(line) for line in buffer.tail(1000)) <= 12_500
    assert buffer.end == 100


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("ERROR:  relation does not exist", Level.ERROR),
        ("pg_restore: warning: errors ignored", Level.WARNING),
        ("finished with 0 errors", Level.ALL),
        ("terror_table copied", Level.ALL),
    ],
)
def test_levels(line: str, level: Level) -> None:
    assert level_of(line) is level


def test_a_growing_file_is_followed_and_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    tail = FileTail(path)
    assert not tail.poll()
    path.write_bytes(b"one\n\x1b[31mred\x1b[0m \xff\nhal")
    assert tail.poll()
    with path.open("ab") as file:
        file.write(b"f\n")
    assert tail.poll()
    assert tail.buffer.tail(9) == ["one", "red \ufffd", "half"]


def test_the_last_line_of_a_finished_file_needs_no_line_feed(tmp_path: Path) -> None:
    path = tmp_path / "step.log"
    path.write_text("10 %\r50 %\r100 %\nend")
    assert read_log(path).tail(9) == ["100 %", "end"]


async def test_the_bridge_never_has_two_updates_under_way() -> None:
    drill, drawn, updated = WatchedDrill(), [], asyncio.Event()
    bridge = TuiBridge(drill)

    def draw() -> None:
        drawn.append(drill.log_of("s").end)
        updated.set()

    bridge.on_update = draw
    for n in range(100):
        bridge.on_log(LogChunk(step="s", lines=(f"{n}",)))
        await asyncio.sleep(0)
    await asyncio.wait_for(updated.wait(), 5)
    updated.clear()
    bridge.on_log(LogChunk(step="s", lines=("late",)))
    bridge.on_progress(Progress(step="s", label="", done=1, total=2, unit="rows"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(updated.wait(), 3 * INTERVAL_S)
    bridge.ready()
    await asyncio.wait_for(updated.wait(), 5)
    assert drawn == [100, 101]


async def test_lines_that_are_too_many_between_two_updates_are_counted_not_kept() -> None:
    drill = WatchedDrill()
    bridge = TuiBridge(drill)
    for start in range(0, 200_000, 1000):
        bridge.on_log(LogChunk(step="s", lines=tuple(str(n) for n in range(start, start + 1000))))
    bridge.flush()
    buffer = drill.log_of("s")
    assert buffer.end == 200_000
    assert buffer[199_999] == "199999"


async def test_a_million_lines_do_not_stall_the_screen() -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, screen, pilot):
        bridge = TuiBridge(seat.drill)
        bridge.on_update = lambda: screen.show_batch(bridge.ready)
        chunk = LogChunk(step="restore", lines=tuple(f"row {n} copied" for n in range(5000)))
        worst_s, before = 0.0, time.thread_time()
        for _ in range(200):
            bridge.on_log(chunk)
            await asyncio.sleep(0)
            now = time.thread_time()
            worst_s, before = max(worst_s, now - before), now
        bridge.flush()
        await pilot.pause()
        view = screen.query_one(LogPane).view
        assert view.buffer.end >= 1_000_000
        assert view.row_count <= 25_000
        assert view.following
        assert worst_s < 0.1, f"the loop was held for {worst_s:.3f} s of processor time"


async def test_hostile_lines_are_shown_as_they_are() -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, screen, pilot):
        seat.drill.take_log(LogChunk(step="restore", lines=HOSTILE))
        seat.drill.progress["restore"] = Progress(
            step="restore", label="[/x]", done=1, total=2, unit="rows", eta_s=1
        )
        screen.show_news()
        view = screen.query_one(LogPane).view
        await wait_for(pilot, lambda: view.buffer.tail(1) == [""])
        drawn = "\n".join(view.render_line(y).text for y in range(view.size.height))
        assert "[/x] [bold]not bold[/" in drawn
        assert "[@click=app.quit]x[/]" in drawn
        assert "[/x]" in str(screen.query_one("#card").render())

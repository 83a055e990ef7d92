"""The audience of a headless drill: it hears everything, and is not heard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drill_tui.engine.record.events import NoteAdded, Record
from drill_tui.seats.audience import Audience
from drill_tui.seats.client import Line, join
from drill_tui.seats.wire import Message

RUN = "small_20261129T000000Z_0000"


@pytest.fixture
async def audience(tmp_path: Path) -> AsyncIterator[Audience]:
    (tmp_path / RUN).mkdir()
    audience = Audience(tmp_path, lambda: 12.5, lambda sentence: None, {"best": {"look": 3.0}, "last": {}})
    audience.server.on_record(Record(seq=1, at=1.0, run=RUN, event=NoteAdded(by="x", text="so far")))
    yield audience
    await audience.server.close()


async def heard(line: Line, kind: str) -> Message:
    async for message in line.messages():
        if message.kind == kind:
            return message
    raise AssertionError(f"the driver hung up before it said {kind!r}")


async def test_who_joins_observes_whether_they_asked_to_or_not(audience: Audience, tmp_path: Path) -> None:
    line = await join(tmp_path / RUN, name="Ada", observe=False)
    assert line.welcome.data["observes"] is True
    assert (line.welcome.data["now"], line.welcome.data["laps"]["best"]) == (12.5, {"look": 3.0})
    await heard(line, "event")
    assert (await heard(line, "question")).text("about") == ""
    await line.close()


async def test_who_speaks_is_sent_away(audience: Audience, tmp_path: Path) -> None:
    line = await join(tmp_path / RUN, name="Ada")
    await heard(line, "caught_up")
    line.say("note", text="hello", step="")
    assert "nobody is asked in a headless drill" in (await heard(line, "bye")).text("why")
    await line.close()

"""Signals that stop a command, and the one that nohup(1) took away."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator

import pytest

from drill_tui.cli.stopping import until_stopped


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


async def hung_up(told: list[str]) -> int:
    """The code of a command whose terminal goes away while it works."""

    async def work() -> int:
        signal.raise_signal(signal.SIGHUP)
        await asyncio.sleep(0)
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
        return 0

    return await until_stopped(work(), lambda: told.append("stopped"))


async def test_a_command_stops_when_its_terminal_is_gone() -> None:
    told: list[str] = []
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    assert await hung_up(told) == 129
    assert told == ["stopped"]


async def test_a_command_that_nohup_started_goes_on() -> None:
    told: list[str] = []
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert await hung_up(told) == 0
    assert told == []
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN

"""What several tests of the engine start from."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from drill_tui.engine.run.signals import HANDLED


@pytest.fixture
def none_ignored() -> Iterator[None]:
    """As on a terminal: nohup and background jobs start their children with some signals ignored."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in HANDLED}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)

"""The examples in the engine's docstrings are true."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from drill_tui.engine.processes import environment
from drill_tui.engine.run import checks, plan
from drill_tui.engine.text import redact, sanitise


@pytest.mark.parametrize("module", [checks, environment, plan, redact, sanitise])
def test_examples(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0

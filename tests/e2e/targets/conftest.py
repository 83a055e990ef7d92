"""Targets that a test starts and that are gone when it ends, whatever it did."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from drill_tui.engine.ports import Claim
from drill_tui.targets.actions import DISPOSERS
from tests import servers
from tests.action_context import Context


@pytest.fixture
async def new_context(tmp_path: Path) -> AsyncIterator[Callable[..., Context]]:
    """Makes contexts; what they claimed and did not release is disposed of afterwards."""
    made: list[Context] = []

    def make(**arguments: str) -> Context:
        run_dir = tmp_path / f"run{len(made)}"
        run_dir.mkdir()
        made.append(
            Context(run_dir, run_id=f"restore-drill_20261122T140102Z_000{len(made)}", arguments=arguments)
        )
        return made[-1]

    yield make
    for context in made:
        for (kind, ref), details in dict(context.claims).items():
            claim = Claim(run_id=context.run_id, step="start_target", kind=kind, ref=ref, details=details)
            await DISPOSERS[kind](claim, lambda _line: None)


@pytest.fixture(scope="module")
def production() -> Iterator[servers.Server]:
    """A server on this machine's loopback that a target must never reach."""
    server = servers.start_cluster(servers.binaries(15))
    yield server
    server.stop()

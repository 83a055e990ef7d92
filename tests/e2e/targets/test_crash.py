"""kill -9 of the drill: its servers die with it, and what they leave is found by the journalled claims."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from drill_tui.engine.ports import Claim
from drill_tui.postgres.cluster import processes
from drill_tui.targets.actions import DISPOSERS
from tests.action_context import PROJECT_DIR
from tests.e2e.drill.running import wait_until

pytestmark = pytest.mark.e2e

DRILL = """
import asyncio, json, sys, time
from pathlib import Path
from drill_tui.demo.source import start_demo
from drill_tui.targets import actions
from tests.action_context import Context

async def main():
    context = Context(Path(sys.argv[1]), arguments={"kind": "local", "profile": "fast", "scale": "0.01"})
    await (start_demo if sys.argv[2] == "demo" else actions.start)(context)
    print(json.dumps([[kind, ref, details] for (kind, ref), details in context.claims.items()]), flush=True)
    time.sleep(600)

asyncio.run(main())
"""


def crashed_drill(run_dir: Path, what: str) -> list[Claim]:
    """Start a drill in a process of its own, kill it, and return what it had claimed."""
    with subprocess.Popen(
        [sys.executable, "-c", DRILL, str(run_dir), what], stdout=subprocess.PIPE, cwd=PROJECT_DIR
    ) as drill:
        assert drill.stdout is not None
        claims = json.loads(drill.stdout.readline())
        drill.send_signal(signal.SIGKILL)
    run_id = "restore-drill_20261122T140102Z_3fa9"
    return [
        Claim(run_id=run_id, step="start", kind=kind, ref=ref, details=details)
        for kind, ref, details in claims
    ]


def directory_of(claims: list[Claim]) -> Path:
    return next(Path(claim.ref) for claim in claims if claim.kind == "directory")


@pytest.mark.parametrize("what", ["target", "demo"])
async def test_servers_die_with_a_killed_drill_and_their_remains_are_removed(
    tmp_path: Path, what: str
) -> None:
    claims = crashed_drill(tmp_path, what)
    home = directory_of(claims)
    wait_until(lambda: not processes.inside(home), "the server to die with the drill", within_s=120)
    assert {claim.kind for claim in claims} == {"directory", "process"}
    assert home.exists()

    for _ in range(2):
        for claim in claims:
            await DISPOSERS[claim.kind](claim, lambda _line: None)

    assert not home.exists()

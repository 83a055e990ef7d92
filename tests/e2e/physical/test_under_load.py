"""Twenty drills of one repository while pgbench writes all the time (`make soak`); every one is to pass."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.drill.running import drill_tui, run_drill
from tests.e2e.physical.repository import DATABASE, archived_server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("physical"),
    pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="in `make soak` only"),
    pytest.mark.timeout(3600),
]
DRILLS = int(os.environ.get("DRILL_SOAK_DRILLS", "20"))


def test_every_drill_under_load_passes(tmp_path: Path) -> None:
    """Each with a witness of its own, taken under load: a wrong point would show as rows too many."""
    archived = archived_server()
    witnesses = tmp_path / "witnesses"
    try:
        with archived.load(clients=4):
            archived.backup()
            for number in range(DRILLS):
                env = archived.server.environment(DATABASE)
                taken = drill_tui("witness", "--output", str(witnesses), env=env)
                assert taken.returncode == 0, taken.stderr
                archived.archive_now()
                drill = run_drill(
                    tmp_path / f"artifacts{number}",
                    *("--runbook", "pgbackrest", "--param", f"config={archived.config}"),
                    env={"DRILL_WITNESSES": str(witnesses)},
                )
                assert drill.code == 0, f"drill {number + 1} of {DRILLS}: {drill.story()}"
    finally:
        archived.stop()

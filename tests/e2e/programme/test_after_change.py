"""`due` after changes, for the drill of last night's backup, which knows the source by the manifest alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.drill.running import ROOT, drill_tui, run_drill
from tests.servers import Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("after-change")]


def after_change(artifacts: Path, env: dict[str, str]) -> dict[str, Any]:
    done = drill_tui("due", "--json", "--artifacts", str(artifacts), "--project", str(ROOT), env=env)
    assert done.returncode == 1, f"the guided drill is due: {done.stderr}"
    books = {book["runbook"]: book["duties"] for book in json.loads(done.stdout)["runbooks"]}
    (duty,) = (duty for duty in books["latest-backup"] if duty["kind"] == "after_change")
    found: dict[str, Any] = duty
    return found


def test_a_change_of_the_source_s_schema_asks_for_a_drill(
    server: Server, shop: dict[str, str], tmp_path: Path
) -> None:
    taken = drill_tui("backup", "--output", str(tmp_path / "nightly"), env=shop)
    assert taken.returncode == 0, taken.stderr
    drill = run_drill(tmp_path / "a", "-r", "latest-backup", "-p", f"backups={tmp_path / 'nightly'}")
    assert drill.code == 0, drill.story()
    before = after_change(tmp_path / "a", shop)
    assert (before["state"], before["why"]) == (
        "satisfied",
        "nothing has changed since the last passing drill",
    )
    server.sql("shop", "ALTER TABLE purchase ADD COLUMN note text")
    changed = after_change(tmp_path / "a", shop)
    assert changed["state"] == "due"
    assert changed["why"] == "changed since the last passing drill: the source's schema"

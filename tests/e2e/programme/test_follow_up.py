"""From a drill that fails to the one that lifts its freeze, on two real databases of one server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.drill.running import drill_tui
from tests.servers import Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("after-change")]

RUNBOOK = """
version: 1
id: tiny
title: Tiny drill
params: {result: {default: '0'}}
cadence: {auto: 31d}
steps:
  - {id: open_source, title: Find the source, uses: source.open}
  - {id: prove, title: Prove it, run: [sh, -c, 'exit "$0"', '${params.result}']}
cleanup:
  - {id: close_source, title: Close the source, after: open_source, uses: source.close}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "tiny.yaml").write_text(RUNBOOK)
    return tmp_path


def test_only_a_passing_drill_of_the_same_database_lifts_the_freeze(
    server: Server, shop: dict[str, str], project: Path
) -> None:
    staging = {**shop, "DB_NAME": "postgres"}
    places = ["--project", str(project), "--artifacts", str(project / "artifacts")]

    def drill(env: dict[str, str], result: int) -> int:
        return drill_tui("--auto", "-r", "tiny", "-p", f"result={result}", *places, env=env).returncode

    def duties(env: dict[str, str]) -> dict[str, str]:
        (book,) = json.loads(drill_tui("due", "--json", *places, env=env).stdout)["runbooks"]
        return {duty["kind"]: f"{duty['state']}: {duty['why']}" for duty in book["duties"]}

    assert drill(shop, 1) == 1
    assert drill(staging, 0) == 0
    frozen = drill_tui("freeze", "--check", *places)
    assert frozen.returncode == 1
    assert "tiny of shop on " in frozen.stdout
    assert "has passed since, but of postgres on " in frozen.stdout
    asked = duties(shop)
    assert set(asked) == {"follow_up", "auto"}
    assert asked["auto"].startswith("due: every 31d; no auto drill has passed yet; tiny_")
    assert "ended with fail just now, which does not count; not counted for shop on " in asked["auto"]
    assert duties(staging)["auto"].startswith("satisfied: ")
    by_address = {**shop, "DB_HOST": "localhost" if shop["DB_HOST"] == "127.0.0.1" else "127.0.0.1"}
    assert drill(by_address, 0) == 0, "the same cluster under another name"
    assert drill_tui("freeze", "--check", *places).returncode == 0
    assert set(duties(shop)) == {"auto"}
    assert duties(shop)["auto"].startswith("satisfied: ")

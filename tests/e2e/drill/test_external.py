"""A drill onto a server that somebody prepared: nothing is written to it before its database is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import ROOT, nothing_left, run_drill
from tests.e2e.drill.terminal import LISTENING, Terminal
from tests.e2e.drill.test_guided import debrief, run_through, sign_in, sign_off
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_external")]

ONTO_EXTERNAL = ("--param", "target=external", "--param", "database=drill_copy")


@pytest.fixture(scope="module")
def prepared() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


@pytest.fixture
def onto(prepared: Server, server: Server, shop: dict[str, str]) -> dict[str, str]:
    """The source's variables and the target's; that the two reach each other is accepted."""
    target = {f"TARGET_{name}": value for name, value in prepared.env.items() if name != "DB_NAME"}
    return {**shop, **target, "DRILL_ACCEPT_REACHABLE_SOURCE": f"{server.host}:{server.port}"}


def databases(server: Server) -> set[object]:
    return {row[0] for row in server.sql("postgres", "SELECT datname FROM pg_database")}


def place_of(prepared: Server) -> str:
    return f"host {prepared.host}, port {prepared.port}, database drill_copy, user {prepared.user}"


@pytest.mark.parametrize("confirm", [(), ("--confirm", "zakops_restore"), ("--confirm", "DRILL_COPY")])
def test_without_its_name_nothing_starts(
    confirm: tuple[str, ...], onto: dict[str, str], prepared: Server, tmp_path: Path
) -> None:
    drill = run_drill(tmp_path, *ONTO_EXTERNAL, *confirm, env=onto)
    assert drill.code == 2, drill.story()
    assert "--confirm drill_copy" in drill.stderr
    assert list(tmp_path.iterdir()) == []
    assert prepared.sql("postgres", "SELECT to_regnamespace('drill_tui')") == [(None,)]


def test_with_its_name_the_drill_goes_through_and_leaves_the_copy(
    onto: dict[str, str], prepared: Server, tmp_path: Path
) -> None:
    drill = run_drill(tmp_path, *ONTO_EXTERNAL, "--confirm", "drill_copy", env=onto)
    assert drill.code == 0, drill.story()
    (gate,) = [gate for gate in drill.report["gates"] if gate["step"] == "start_target"]
    assert gate["answer"] == "approved"
    assert [signature["attested"] for signature in gate["by"]] == ["flag"]
    assert place_of(prepared) in gate["prompt"]
    assert drill.report["isolation"]["level"] == "external"
    assert "drill_copy" in databases(prepared)
    nothing_left(drill.run_dir)


def test_without_a_server_nobody_is_asked(shop: dict[str, str], tmp_path: Path) -> None:
    drill = run_drill(tmp_path, *ONTO_EXTERNAL, "--confirm", "drill_copy", env=shop)
    assert drill.code == 3, drill.story()
    assert "no external target is named; set DRILL_TARGET_URL" in (drill.report["failure_reason"] or "")
    assert drill.report["gates"] == []


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_person_types_its_name_on_the_screen(
    onto: dict[str, str], prepared: Server, tmp_path: Path
) -> None:
    prepared.drop_database("drill_copy")
    project = tmp_path / "project"
    (project / "runbooks").mkdir(parents=True)
    for name in ("scripts", "runbooks/restore-drill.yaml"):
        (project / name).symlink_to(ROOT / name)
    artifacts, terminal = tmp_path / "artifacts", Terminal(tmp_path.name, tmp_path)
    try:
        sign_in(terminal, project, artifacts, onto, *ONTO_EXTERNAL)
        run_through(terminal)
        terminal.wait_for("Type exactly", f"port {prepared.port}, database drill_copy", LISTENING)
        terminal.type("drill_cop")
        terminal.press("Enter")
        terminal.wait_for("That is not the same text")
        assert "drill_copy" not in databases(prepared)
        terminal.press("y", "Enter")
        sign_off(terminal)
        debrief(terminal)
        terminal.press("q")
        assert terminal.exit_code() == 0
    finally:
        terminal.close()
    (path,) = artifacts.glob("restore_drill_*.json")
    (gate,) = [gate for gate in json.loads(path.read_text())["gates"] if gate["step"] == "start_target"]
    assert (gate["answer"], gate["values"]) == ("approved", {"text": "drill_copy"})
    assert [signature["attested"] for signature in gate["by"]] == ["same-terminal"]
    assert "drill_copy" in databases(prepared)

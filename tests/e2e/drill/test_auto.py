"""The headless drill, end to end, on real PostgreSQL servers that it starts itself."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import jsonschema
import pytest

from drill_tui.evidence.keys import make_key
from tests.e2e.drill.running import (
    ROOT,
    Drill,
    drill_tui,
    evidence_is_sound,
    finished,
    nothing_left,
    run_drill,
    start_drill,
    wait_for_step,
)
from tests.servers import Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_auto")]

CRITERIA = {
    "backup_completes",
    "checksums_verify",
    "restore_completes",
    "required_tables",
    "data_integrity",
    "foreign_keys",
    "indexes",
    "schema",
    "rto",
    "rpo",
}


@pytest.fixture(scope="module")
def demo_drill(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    folder = tmp_path_factory.mktemp("demo")
    key, *_ = make_key(folder / "keys", "drills of the demo")
    return run_drill(folder / "artifacts", cwd=folder, env={"DRILL_SIGNING_KEY": str(key)})


def test_the_demo_drill_passes_from_any_directory_and_says_that_it_is_a_demo(demo_drill: Drill) -> None:
    assert demo_drill.code == 0, demo_drill.story()
    assert "demo" in "\n".join(demo_drill.stdout.splitlines()[:6]).lower()
    assert demo_drill.report["source"]["kind"] == "demo"
    assert demo_drill.stdout.rstrip().splitlines()[-1].lower().find("pass") >= 0


def test_every_criterion_is_met_and_says_what_it_covered(demo_drill: Drill) -> None:
    criteria = {c["id"]: c for c in demo_drill.report["criteria"]}
    assert set(criteria) == CRITERIA
    assert {name: c["result"] for name, c in criteria.items()} == dict.fromkeys(CRITERIA, "met")
    assert all(c["detail"] for c in criteria.values())


def test_the_report_follows_its_schema(demo_drill: Drill) -> None:
    schema = json.loads((ROOT / "docs/schemas/report.schema.json").read_text())
    jsonschema.validate(demo_drill.report, schema)
    assert demo_drill.report["verdict"] == "pass"
    assert demo_drill.report["cleanup"] == "clean"


def test_the_evidence_stands_beside_the_report(demo_drill: Drill) -> None:
    names = {path.name for path in demo_drill.run_dir.iterdir()}
    assert {"events.jsonl", "junit.xml", "report.md", "report.html", "logs"} <= names
    (findings,) = demo_drill.artifacts.glob("verify_*.json")
    logs = {path.relative_to(demo_drill.run_dir).as_posix() for path in demo_drill.run_dir.glob("logs/*")}
    assert {file["path"] for file in demo_drill.report["files"]} == {*logs, f"../{findings.name}"}
    evidence_is_sound(demo_drill.run_dir)


def test_the_report_is_signed_and_said_to_be(demo_drill: Drill) -> None:
    (report,) = demo_drill.artifacts.glob("restore_drill_*.json")
    assert str(report.with_suffix(".intoto.jsonl")) in demo_drill.stdout
    public = demo_drill.artifacts.parent / "keys" / "signing_key.pub"
    done = drill_tui("report", "verify", str(report), "--key", str(public))
    assert done.returncode == 0, done.stdout
    assert "drills of the demo" in done.stdout
    for name in ("events.jsonl", "report.html", "report.md", "junit.xml"):
        assert f"{demo_drill.run_dir.name}/{name}: is as it was signed" in done.stdout


def test_a_drill_leaves_no_process_and_no_folder(demo_drill: Drill) -> None:
    nothing_left(demo_drill.run_dir)


def test_replay_tells_the_same_verdict_from_the_journal_alone(demo_drill: Drill) -> None:
    told = drill_tui("replay", demo_drill.run_dir.name, "--artifacts", str(demo_drill.artifacts), "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == demo_drill.report


def test_a_configured_source_is_drilled_and_two_drills_at_once_do_not_meet(
    shop: dict[str, str], tmp_path: Path
) -> None:
    places = [tmp_path / "one", tmp_path / "two"]
    running = [start_drill(place, env=shop) for place in places]
    drills = [finished(process, place) for process, place in zip(running, places, strict=True)]
    for drill in drills:
        assert drill.code == 0, drill.story()
        assert drill.report["source"]["kind"] == "configured"
        assert drill.report["source"]["dbname"] == "shop"
        nothing_left(drill.run_dir)


def test_json_prints_the_report_and_nothing_else(shop: dict[str, str], tmp_path: Path) -> None:
    drill = run_drill(tmp_path, "--json", env=shop)
    assert drill.code == 0, drill.story()
    assert json.loads(drill.stdout) == drill.report


def test_an_orphan_under_a_foreign_key_fails_the_drill_by_name(
    server: Server, shop: dict[str, str], tmp_path: Path
) -> None:
    server.sql("shop", "SET session_replication_role = replica", "DELETE FROM customer WHERE id = 7")
    drill = run_drill(tmp_path, env=shop)
    assert drill.code == 1, drill.story()
    assert drill.criterion("foreign_keys")["result"] == "missed"
    assert "purchase" in drill.criterion("foreign_keys")["detail"]
    nothing_left(drill.run_dir)


def test_a_wrong_password_is_an_error_that_names_itself_and_is_no_verdict_on_the_backup(
    shop: dict[str, str], tmp_path: Path
) -> None:
    drill = run_drill(tmp_path, env={**shop, "DB_PASSWORD": "wrong-password-here"})
    assert drill.code == 3, drill.story()
    assert "password" in drill.stdout + drill.stderr
    assert "wrong-password-here" not in drill.stdout + drill.stderr
    assert drill.report["verdict"] == "error"
    nothing_left(drill.run_dir)


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("open_source", signal.SIGTERM),
        ("backup", signal.SIGINT),
        ("start_target", signal.SIGINT),
        ("restore", signal.SIGTERM),
        ("verify", signal.SIGINT),
    ],
)
def test_a_signal_at_any_step_ends_with_cleanup_and_a_report(
    step: str, number: signal.Signals, shop: dict[str, str], tmp_path: Path
) -> None:
    process = start_drill(tmp_path, env=shop)
    wait_for_step(process, tmp_path, step)
    process.send_signal(number)
    drill = finished(process, tmp_path)
    assert drill.code == 4, drill.story()
    assert drill.report["verdict"] == "aborted"
    assert drill.report["cleanup"] == "clean"
    nothing_left(drill.run_dir)

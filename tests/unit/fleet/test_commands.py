"""What the commands of a fleet print, and what they end with."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from prometheus_client.parser import text_string_to_metric_families

from drill_tui.cli.exits import UserError
from drill_tui.cli.fleet_root import open_fleet
from drill_tui.cli.front import run
from scripts.update_schemas import SCHEMAS
from tests.unit.fleet.places import attempt, evidence_of, past, project
from tests.unit.programme.audit_rig import leave_run
from tests.unit.sinks.stories import failing


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return project(tmp_path)


def told(capsys: pytest.CaptureFixture[str], fleet: Path, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        run(["fleet", *arguments, "--fleet", str(fleet)])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


@pytest.mark.parametrize(
    ("schema", "command"),
    [
        ("fleet_plan", "plan"),
        ("fleet", "status"),
        ("fleet", "report"),
        ("due", "due"),
        ("freeze", "freeze"),
        ("history", "history"),
    ],
)
def test_json_output_follows_its_schema(
    schema: str, command: str, fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    past(fleet, "orders", 3)
    code, out, _ = told(capsys, fleet, command, "--json")
    assert code in (0, 1)
    written = json.loads((SCHEMAS / f"{schema}.schema.json").read_text())
    jsonschema.validate(json.loads(out), written)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json.loads(out), "surplus": 1}, written)


def test_the_plan_names_when_where_and_why_not(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.write_text(
        fleet.read_text() + 'labels = ["big"]\n[hosts.small]\ncores = 2\n[hosts.other]\nlabels = ["eu"]\n'
    )
    code, out, _ = told(capsys, fleet, "plan")
    assert code == 3
    assert "orders    small" in out
    assert "events: not planned: small has no label big; other has no label big" in out


def test_status_puts_what_needs_somebody_first(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attempt(fleet, "events", 1, "ended", "fail", 1_795_000_000.0)
    code, out, _ = told(capsys, fleet, "status")
    assert code == 1
    rows = [line.split()[:4] for line in out.splitlines() if line.startswith(("events", "orders"))]
    assert rows == [["events", "✗", "failing", "platform"], ["orders", "!", "due", "payments"]]
    assert "0 of 2 databases proven." in out


def test_the_report_is_a_page_json_and_gauges(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    past(fleet, "orders", 3)
    code, out, _ = told(capsys, fleet, "report")
    assert code == 1
    folder = fleet.parent / "artifacts" / "fleet"
    assert [Path(line) for line in out.splitlines()] == [
        folder / "fleet.html",
        folder / "fleet.json",
        folder / "fleet.prom",
    ]
    page = (folder / "fleet.html").read_text()
    assert "<td>payments</td>" in page
    assert "<script" not in page
    families = {
        family.name: family for family in text_string_to_metric_families((folder / "fleet.prom").read_text())
    }
    states = {
        sample.labels["database"]: sample.labels["state"]
        for sample in families["drill_tui_fleet_database_state"].samples
        if sample.value == 1.0
    }
    assert states == {"orders": "due", "events": "due"}
    assert families["drill_tui_fleet_proven_timestamp_seconds"].samples[0].labels["database"] == "orders"


def test_text_of_a_drill_is_no_markup_on_the_page(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    past(fleet, "orders", 3, verdict="fail", failure_reason="<b>\x1b[31mred</b>")
    told(capsys, fleet, "report")
    page = (fleet.parent / "artifacts" / "fleet" / "fleet.html").read_text()
    assert "&lt;b&gt;red&lt;/b&gt;" in page


def test_an_incident_of_one_database_holds_production(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, fleet, "freeze", "--check")[0] == 0
    leave_run(evidence_of(fleet, "events"), failing().clean_up())
    code, out, _ = told(capsys, fleet, "freeze", "--check")
    assert code == 1
    assert "events: incident_" in out
    assert told(capsys, fleet, "freeze")[0] == 0


def test_history_names_the_database(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    past(fleet, "orders", 3)
    past(fleet, "events", 2)
    code, out, _ = told(capsys, fleet, "history", "--csv")
    assert code == 0
    assert [line.split(",")[2] for line in out.splitlines()] == [
        "runbook",
        "orders/restore-drill",
        "events/restore-drill",
    ]
    assert told(capsys, fleet, "history", "--csv", "--json")[0] == 2
    assert "drill_tui_days_since_proven" in told(capsys, fleet, "history", "--openmetrics")[1]
    assert "orders/restore-drill" in told(capsys, fleet, "history", "--html")[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[databases.a]\nservice = "a"\nrunbook = "nightly"\n',
            "databases.a: no runbook is called 'nightly'",
        ),
        (
            '[databases.a]\nservice = "a"\nparams = {x = "1"}\n',
            "databases.a: --param x: the runbook has none",
        ),
        ('[databases.a]\nservise = "a"\n', "fleet.toml:2:1: unknown key 'servise'"),
    ],
)
def test_a_fleet_that_cannot_be_drilled_is_said_before_anything(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = told(capsys, project(tmp_path, text), "plan")
    assert code == 2
    assert said in err


def test_without_a_fleet_it_says_what_one_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = told(capsys, tmp_path / "fleet.toml", "status")
    assert code == 2
    assert "there is no such file" in err
    assert "[databases.orders]" in err


def test_a_worker_without_a_control_database_says_how_to_do_without(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = told(capsys, fleet, "worker", "--host", "one")
    assert code == 2
    assert "names no control database" in err
    assert "run --local" in err


def test_a_control_database_that_nobody_knows_is_named(
    fleet: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "none.conf"))
    code, _, err = told(capsys, fleet, "worker", "--host", "one", "--control", "nowhere")
    assert code == 3
    assert "the control database cannot be used: Cannot connect to service nowhere" in err
    assert 'none.conf" not found' in err


def test_without_a_file_it_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=f"neither {tmp_path} nor a folder above it has a fleet.toml"):
        open_fleet(None)

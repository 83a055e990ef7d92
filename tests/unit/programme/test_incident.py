"""Incidents: opened by failure, lifted only by a passing drill; messages that never change a verdict."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drill_tui.programme.aftermath import after_drill, incidents_of
from drill_tui.programme.incident import (
    Incident,
    IncidentError,
    acknowledged,
    opened,
    resolved,
    ticketed,
)
from drill_tui.programme.incident_text import to_markdown
from drill_tui.sinks.notify import NotifyError, make_ticket, notify
from drill_tui.verdict.report import Report
from scripts.update_schemas import SCHEMAS
from tests.unit.programme.past import report


@dataclass
class Aftermath:
    """What `after_drill` did in one artifacts folder."""

    artifacts: Path
    complaints: list[str] = field(default_factory=list)

    def after(self, ended: Report, env: dict[str, str] | None = None) -> Incident | None:
        run_dir = self.artifacts / ended.run_id
        run_dir.mkdir(exist_ok=True)
        return after_drill(ended, self.artifacts / "report.json", run_dir, env or {}, self.complaints.append)

    def freezing(self) -> list[str]:
        return [incident.id for incident in incidents_of(self.artifacts).freezing()]


@pytest.fixture
def drills(tmp_path: Path) -> Aftermath:
    return Aftermath(tmp_path)


def failed(**changes: Any) -> Report:
    return report(
        run_id="bad-1", verdict="fail", passed=False, failure_reason="checksums_verify: missed", **changes
    )


def test_a_failed_drill_opens_an_incident_that_follows_its_schema(drills: Aftermath) -> None:
    incident = drills.after(failed())
    assert incident is not None
    assert drills.freezing() == [incident.id]
    folder = drills.artifacts / "incidents"
    data = json.loads((folder / f"{incident.id}.json").read_text())
    jsonschema.validate(data, json.loads((SCHEMAS / "incident.schema.json").read_text()))
    page = (folder / f"{incident.id}.md").read_text()
    assert "checksums_verify: missed" in page
    assert "change nothing there" in page
    assert not drills.complaints


def test_concluding_the_same_drill_again_opens_no_second_incident(drills: Aftermath) -> None:
    drills.after(failed())
    drills.after(failed())
    assert len(drills.freezing()) == 1


@pytest.mark.parametrize("changes", [{"training": True}, {"verdict": "aborted"}])
def test_training_and_a_drill_that_was_stopped_open_none(changes: dict[str, Any], drills: Aftermath) -> None:
    assert drills.after(failed().model_copy(update=changes)) is None
    assert drills.freezing() == []


def test_only_a_passing_drill_of_the_same_runbook_lifts_the_freeze(drills: Aftermath) -> None:
    incident = drills.after(failed())
    assert incident is not None
    with pytest.raises(IncidentError, match="no drill of restore-drill has passed since"):
        resolved(incident, "Ada", "", 0.0)
    other = report().runbook.model_copy(update={"id": "another"})
    drills.after(report(run_id="good-0", runbook=other))
    drills.after(report(run_id="good-1", training=True))
    assert drills.freezing() == [incident.id]
    drills.after(report(run_id="good-2"))
    assert drills.freezing() == []
    store = incidents_of(drills.artifacts)
    lifted = store.find("bad-1")
    assert lifted.followed_up_by == "good-2"
    done = resolved(acknowledged(lifted, "Ada", "mine", 1.0), "Ada", "disk replaced", 2.0)
    assert [act.what for act in done.acts] == ["opened", "followed_up", "acknowledged", "resolved"]


def test_text_of_programs_is_no_markup_in_the_page() -> None:
    incident = opened(failed(), "r.json", ("```", "# [x](javascript:1)"), 0.0)
    ticket = ticketed(incident, "[x](javascript:1)", 0.0)
    page = to_markdown(ticket)
    assert "\n    ```\n    # [x](javascript:1)\n" in page
    assert r"ticket: \[x\](javascript:1)" in page


def test_an_incident_that_cannot_be_read_is_never_passed_over(drills: Aftermath) -> None:
    folder = drills.artifacts / "incidents"
    folder.mkdir()
    (folder / "incident_torn.json").write_text("{")
    with pytest.raises(IncidentError, match=r"incident_torn\.json cannot be read"):
        drills.freezing()


class Receiver(BaseHTTPRequestHandler):
    received: list[dict[str, Any]]
    status = 200

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.received.append(json.loads(self.rfile.read(length)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Tests read what was received, not a log."""


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    handler = type("OneReceiver", (Receiver,), {"received": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def received(server: HTTPServer) -> list[dict[str, Any]]:
    return server.RequestHandlerClass.received  # type: ignore[attr-defined,no-any-return]


def url(server: HTTPServer) -> str:
    return f"json://user:canary-secret@127.0.0.1:{server.server_port}/"


def test_failure_and_recovery_reach_the_team(drills: Aftermath, receiver: HTTPServer) -> None:
    env = {"DRILL_NOTIFY_URLS": url(receiver)}
    drills.after(failed(), env)
    drills.after(report(run_id="good-1"), env)
    drills.after(report(run_id="good-2"), env)
    titles = [message["title"] for message in received(receiver)]
    assert [title.split(":")[0] for title in titles] == ["Restore drill fail", "Restore drill recovered"]
    assert drills.complaints == []


def test_a_broken_notifier_is_reported_without_its_secret(drills: Aftermath, receiver: HTTPServer) -> None:
    receiver.RequestHandlerClass.status = 500  # type: ignore[attr-defined]
    incident = drills.after(failed(), {"DRILL_NOTIFY_URLS": f"{url(receiver)} nonsense"})
    assert incident is not None
    (complaint,) = drills.complaints
    assert "notifier 1 (json) did not take the message" in complaint
    assert "notifier 2" in complaint
    assert "canary-secret" not in complaint


def test_nobody_to_tell_is_no_error() -> None:
    assert notify("t", "b", bad=True, environment={}) == 0


def test_the_hook_makes_the_ticket_and_its_id_is_recorded(drills: Aftermath, tmp_path: Path) -> None:
    hook = tmp_path / "hook"
    hook.write_text('#!/bin/sh\necho "TICKET-7 $DRILL_INCIDENT_VERDICT"\ntest -f "$1"\n')
    hook.chmod(0o755)
    incident = drills.after(failed(), {"DRILL_INCIDENT_HOOK": str(hook), "PATH": "/usr/bin:/bin"})
    assert incident is not None
    assert incidents_of(drills.artifacts).find(incident.id).ticket == "TICKET-7 fail"


@pytest.mark.parametrize(
    ("command", "why"),
    [("false", "exit code 1"), ("true", "no ticket id"), ("/no/such", "cannot be started"), ("'", "read as")],
)
def test_a_hook_that_fails_says_so(command: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(NotifyError, match=why):
        make_ticket(tmp_path / "i.json", {}, {"DRILL_INCIDENT_HOOK": command, "PATH": "/usr/bin:/bin"})

"""Messages about drills: they reach the team, hold no secret, and never change a verdict."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from drill_tui.cli.exits import Exit
from drill_tui.cli.series import due
from drill_tui.sinks.notify import NotifyError, notify
from tests.unit.programme.aftermath_rig import Aftermath, failed, mended
from tests.unit.programme.past import NOW, leave


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
    drills.after(mended("good-1"), env)
    drills.after(mended("good-2"), env)
    titles = [message["title"] for message in received(receiver)]
    assert [title.split(":")[0] for title in titles] == ["Restore drill fail", "Restore drill recovered"]
    assert drills.complaints == []


def test_a_broken_notifier_is_reported_without_its_secret(drills: Aftermath, receiver: HTTPServer) -> None:
    receiver.RequestHandlerClass.status = 500  # type: ignore[attr-defined]
    incident = drills.after(
        failed(), {"DRILL_NOTIFY_URLS": f"{url(receiver)} token-canary-secret tokens://canary-secret/x"}
    )
    assert incident is not None
    (complaint,) = drills.complaints
    assert "notifier 1 (json) did not take the message" in complaint
    assert "notifier 2 is not an address" in complaint
    assert "notifier 3 (tokens) is not an address" in complaint
    assert "canary-secret" not in complaint


def test_what_is_overdue_reaches_the_team_and_nothing_else_does(
    project: Path, receiver: HTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DRILL_NOTIFY_URLS", url(receiver))
    assert due(False, None, True, project, project) == Exit.FAILED, "never drilled is due, not overdue"
    assert received(receiver) == []
    leave(project, NOW - datetime(2026, 1, 1, tzinfo=UTC), mode="auto")
    assert due(False, None, True, project, project) == Exit.FAILED
    (message,) = received(receiver)
    assert message["title"] == "Restore drills are overdue"
    assert "restore-drill: every 31d; the last auto drill passed" in message["message"]
    assert "canary-secret" not in "".join(capsys.readouterr())


def test_nobody_to_tell_is_no_error() -> None:
    assert notify("t", "b", bad=True, environment={}) == 0


def test_a_service_that_never_answers_holds_nobody_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        env = {"DRILL_NOTIFY_URLS": f"json://u:canary-secret@127.0.0.1:{silent.getsockname()[1]}/"}
        with pytest.raises(NotifyError, match=r"notifier 1 \(json\) did not answer within 0.2 s") as told:
            notify("t", "b", bad=True, environment=env, timeout_s=0.2)
        assert "canary-secret" not in str(told.value)

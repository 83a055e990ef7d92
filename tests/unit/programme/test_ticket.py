"""The team's own command that makes a ticket, well and badly behaved."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from drill_tui.programme.incident_store import incidents_of
from drill_tui.sinks.notify import NotifyError
from drill_tui.sinks.ticket import make_ticket
from tests.unit.programme.aftermath_rig import Aftermath, failed


def hook(folder: Path, script: str) -> dict[str, str]:
    """An environment with a hook of this shell script."""
    path = folder / "hook"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"DRILL_INCIDENT_HOOK": str(path), "PATH": "/usr/bin:/bin"}


def test_the_hook_makes_the_ticket_and_its_id_is_recorded(drills: Aftermath, tmp_path: Path) -> None:
    env = hook(tmp_path, 'echo "TICKET-7 $DRILL_INCIDENT_VERDICT"; test -f "$1"')
    incident = drills.after(failed(), env)
    assert incident is not None
    assert incidents_of(drills.artifacts).find(incident.id).ticket == "TICKET-7 fail"


@pytest.mark.parametrize(
    ("command", "why"),
    [("false", "exit code 1"), ("true", "no ticket id"), ("/no/such", "cannot be started"), ("'", "read as")],
)
def test_a_hook_that_fails_says_so(command: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(NotifyError, match=why):
        make_ticket(tmp_path / "i.json", {}, {"DRILL_INCIDENT_HOOK": command, "PATH": "/usr/bin:/bin"})


def ticket_of(
    folder: Path, script: str, timeout_s: float = 20.0, env: Mapping[str, str] | None = None
) -> str | None:
    return make_ticket(folder / "i.json", {}, {**hook(folder, script), **(env or {})}, timeout_s)


def test_a_hook_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    script = f"sleep 300 & echo $! >{tmp_path}/child; wait"
    began = time.monotonic()
    with pytest.raises(NotifyError, match=r"did not end within 0.5 s"):
        ticket_of(tmp_path, script, timeout_s=0.5)
    assert time.monotonic() - began < 60
    with suppress(psutil.NoSuchProcess):
        psutil.Process(int((tmp_path / "child").read_text())).wait(90)


def test_a_child_in_the_background_holds_nobody_up(tmp_path: Path) -> None:
    began = time.monotonic()
    script = f"echo T-1; sleep 300 & echo $! >{tmp_path}/child"
    assert ticket_of(tmp_path, script) == "T-1"
    assert time.monotonic() - began < 60
    psutil.Process(int((tmp_path / "child").read_text())).kill()


def test_garbage_is_no_escape_sequence_and_no_megabyte(tmp_path: Path) -> None:
    noisy = r"printf '\n\033[31mT\000-7\377\033]0;x\007\n'; yes | head -c 9000000"
    assert ticket_of(tmp_path, noisy) == "T-7\ufffd"
    assert len(ticket_of(tmp_path, "head -c 9000000 /dev/zero | tr '\\0' x") or "") == 200
    with pytest.raises(NotifyError, match="no ticket id"):
        ticket_of(tmp_path, r"printf '\033[1m\n \t\n'")


def test_the_last_words_of_a_hook_are_told_without_its_secrets(tmp_path: Path) -> None:
    with pytest.raises(NotifyError) as told:
        ticket_of(
            tmp_path, 'echo "no access with $JIRA_TOKEN" >&2; exit 7', env={"JIRA_TOKEN": "canary-secret-1"}
        )
    assert str(told.value) == "the incident hook failed with exit code 7: no access with ••••••"


def test_the_hook_learns_nothing_about_a_database(tmp_path: Path) -> None:
    env = {"DB_PASSWORD": "x", "DATABASE_URL": "x", "PGPASSFILE": "x", "MY_TRACKER": "y"}
    said = ticket_of(tmp_path, 'echo "${DB_PASSWORD}${DATABASE_URL}${PGPASSFILE}$MY_TRACKER"', env=env)
    assert said == "y"


def test_an_acknowledgement_while_the_hook_runs_is_kept(drills: Aftermath, tmp_path: Path) -> None:
    command = f"{sys.executable} -m drill_tui incident ack bad-1 --by Ada --artifacts {drills.artifacts}"
    incident = drills.after(failed(), hook(tmp_path, f"{command} >/dev/null && echo T-9"))
    assert incident is not None
    assert [act.what for act in incident.acts] == ["opened", "acknowledged", "ticketed"]
    assert incidents_of(drills.artifacts).find(incident.id) == incident

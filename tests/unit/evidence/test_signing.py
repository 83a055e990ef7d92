"""Signed reports: believed with the public key alone, also by strangers' tools; a change never is."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drill_tui.cli.evidence_cmd import make_keys, show_keys, verify
from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.finish import conclude
from drill_tui.cli.places import Places
from drill_tui.evidence.keys import VARIABLE, KeyFileError, load_public
from drill_tui.evidence.signer import load_signer
from drill_tui.runbook.mode import Mode
from tests.unit.evidence.rig import Signed, new_key, sign_run
from tests.unit.sinks.stories import failing
from tests.unit.verdict.drills import STEPS, Drill

Told = pytest.CaptureFixture[str]


def test_a_report_is_verified_elsewhere_with_the_public_key_alone(
    signed: Signed, tmp_path: Path, capsys: Told
) -> None:
    report = signed.sent_to(tmp_path / "auditor")
    for key in (signed.public, signed.pem):
        assert verify(report, [key]) == Exit.PASSED
        told = capsys.readouterr().out
        assert f"✓ {report.name}: is as it was signed: pass, {signed.run_dir.name}" in told
        assert load_public(key)[0].fingerprint in told
    assert "– " in told, "the journal was not sent: said, and not taken for sound"
    assert verify(report.with_suffix(".intoto.jsonl"), [signed.public]) == Exit.PASSED


def rewritten(change: Callable[[dict[str, Any]], None]) -> Callable[[Signed], None]:
    def act(signed: Signed) -> None:
        data = json.loads(signed.envelope.read_text())
        payload = json.loads(base64.b64decode(data["payload"]))
        change(payload)
        data["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
        signed.envelope.write_text(json.dumps(data))

    return act


def report_changed(signed: Signed) -> None:
    signed.report.write_text(signed.report.read_text().replace('"verdict": "pass"', '"verdict": "fail"'))


def journal_changed(signed: Signed) -> None:
    with (signed.run_dir / "events.jsonl").open("a") as journal:
        journal.write("{}\n")


def page_changed(signed: Signed) -> None:
    (signed.run_dir / "report.html").write_text("<h1>all is well</h1>")


def another_type(signed: Signed) -> None:
    data = json.loads(signed.envelope.read_text())
    signed.envelope.write_text(json.dumps({**data, "payloadType": "text/plain"}))


@pytest.mark.parametrize(
    "tamper",
    [
        report_changed,
        journal_changed,
        page_changed,
        another_type,
        rewritten(lambda payload: payload["predicate"].update(result="PASSED", failedTests=["rto"])),
        rewritten(lambda payload: payload["subject"][0]["digest"].update(sha256="0" * 64)),
        lambda signed: signed.envelope.write_text("[]"),
        lambda signed: signed.envelope.write_text('{"payload": 1, "payloadType": "", "signatures": [1]}'),
        lambda signed: signed.envelope.write_text("{}"),
    ],
)
def test_a_change_is_told(signed: Signed, tamper: Callable[[Signed], None], capsys: Told) -> None:
    assert verify(signed.report, [signed.public]) == Exit.PASSED
    tamper(signed)
    assert verify(signed.report, [signed.public]) == Exit.FAILED
    assert "✗" in capsys.readouterr().out


def test_another_key_is_not_believed(signed: Signed, tmp_path: Path, capsys: Told) -> None:
    other = new_key(tmp_path / "other").with_suffix(".pub")
    assert verify(signed.report, [other]) == Exit.FAILED
    assert "no trusted key signed it" in capsys.readouterr().out
    assert verify(signed.report, [other, signed.public]) == Exit.PASSED


def test_a_signature_of_another_report_is_none_of_this_one(signed: Signed, capsys: Told) -> None:
    other = signed.report.with_name("restore_drill_20990101T000000Z.json")
    envelope = signed.envelope.read_text()
    other.write_text(signed.report.read_text())
    other.with_suffix(".intoto.jsonl").write_text(envelope)
    assert verify(other, [signed.public]) == Exit.FAILED
    assert f"✗ {other.name}: is not what was signed" in capsys.readouterr().out


def test_what_did_not_pass_is_never_PASSED(  # noqa: N802 - the specification's word
    own_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(new_key(tmp_path / "keys")))
    signed = sign_run(tmp_path, failing().clean_up())
    payload = json.loads(base64.b64decode(json.loads(signed.envelope.read_text())["payload"]))
    assert payload["predicate"]["result"] == "FAILED"
    assert {"data_integrity", "indexes"} <= set(payload["predicate"]["failedTests"])
    assert verify(signed.report, [signed.public]) == Exit.PASSED, "a failed drill is as authentic as any"


def test_training_is_not_signed(own_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(new_key(tmp_path / "keys")))
    trained = Drill(mode=Mode.TRAINING).start().passed(*STEPS).clean_up()
    assert not sign_run(tmp_path, trained).envelope.exists()


def test_without_a_key_nothing_is_signed_and_nothing_fails(own_config: Path, tmp_path: Path) -> None:
    signed = sign_run(tmp_path)
    assert not signed.envelope.exists()
    assert conclude(signed.run_dir, Places(tmp_path, signed.artifacts)).exit_code == Exit.PASSED
    with pytest.raises(UserError, match="no public key"):
        verify(signed.report, [])


def test_a_pass_that_should_be_signed_and_is_not_is_no_pass(
    own_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = sign_run(tmp_path).run_dir
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere.pem"))
    concluded = conclude(run_dir, Places(tmp_path, run_dir.parent))
    assert concluded.exit_code == Exit.ERROR
    assert "could not be signed" in concluded.unwritten[0]


def test_a_key_made_once_signs_from_then_on(
    own_config: Path, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make_keys(None, "olga@drills") == Exit.PASSED
    signed = sign_run(tmp_path)
    assert verify(signed.report, []) == Exit.PASSED
    capsys.readouterr()
    assert show_keys() == Exit.PASSED
    assert capsys.readouterr().out.count("(olga@drills)") == 2
    with pytest.raises(UserError, match="never written over"):
        make_keys(None, None)
    monkeypatch.setenv(VARIABLE, "none")
    signed.envelope.unlink()
    conclude(signed.run_dir, Places(tmp_path, signed.artifacts))
    assert not signed.envelope.exists()


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    key = new_key(tmp_path)
    key.chmod(0o644)
    with pytest.raises(KeyFileError, match=f"chmod 600 {key}"):
        load_signer(key)


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real ssh-agent that holds a key with a passphrase; the path of its public half."""
    key, address = tmp_path / "id_ed25519", tmp_path / "agent"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "olga", "-f", str(key)], check=True)
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(address)], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(address))
    try:
        _added(key, process)
        subprocess.run(["ssh-keygen", "-q", "-p", "-N", "secret", "-f", str(key)], check=True)
        yield Path(f"{key}.pub")
    finally:
        process.terminate()
        process.wait()


def _added(key: Path, agent: subprocess.Popen[bytes]) -> None:
    """Until the agent listens: ssh-add says 2 as long as it finds none."""
    while subprocess.run(["ssh-add", "-q", str(key)], check=False, capture_output=True).returncode == 2:
        assert agent.poll() is None


@pytest.mark.skipif(not Path("/usr/bin/ssh-agent").exists(), reason="needs openssh-client")
def test_an_agent_signs_where_the_private_key_never_leaves_it(
    agent: Path, own_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyFileError, match="has a passphrase"):
        load_signer(agent.with_suffix(""))
    monkeypatch.setenv(VARIABLE, str(agent))
    signed = sign_run(tmp_path, key=agent)
    assert verify(signed.report, [agent]) == Exit.PASSED
    listed = subprocess.run(["ssh-keygen", "-lf", str(agent)], check=True, capture_output=True, text=True)
    assert load_public(agent)[0].fingerprint in listed.stdout
    monkeypatch.setenv("SSH_AUTH_SOCK", f"{os.environ['SSH_AUTH_SOCK']}-gone")
    concluded = conclude(signed.run_dir, Places(tmp_path, signed.artifacts))
    assert "could not be signed (ssh-agent at " in concluded.unwritten[0]

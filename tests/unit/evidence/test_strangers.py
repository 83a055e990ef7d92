"""What programs that know nothing of drill-tui make of a signed report."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf import json_format
from in_toto.exceptions import SignatureVerificationError
from in_toto.models.metadata import Metadata
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.signer import SSlibKey

from tests.unit.evidence.rig import Signed, new_key

DOCS = Path(__file__).parents[3] / "docs/evidence.md"


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


def test_strangers_read_the_statement(signed: Signed) -> None:
    """in-toto's own bindings, which refuse fields that the specification does not have."""
    envelope = json.loads(signed.envelope.read_text())
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    data = json.loads(base64.b64decode(envelope["payload"]))
    statement = Statement.copy_from_pb(json_format.ParseDict(data, statement_pb2.Statement()))
    statement.validate()
    assert statement.pb.predicate_type == "https://in-toto.io/attestation/test-result/v0.1"
    result = json_format.ParseDict(data["predicate"], test_result_pb2.TestResult())
    assert result.result == "PASSED"
    assert "data_integrity" in result.passed_tests
    assert list(result.failed_tests) == []
    assert statement.pb.subject[0].name == signed.report.name


def key_of(pem: Path) -> dict[str, object]:
    """As in-toto takes it."""
    key = SSlibKey.from_crypto(load_pem_public_key(pem.read_bytes()))
    return {**key.to_dict(), "keyid": key.keyid}


def test_in_toto_itself_verifies_the_signature(signed: Signed, tmp_path: Path) -> None:
    """Nothing but the envelope and the public key in PEM, with the program that the form is named after."""
    Metadata.load(str(signed.envelope)).verify_signature(key_of(signed.pem))
    other = new_key(tmp_path / "other").with_suffix(".pub.pem")
    with pytest.raises(SignatureVerificationError):
        Metadata.load(str(signed.envelope)).verify_signature(key_of(other))


def test_in_toto_tells_a_changed_verdict(signed: Signed) -> None:
    data = json.loads(signed.envelope.read_text())
    payload = base64.b64decode(data["payload"]).replace(b'"PASSED"', b'"FAILED"')
    signed.envelope.write_text(json.dumps({**data, "payload": base64.b64encode(payload).decode()}))
    with pytest.raises(SignatureVerificationError):
        Metadata.load(str(signed.envelope)).verify_signature(key_of(signed.pem))


@needs("openssl")
def test_openssl_believes_the_signature(signed: Signed, tmp_path: Path) -> None:
    """Nothing of ours and nothing of securesystemslib's: the envelope's encoding by its specification."""
    envelope = json.loads(signed.envelope.read_text())
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    message, signature = tmp_path / "message", tmp_path / "signature"
    message.write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
    signature.write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", str(signed.pem)]
    command += ["-in", str(message), "-sigfile", str(signature)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    message.write_bytes(message.read_bytes().replace(b"PASSED", b"FAILED"))
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def recipe() -> str:
    """The commands of the documentation."""
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", DOCS.read_text(), re.DOTALL)
    (found,) = [block for block in blocks if "openssl pkeyutl" in block]
    return found


@needs("jq", "openssl", "base64")
def test_the_commands_of_the_documentation_verify_it(signed: Signed, tmp_path: Path) -> None:
    folder = signed.sent_to(tmp_path / "auditor").parent
    (envelope,) = folder.glob("*.intoto.jsonl")
    envelope.rename(folder / "report.intoto.jsonl")
    shutil.copy(signed.pem, folder / "signing_key.pub.pem")
    command = ["bash", "-euo", "pipefail", "-c", recipe()]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "Signature Verified Successfully"), done.stderr
    shutil.copy(new_key(tmp_path / "other").with_suffix(".pub.pem"), folder / "signing_key.pub.pem")
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode != 0

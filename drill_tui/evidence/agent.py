"""Signing by ssh-agent: the private key stays where it is (draft-ietf-sshm-ssh-agent, sections 3.5, 3.6)."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Final

from securesystemslib.signer import Signature, Signer

from drill_tui.evidence.keys import SSH_TYPE, KeyFileError

if TYPE_CHECKING:
    from securesystemslib.signer import Key, SecretsHandler

SIGN_REQUEST: Final = 13
SIGN_RESPONSE: Final = 14
TIMEOUT_S: Final = 60.0
"""An agent may ask its owner, or a hardware key may wait for a touch."""
MOST_BYTES: Final = 256 * 1024


class AgentSigner(Signer):
    """Asks the agent at `$SSH_AUTH_SOCK`; of an ed25519 key it returns the plain signature over the data."""

    def __init__(self, public_key: Key, blob: bytes) -> None:
        self._public_key = public_key
        self._blob = blob

    @property
    def public_key(self) -> Key:
        return self._public_key

    @classmethod
    def from_priv_key_uri(
        cls, priv_key_uri: str, public_key: Key, secrets_handler: SecretsHandler | None = None
    ) -> AgentSigner:
        raise NotImplementedError("an agent's key is named by its public half")

    def sign(self, payload: bytes) -> Signature:
        """Raises KeyFileError: no agent, not its key, or refused."""
        request = bytes([SIGN_REQUEST]) + _string(self._blob) + _string(payload) + (0).to_bytes(4, "big")
        answer = _ask(request)
        if not answer or answer[0] != SIGN_RESPONSE:
            raise KeyFileError(
                "ssh-agent did not sign: it does not hold this key (see ssh-add -l), or its owner refused"
            )
        kind, rest = _take(_take(answer[1:])[0])
        signature, _ = _take(rest)
        if kind != SSH_TYPE.encode() or len(signature) != 64:
            raise KeyFileError("ssh-agent answered with something that is no ed25519 signature")
        return Signature(self._public_key.keyid, signature.hex())


def _ask(request: bytes) -> bytes:
    address = os.environ.get("SSH_AUTH_SOCK", "")
    if not address:
        raise KeyFileError(
            "the signing key is a public one, and no ssh-agent runs here (SSH_AUTH_SOCK is not set)"
        )
    try:
        with socket.socket(socket.AF_UNIX) as agent:
            agent.settimeout(TIMEOUT_S)
            agent.connect(address)
            agent.sendall(_string(request))
            size_bytes = int.from_bytes(_receive(agent, 4), "big")
            if size_bytes > MOST_BYTES:
                raise KeyFileError(f"what listens at {address} is no ssh-agent")
            return _receive(agent, size_bytes)
    except OSError as error:
        raise KeyFileError(f"ssh-agent at {address}: {error.strerror or error}") from None


def _receive(agent: socket.socket, size_bytes: int) -> bytes:
    data = b""
    while len(data) < size_bytes:
        part = agent.recv(size_bytes - len(data))
        if not part:
            raise OSError("it closed the connection")
        data += part
    return data


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _take(data: bytes) -> tuple[bytes, bytes]:
    """The first string of some data, and what follows it (RFC 4251, section 5)."""
    size_bytes = int.from_bytes(data[:4], "big")
    if len(data) < 4 + size_bytes:
        raise KeyFileError("ssh-agent's answer is cut off")
    return data[4 : 4 + size_bytes], data[4 + size_bytes :]

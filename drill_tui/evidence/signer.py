"""Who signs: a private key in a file, or ssh-agent."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.evidence.agent import AgentSigner
from drill_tui.evidence.keys import (
    VARIABLE,
    KeyFileError,
    PublicKey,
    fingerprint,
    load_public,
    read_key,
    ssh_blob,
)

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


def load_signer(path: Path) -> tuple[Signer, PublicKey]:
    """Who signs: the private key of a file, or, for the file of a public key, ssh-agent.

    Raises KeyFileError.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import CryptoSigner

    text = read_key(path)
    if b"PRIVATE KEY" not in text:
        public = load_public(path)[0]
        return AgentSigner(public.key, ssh_blob(public.key)), public
    _refuse_open_file(path)
    private = _private(text, path)
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyFileError(f"{path} is no ed25519 key; `drill-tui keys init` makes one")
    signer = CryptoSigner(private)
    beside = next((p for p in (path.with_suffix(".pub"), Path(f"{path}.pub")) if p.is_file()), None)
    named = next((k for k in load_public(beside) if k.key == signer.public_key), None) if beside else None
    return signer, named or PublicKey(signer.public_key, "", fingerprint(signer.public_key))


def _private(text: bytes, path: Path) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    load = load_ssh_private_key if b"OPENSSH" in text else load_pem_private_key
    try:
        return load(text, None)
    except TypeError:
        raise KeyFileError(
            f"{path} has a passphrase: add the key to ssh-agent, and name its public half in {VARIABLE}"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFileError(f"{path} is no private key in PEM or OpenSSH form, or is damaged") from None


def _refuse_open_file(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(f"others may read the private key {path}: chmod 600 {path}")

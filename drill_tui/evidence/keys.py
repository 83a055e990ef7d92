"""The keys that reports are signed with, and those by which a signature is believed: ed25519 (RFC 8032).

A private key is PKCS #8 PEM or an OpenSSH key without a passphrase; one with a passphrase belongs into
ssh-agent, and is then named by its public half.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import SSlibKey

VARIABLE: Final = "DRILL_SIGNING_KEY"
NONE: Final = "none"
KEY_NAME: Final = "signing_key.pem"
SSH_TYPE: Final = "ssh-ed25519"


class KeyFileError(Exception):
    """A key that cannot be read, made or used: where, why, and what to do."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key, and the name that stands beside it in the file it came from."""

    key: SSlibKey
    name: str
    fingerprint: str
    """`SHA256:…`, as `ssh-keygen -lf` prints it."""

    @property
    def openssh(self) -> str:
        """`ssh-ed25519 …`, as `authorized_keys` has it."""
        return f"{SSH_TYPE} {base64.b64encode(ssh_blob(self.key)).decode()}"

    def __str__(self) -> str:
        return f"{self.fingerprint} ({self.name})" if self.name else self.fingerprint


def keys_dir() -> Path:
    """Where `keys init` puts the key of this user."""
    import platformdirs

    return platformdirs.user_config_path("drill-tui") / "keys"


def configured_key(environment: Mapping[str, str]) -> Path | None:
    """The key that drills are signed with; None where nobody asked for signatures."""
    named = environment.get(VARIABLE, "")
    if named:
        return None if named == NONE else Path(named).expanduser()
    default = keys_dir() / KEY_NAME
    return default if default.is_file() else None


def make_key(folder: Path, name: str) -> list[Path]:
    """A new key pair: the private half, readable by its owner alone, and the public one in two forms.

    Raises KeyFileError; a key that exists is never written over.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = Ed25519PrivateKey.generate()
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / KEY_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return [path, *_write_public(private, path, name)]
    except FileExistsError:
        raise KeyFileError(
            f"{path} exists, and a key is never written over: what it signed could not be told any more"
        ) from None
    except OSError as error:
        raise KeyFileError(f"{error.filename or path}: {error.strerror}") from None


def _write_public(private: Ed25519PrivateKey, path: Path, name: str) -> list[Path]:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = private.public_key()
    line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    ssh_path, pem_path = path.with_suffix(".pub"), path.with_suffix(".pub.pem")
    ssh_path.write_text(f"{line} {name}\n", encoding="utf-8")
    pem_path.write_bytes(pem)
    return [ssh_path, pem_path]


def load_public(path: Path) -> list[PublicKey]:
    """Every ed25519 key of a file: PEM, or OpenSSH lines as in `authorized_keys`.  Raises KeyFileError."""
    text = read_key(path)
    if b"-----BEGIN" in text:
        return [_from_pem(text, path)]
    lines = [line.strip() for line in text.decode("utf-8", "replace").splitlines()]
    found = [_from_line(line, path) for line in lines if line and not line.startswith("#")]
    if not found:
        raise KeyFileError(f"{path} holds no public key")
    return found


def trusted_keys(paths: Sequence[Path]) -> list[PublicKey]:
    """The keys of these files; without any, this user's own and those of the folder `trusted` beside it.

    Raises KeyFileError.
    """
    if not paths:
        own = keys_dir() / Path(KEY_NAME).with_suffix(".pub")
        paths = [path for path in (own, *sorted((keys_dir() / "trusted").glob("*.pub"))) if path.is_file()]
    return [key for path in paths for key in load_public(path)]


def ssh_blob(key: SSlibKey) -> bytes:
    """The key as OpenSSH sends and fingerprints it (RFC 8709, section 4)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    raw = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.keyval["public"]))
    return base64.b64decode(raw.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1])


def fingerprint(key: SSlibKey) -> str:
    digest = base64.b64encode(hashlib.sha256(ssh_blob(key)).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def _from_pem(text: bytes, path: Path) -> PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if b"PRIVATE KEY" in text:
        raise KeyFileError(f"{path} is a private key, which nobody else should have; name the public one")
    try:
        return _public(load_pem_public_key(text), path.name, path)
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFileError(f"{path} is no public key in PEM form, or is damaged") from None


def _from_line(line: str, path: Path) -> PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    kind, _, rest = line.partition(" ")
    blob, _, name = rest.strip().partition(" ")
    try:
        return _public(load_ssh_public_key(f"{kind} {blob}".encode()), name.strip(), path)
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFileError(f"{path} is no public key in PEM or OpenSSH form, or is damaged") from None


def _public(key: object, name: str, path: Path) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from securesystemslib.signer import SSlibKey

    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{path} is no ed25519 key")
    held = SSlibKey.from_crypto(key)
    return PublicKey(held, name, fingerprint(held))


def read_key(path: Path) -> bytes:
    """Raises KeyFileError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"the key {path} cannot be read: {error.strerror}") from None

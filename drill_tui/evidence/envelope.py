"""DSSE envelopes: https://github.com/secure-systems-lab/dsse, made and read by securesystemslib."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error, VerificationError
from securesystemslib.signer import Signer

from drill_tui.evidence.keys import PublicKey
from drill_tui.evidence.statement import PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of an envelope: one of a drill has some two thousand."""


class EnvelopeError(Exception):
    """No envelope, not signed by a trusted key, or not about a drill."""


@dataclass(frozen=True, slots=True)
class Believed:
    """A statement whose signature was verified, and the trusted key that made it."""

    statement: dict[str, Any]
    key: PublicKey


def signed(payload: bytes, signer: Signer) -> dict[str, Any]:
    """The envelope as JSON-ready data.  Raises KeyFileError where an agent refuses."""
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(signer)
    made: dict[str, Any] = envelope.to_dict()
    return made


def believed(text: bytes, keys: Sequence[PublicKey]) -> Believed:
    """Verify first, read after: nothing of the payload is looked at before its signature holds.

    Raises EnvelopeError.
    """
    envelope = _envelope(text)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise EnvelopeError(f"is an envelope of {envelope.payload_type!r}, not of an in-toto statement")
    try:
        accepted = envelope.verify([key.key for key in keys], 1)
    except (VerificationError, ValueError):
        whose = ", ".join(sorted(keyid[:16] for keyid in envelope.signatures)) or "nobody"
        raise EnvelopeError(
            f"no trusted key signed it: it was changed, or signed by another key (key id {whose}…)"
        ) from None
    key = next(key for key in keys if key.key.keyid in accepted)
    return Believed(_statement(envelope.payload), key)


def _envelope(text: bytes) -> Envelope:
    if len(text) > MOST_BYTES:
        raise EnvelopeError(f"is larger than {MOST_BYTES:,} bytes: no signature of a drill")
    try:
        return Envelope.from_dict(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Error):
        raise EnvelopeError("is no DSSE envelope, or is damaged") from None


def _statement(payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload)
        kinds = found["_type"], found["predicateType"]
        subjects = {str(s["name"]): str(s["digest"]["sha256"]) for s in found["subject"] if "digest" in s}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise EnvelopeError("is signed, but holds no in-toto statement") from None
    if kinds != (STATEMENT_TYPE, PREDICATE_TYPE) or not subjects:
        raise EnvelopeError(f"is signed, but is no statement about a drill: {kinds[0]}, {kinds[1]}")
    statement: dict[str, Any] = found
    return statement

"""The nonce: 128 random bits that one run writes into its target, and knows it by."""

from __future__ import annotations

import secrets


def new_nonce() -> str:
    """A fresh nonce, in hex."""
    return secrets.token_hex(16)
